"""Tables of campaigns. The statement that moves messages keeps the counts, so they are exact at any moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import TENANT, Base, tenant_ids


class Campaign(Base):
    """state: see campaigns/states.py.

    audience: {"source": "lists", "list_ids": […]} or {"source": "import", "import_id": …} (pasted or a one-off file).
    bindings: template variable -> {"field": name} or {"value": text}. preflight: the last forecast, with its `at`.
    text: what is sent, frozen at launch: {"signature", "body", "variables", "suffix", "kind"} sealed once.
    """

    __tablename__ = "campaigns"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    kind: Mapped[str] = mapped_column(default="")
    signature_id: Mapped[int | None]
    template_id: Mapped[int | None]
    version: Mapped[int | None]
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    bindings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    text: Mapped[bytes | None]
    scheduled_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    revision: Mapped[int] = mapped_column(default=1)
    preflight: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    planned_through: Mapped[int] = mapped_column(default=0)
    chunks_n: Mapped[int] = mapped_column(Integer, default=0)
    batches_n: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    submitting: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    in_doubt: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[int] = mapped_column(default=0)
    undelivered: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    expired: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    opted_out: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[dict[str, Any]] = mapped_column(default=dict)
    parts: Mapped[int] = mapped_column(default=0)
    held_micro: Mapped[int] = mapped_column(default=0)
    posted_micro: Mapped[int] = mapped_column(default=0)
    released_micro: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    launched_by: Mapped[int | None]
    launched_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
