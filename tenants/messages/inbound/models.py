"""The table of replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class Reply(Base):
    """What somebody wrote back. state: new, matched, kept, unknown.

    `sealed` holds [number, text]: under the platform's key until the business is known, then under the business's,
    bound to the id. `digest` says that a carrier brought the same twice; `phone_index` is the platform's blind index.
    """

    __tablename__ = "replies"
    __table_args__ = (
        Index("ux_replies_digest", "channel_id", "digest", unique=True),
        Index("ix_replies_open", "id", postgresql_where=text("state IN ('new','matched')")),
        Index("ix_replies_tenant_id", "tenant_id", "id"),
        Index("ix_replies_phone_index", "tenant_id", "phone_index", "id"),
        Index("ix_replies_unread", "tenant_id", postgresql_where=text("state = 'kept' AND read_at IS NULL")),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    channel_id: Mapped[int]
    digest: Mapped[bytes]
    phone_index: Mapped[bytes]
    extension: Mapped[str]
    sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default="new")
    tenant_id: Mapped[int | None]
    message_id: Mapped[int | None]
    campaign_id: Mapped[int | None]
    signature_id: Mapped[int | None]
    stops: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
