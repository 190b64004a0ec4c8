"""Tables of webhooks: what happened, ready to be told to the business's own systems."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import TENANT, Base, tenant_ids


class Event(Base):
    """One piece of news; `delivered_at` stays empty until an endpoint took it."""

    __tablename__ = "events"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    type: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
