"""What waits to be sent, over all businesses. Platform scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from tenants.core.db import db
from tenants.messages.models import Batch


@dataclass(frozen=True)
class Waiting:
    """Messages of one route group that are ready and not sent."""

    country: str
    operator: str
    kind: str
    messages: int


def oldest_s() -> float:
    """For how many seconds the batch has waited that was to leave first."""
    waited = func.extract("epoch", func.now() - func.min(Batch.ready_at))
    found = db.session.scalar(select(waited).where(Batch.state == "ready", Batch.ready_at <= func.now()))
    return max(0.0, float(found or 0.0))


def backlog() -> Sequence[Waiting]:
    """By route group, the most first; read from the ready-list, so it costs a row a thousand messages."""
    group = (Batch.country, Batch.operator, Batch.kind)
    waiting = func.sum(Batch.left)
    rows = db.session.execute(
        select(*group, waiting).where(Batch.state == "ready").group_by(*group).order_by(waiting.desc())
    )
    return [Waiting(country, operator, kind, int(n)) for country, operator, kind, n in rows]
