"""News for a business's own systems. So far it is recorded, ready for the day an endpoint asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from tenants.core.clock import now
from tenants.core.db import db
from tenants.webhooks.models import Event

__all__ = ["record", "thin"]

KEPT = timedelta(days=90)
THINNED_MAX = 2_000


def record(type: str, object_id: int, data: dict[str, Any]) -> None:
    """Keep one piece of news of the scope's tenant, in the transaction that made it true."""
    db.session.execute(insert(Event).values(type=type, data=data | {"id": object_id}, at=now()))


def thin() -> int:
    """Forget one lot of old news of the scope's tenant; how many went. The oldest ids are the oldest news."""
    first = select(Event.id, Event.at).order_by(Event.id).limit(THINNED_MAX).subquery()
    old = select(first.c.id).where(first.c.at < now() - KEPT)
    return len(db.session.scalars(delete(Event).where(Event.id.in_(old)).returning(Event.id)).all())
