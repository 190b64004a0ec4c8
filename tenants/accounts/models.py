"""Tables of accounts: tenants, the people who sign in, who belongs where, their sessions, mail and throttles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class Tenant(Base):
    """A business. Spares wait complete, with their schema and role, so that sign-up is one UPDATE.

    state: spare, trial, live, suspended, closed. `basis`: delivered or submitted, when a message is paid.
    """

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("state IN ('spare','trial','live','suspended','closed')", name="state"),
        CheckConstraint("basis IN ('delivered','submitted')", name="basis"),
        Index("ix_tenants_spare", "id", postgresql_where=text("state = 'spare'")),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(default="spare")
    name: Mapped[str] = mapped_column(default="")
    reseller_id: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="CNY")
    basis: Mapped[str] = mapped_column(default="delivered")
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    data_key: Mapped[bytes]
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    schema_version: Mapped[str] = mapped_column(default="")
    schema_error: Mapped[str] = mapped_column(default="")
    live_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]


class Identity(Base):
    """A person who signs in. The e-mail is stored normalised."""

    __tablename__ = "identities"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    is_staff: Mapped[bool] = mapped_column(Boolean, default=False)
    locale: Mapped[str] = mapped_column(default="zh")
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Member(Base):
    """An identity's place in a tenant; role: owner or member (members.py)."""

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_identity_id", "identity_id"), {"schema": SHARED})

    tenant_id: Mapped[int] = mapped_column(ForeignKey("shared.tenants.id"), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("shared.identities.id"), primary_key=True)
    role: Mapped[str]
    created_at: Mapped[datetime]


class Invitation(Base):
    """Somebody asked to join a business; state: sent, accepted, revoked. Only a hash of the link's token is kept.

    The same row is sent again, with a new token, as long as nobody has used it.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        Index("ux_invitations_open", "tenant_id", "email", unique=True, postgresql_where=text("state = 'sent'")),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int]
    email: Mapped[str]
    role: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="sent")
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class WebSession(Base):
    """A signed-in browser. Only a hash of the cookie's token is kept."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_identity_id", "identity_id"), {"schema": SHARED})

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("shared.identities.id"))
    tenant_id: Mapped[int | None]
    ip: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class MailToken(Base):
    """A link sent by mail; purpose: verify or reset. Only a hash of it is kept."""

    __tablename__ = "mail_tokens"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("shared.identities.id"))
    purpose: Mapped[str]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """How often something was tried in a window; PostgreSQL keeps it, so a lost Valkey opens no door."""

    __tablename__ = "throttles"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


class Mail(Base):
    """A mail to be sent, or shown on the local outbox page when no SMTP server is set; state: queued, sent, failed."""

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_queued", "id", postgresql_where=text("state = 'queued'")), {"schema": SHARED})

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int | None]
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
