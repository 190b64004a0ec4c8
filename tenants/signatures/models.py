"""Tables of signatures: the name in 【】 a business sends under."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import TENANT, Base, tenant_ids


class Signature(Base):
    """state: draft, in_review, approved, rejected. `evidence` lists the files that prove the name is theirs."""

    __tablename__ = "signatures"
    __table_args__ = (Index("ux_signatures_text", "text", unique=True), {"schema": TENANT})

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    text: Mapped[str]
    basis: Mapped[str]
    company: Mapped[str] = mapped_column(default="")
    registration_no: Mapped[str] = mapped_column(default="")
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="draft")
    reason: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
