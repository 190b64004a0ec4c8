"""Tables of opt-outs: a business's own list, and the platform's blocks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, TENANT, Base


class OptOut(Base):
    """A number that must not be sent to: under one signature, or (signature_id 0) under all of this business.

    `sealed` holds the number, bound to `phone_index`; source: page, import, reply.
    """

    __tablename__ = "optouts"
    __table_args__ = (Index("ix_optouts_created_at", "created_at", "phone_index", "signature_id"), {"schema": TENANT})

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    signature_id: Mapped[int] = mapped_column(primary_key=True, default=0)
    sealed: Mapped[bytes]
    source: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]


class GlobalBlock(Base):
    """A number no business may send to, by the platform's blind index."""

    __tablename__ = "global_blocks"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]
