"""News for a business's own systems. So far it is recorded, ready for the day an endpoint asks for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from tenants.core.clock import now
from tenants.core.db import db
from tenants.webhooks.models import Event

__all__ = ["record"]


def record(type: str, object_id: int, data: dict[str, Any]) -> None:
    """Keep one piece of news of the scope's tenant, in the transaction that made it true."""
    db.session.execute(insert(Event).values(type=type, data=data | {"id": object_id}, at=now()))
