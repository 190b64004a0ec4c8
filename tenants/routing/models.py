"""Tables of routing: the channels messages leave by, and the pace of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class Channel(Base):
    """A way out. state: active, draining (finishes, takes nothing new), paused. Empty arrays mean any.

    `settings` are the adapter's clear fields, `secrets` its sealed ones; `tps` counts parts a second, 0 is unlimited.
    """

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("state IN ('active','draining','paused')", name="state"),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    countries: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    operators: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    tenant_ids: Mapped[list[Any]] = mapped_column(default=list)
    weight: Mapped[int] = mapped_column(default=100)
    tps: Mapped[int] = mapped_column(default=0)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[bytes | None]
    tokens: Mapped[float] = mapped_column(Double, default=0.0)
    refilled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
