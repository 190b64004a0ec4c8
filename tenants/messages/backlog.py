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


def backlog() -> Sequence[Waiting]:
    """By route group, the most first; read from the ready-list, so it costs a row a thousand messages."""
    group = (Batch.country, Batch.operator, Batch.kind)
    waiting = func.sum(Batch.left)
    rows = db.session.execute(
        select(*group, waiting).where(Batch.state == "ready").group_by(*group).order_by(waiting.desc())
    )
    return [Waiting(country, operator, kind, int(n)) for country, operator, kind, n in rows]
