"""Valkey, or Redis: doorbells and caches only. Everything here may be lost at any moment without harm."""

from __future__ import annotations

from functools import lru_cache

import redis

# A page must answer while Valkey is down: give up fast.
CONNECT_TIMEOUT_S = 0.5
ANSWER_TIMEOUT_S = 1.0


@lru_cache(maxsize=4)
def client(url: str) -> redis.Redis:
    """A pooled client for `url` (redis://, rediss:// or unix://) with short deadlines."""
    return redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=ANSWER_TIMEOUT_S)
