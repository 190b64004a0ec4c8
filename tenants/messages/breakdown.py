"""A run seen from its sides: by operator and by reason of failure, who failed, and until when doubt is waited for.

The counts of a run as a whole are exact at any moment (progress.py). These need a look at every message, so they are
kept in Valkey for a few seconds, for a minute when the run is large, and for good measure an hour when it is over.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import redis
from flask import current_app
from sqlalchemy import case, func, null, select, tuple_

from tenants.core import redis as valkey
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.secrets import Vault
from tenants.messages.models import Batch, Message
from tenants.messages.states import FAILED, State

LARGE = 200_000
KEPT_S, KEPT_LARGE_S, KEPT_ENDED_S = 4, 60, 3_600
FAILED_PAGE = 5_000


@dataclass(frozen=True)
class Side:
    """The messages of a run to one operator, or to one country where operators are not told apart."""

    country: str
    operator: str
    counts: Counter[State] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def failed(self) -> int:
        return sum(self.counts[state] for state in FAILED)

    @property
    def bar(self) -> dict[str, int]:
        """The five of the delivery bar."""
        return {
            "delivered": self.counts[State.DELIVERED],
            "awaiting": self.counts[State.SUBMITTING] + self.counts[State.ACCEPTED],
            "in_doubt": self.counts[State.IN_DOUBT],
            "failed": self.failed,
            "queued": self.counts[State.QUEUED],
        }


@dataclass(frozen=True)
class Breakdown:
    """`sides` the largest first; `reasons` (code, count) of what failed, the most frequent first."""

    sides: list[Side]
    reasons: list[tuple[str, int]]


def breakdown(campaign_id: int, *, total: int, ended: bool) -> Breakdown:
    """The sides of a run of `total` messages, seconds old at most while it is small."""
    kept_s = KEPT_ENDED_S if ended else KEPT_S if total <= LARGE else KEPT_LARGE_S
    key = f"breakdown:{scopes.tenant_id()}:{campaign_id}:{'ended' if ended else 'open'}"
    rows = _kept(key)
    if rows is None:
        rows = _counted(campaign_id)
        _keep(key, rows, kept_s)
    return _sorted(rows)


def _counted(campaign_id: int) -> list[list[Any]]:
    code = case((Message.state.in_(FAILED), func.coalesce(Message.code, "")), else_=null())
    sides = (Message.country, Message.operator, Message.state, code)
    query = select(*sides, func.count()).where(Message.campaign_id == campaign_id).group_by(*sides)
    return [list(row) for row in db.session.execute(query)]


def _sorted(rows: list[list[Any]]) -> Breakdown:
    sides: dict[tuple[str, str], Side] = {}
    reasons: Counter[str] = Counter()
    for country, operator, state, code, n in rows:
        sides.setdefault((country, operator), Side(country, operator)).counts[State(state)] += n
        if code is not None:
            reasons[code] += n
    return Breakdown(sorted(sides.values(), key=lambda side: -side.total), reasons.most_common())


def _kept(key: str) -> list[list[Any]] | None:
    try:
        found = _client().get(key)
    except redis.RedisError:
        return None
    return json.loads(found) if isinstance(found, bytes) else None


def _keep(key: str, rows: list[list[Any]], kept_s: int) -> None:
    try:
        _client().set(key, json.dumps(rows), ex=kept_s)
    except redis.RedisError:
        return


def _client() -> redis.Redis:
    return valkey.client(current_app.config["SETTINGS"].redis_url)


def doubt_until(campaign_id: int) -> datetime | None:
    """When the last of the receipts still missing are given up; None while everything is yet to be handed over."""
    own = (Batch.tenant_id == scopes.tenant_id()) & (Batch.campaign_id == campaign_id)
    return db.session.scalar(select(func.max(Batch.expires_at)).where(own, Batch.state == "sent"))


@dataclass(frozen=True)
class Failed:
    """A message that did not arrive; (`batch_no`, `id`) is its place in the run."""

    batch_no: int
    id: int
    number: str
    country: str
    operator: str
    state: State
    code: str
    done_at: datetime | None


def failed(campaign_id: int, vault: Vault, after: tuple[int, int] = (-1, 0), limit: int = FAILED_PAGE) -> list[Failed]:
    """The next messages that failed, in the order of the run; empty at the end."""
    rows = db.session.execute(
        select(
            Message.batch_no, Message.id, Message.sealed, Message.country, Message.operator, Message.state,
            Message.code, Message.done_at,
        )
        .where(
            Message.campaign_id == campaign_id, tuple_(Message.batch_no, Message.id) > after,
            Message.state.in_(FAILED),
        )
        .order_by(Message.batch_no, Message.id)
        .limit(limit)
    )  # fmt: skip
    return [
        Failed(row.batch_no, row.id, vault.open("messages", row.id, row.sealed)[0], row.country, row.operator,
               State(row.state), row.code or "", row.done_at)
        for row in rows
    ]  # fmt: skip
