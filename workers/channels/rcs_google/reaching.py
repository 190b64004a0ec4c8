"""Which numbers have RCS: asked in one request for many, or one by one for few.

https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones/getCapabilities
https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/users/batchGet

Only an answer in the provider's own form counts; of a number without one, nothing is known.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from workers.channels.base import SendError, Settings, Throttled
from workers.channels.http import START_S_MAX, Http

LIST_MIN: Final = 500  # the provider wants no shorter lists
LIST_MAX: Final = 10_000
NUMBERS_MAX: Final = 100_000


async def reached(settings: Settings, http: Http, token: str, numbers: Sequence[str]) -> dict[str, bool]:
    """Whether each number is reached, as far as the provider tells."""
    asked = list(dict.fromkeys(numbers))[:NUMBERS_MAX]
    if len(asked) < LIST_MIN:
        return await _one_by_one(settings, http, token, asked)
    found: dict[str, bool] = {}
    for start in range(0, len(asked), LIST_MAX):
        found |= await _listed(settings, http, token, asked[start : start + LIST_MAX])
    return found


async def _one_by_one(settings: Settings, http: Http, token: str, numbers: Sequence[str]) -> dict[str, bool]:
    """As far as the provider keeps answering: one that fails or asks us to wait is left alone."""
    found: dict[str, bool] = {}
    waiting = iter(numbers)
    stop_at = time.monotonic() + START_S_MAX

    async def work() -> None:
        for number in waiting:
            if time.monotonic() > stop_at:
                return
            try:
                known = await _one(settings, http, token, number)
            except SendError:
                return
            if known is not None:
                found[number] = known

    await asyncio.gather(*(work() for _ in range(min(settings.number("connections"), len(numbers)))))
    return found


async def _one(settings: Settings, http: Http, token: str, number: str) -> bool | None:
    asked = urlencode({"requestId": str(uuid.uuid4()), "agentId": settings.text("agent_id")})
    status, answer = await _answer(settings, http, token, "GET", f"phones/{number}/capabilities?{asked}")
    error = answer.get("error")
    if status == 404 and isinstance(error, dict) and error.get("status") == "NOT_FOUND":
        return False
    return bool(answer["features"]) if status == 200 and isinstance(answer.get("features"), list) else None


async def _listed(settings: Settings, http: Http, token: str, numbers: Sequence[str]) -> dict[str, bool]:
    content = {"users": list(numbers), "agentId": settings.text("agent_id")}
    status, answer = await _answer(settings, http, token, "POST", "users:batchGet", json.dumps(content).encode())
    found = answer.get("reachableUsers", [])
    if status != 200 or not isinstance(found, list):
        return {}
    reachable = set(map(str, found))
    return {number: number in reachable for number in numbers}


async def _answer(
    settings: Settings, http: Http, token: str, method: str, path: str, body: bytes = b""
) -> tuple[int, dict[str, Any]]:
    reply = await http.request(
        method,
        f"{settings.text('url').rstrip('/')}/v1/{path}",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        body=body,
        limit_s=settings.number("timeout_s"),
    )
    if reply.status == 429:
        raise Throttled("too fast for the provider")
    return reply.status, reply.json()
