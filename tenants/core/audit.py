"""The audit log: one row for each act of a person, never changed and never deleted by the application."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import SHARED, Base, db, shared_ids


class Entry(Base):
    """Ids only, no personal data: `actor` is an identity, `object` a public id or name."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_tenant_id_id", "tenant_id", "id"), {"schema": SHARED})

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int | None]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    object: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ip: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


def record(
    action: str, *, actor_id: int | None, object: str = "", ip: str = "", request_id: str = "", **detail: Any
) -> None:
    """Write one act into the log in the present transaction, under the scope's tenant (none for the platform)."""
    tenant_id = detail.pop("tenant_id", scopes.current().tenant_id)
    db.session.execute(
        insert(Entry).values(
            tenant_id=tenant_id, actor_id=actor_id, action=action, object=object,
            detail=detail, ip=ip, request_id=request_id, at=now(),
        )
    )  # fmt: skip
