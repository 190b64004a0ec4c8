"""Tables of messages: in the tenant's schema the messages and their earlier attempts; shared, the batches, the index
from a carrier's reference to a message, and the inbox of receipts."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, Integer, SmallInteger, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, TENANT, Base, shared_ids, tenant_ids


class Message(Base):
    """One message to one number, with its latest attempt. `sealed` holds [E.164, {variable: value}], bound to the id.

    `unit_micro` × `segments` is the cost, held in `hold_id` and settled by `settle_txn`. `fallback_*` are what an RCS
    would cost as SMS, until it goes as one. What is to be tried again waits until `due_at`; an accepted RCS is taken
    back then. `waits` counts how often the carrier only asked to wait, which is no attempt.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_campaign_id_batch_no", "campaign_id", "batch_no"),
        Index("ix_messages_phone_index", "phone_index"),
        # Room for the next version of each message beside it: no index is touched when only its state changes.
        {"schema": TENANT, "postgresql_with": {"fillfactor": 45}},
    )

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    campaign_id: Mapped[int]
    batch_no: Mapped[int] = mapped_column(Integer)
    state: Mapped[int] = mapped_column(SmallInteger)
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    segments: Mapped[int] = mapped_column(SmallInteger)
    country: Mapped[str]
    operator: Mapped[str]
    phone_index: Mapped[bytes]
    sealed: Mapped[bytes]
    unit_micro: Mapped[int]
    rule_id: Mapped[int]
    hold_id: Mapped[int]
    settle_txn: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    channel_id: Mapped[int | None]
    provider_ref: Mapped[str | None]
    code: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    waits: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    fallback_micro: Mapped[int | None]
    fallback_rule_id: Mapped[int | None]
    fallback_segments: Mapped[int | None] = mapped_column(SmallInteger)


class Run(Base):
    """The messages of one campaign as a whole. The statement that moves messages keeps the counts, so they are exact.

    flow: filling (being planned), open (being sent), paused, stopped (nothing more leaves). `text` is what is sent,
    sealed once: {"signature", "body", "kind"}, and for an MMS or RCS its "rich". product: sms, mms, rcs.
    """

    __tablename__ = "runs"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    campaign_id: Mapped[int] = mapped_column(primary_key=True)
    flow: Mapped[str] = mapped_column(server_default="filling")
    product: Mapped[str] = mapped_column(server_default="sms")
    kind: Mapped[str]
    signature_id: Mapped[int]
    text: Mapped[bytes]
    queued: Mapped[int] = mapped_column(server_default="0")
    submitting: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    in_doubt: Mapped[int] = mapped_column(server_default="0")
    delivered: Mapped[int] = mapped_column(server_default="0")
    undelivered: Mapped[int] = mapped_column(server_default="0")
    rejected: Mapped[int] = mapped_column(server_default="0")
    expired: Mapped[int] = mapped_column(server_default="0")
    cancelled: Mapped[int] = mapped_column(server_default="0")
    opted_out: Mapped[int] = mapped_column(server_default="0")
    parts: Mapped[int] = mapped_column(server_default="0")
    held_micro: Mapped[int] = mapped_column(server_default="0")
    posted_micro: Mapped[int] = mapped_column(server_default="0")
    released_micro: Mapped[int] = mapped_column(server_default="0")


class Attempt(Base):
    """An attempt that was superseded by a later one of the same message."""

    __tablename__ = "attempts"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    message_id: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    channel_id: Mapped[int | None]
    provider_ref: Mapped[str | None]
    outcome: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Batch(Base):
    """The ready-list and the lease: about two thousand messages of one campaign and route group.

    state: ready, leased, handed (to the gateway of `channel_id`, not yet taken up), held (campaign paused), sent (only
    receipts are missing). `left` counts the messages still to be sent; `lease_until` is by the database's clock.
    `revoke_at`: when one of its messages is next taken back, or whoever is at it must be done.
    """

    __tablename__ = "batches"
    __table_args__ = (
        Index("ix_batches_ready", "lane", "tenant_id", "ready_at", postgresql_where=text("state = 'ready'")),
        Index("ix_batches_leased", "lease_until", postgresql_where=text("state = 'leased'")),
        Index("ix_batches_channel", "channel_id", "ready_at", postgresql_where=text("channel_id IS NOT NULL")),
        Index("ix_batches_sent", "expires_at", postgresql_where=text("state = 'sent'")),
        Index("ix_batches_revoke", "revoke_at", postgresql_where=text("revoke_at IS NOT NULL")),
        Index("ux_batches_campaign", "tenant_id", "campaign_id", "batch_no", unique=True),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int]
    campaign_id: Mapped[int]
    batch_no: Mapped[int] = mapped_column(Integer)
    country: Mapped[str]
    operator: Mapped[str]
    kind: Mapped[str]
    product: Mapped[str] = mapped_column(server_default="sms")
    lane: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="ready")
    total: Mapped[int] = mapped_column(Integer)
    left: Mapped[int] = mapped_column(Integer)
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    ready_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    channel_id: Mapped[int | None]
    valid_until: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoke_at: Mapped[datetime | None]


class Turn(Base):
    """When a tenant's bulk was last served: the least recently served goes first."""

    __tablename__ = "turns"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[str] = mapped_column(primary_key=True)
    served_at: Mapped[datetime]


class Submission(Base):
    """From a carrier's reference to our message, for channels whose receipts do not carry ours. A long message has one
    for each of its `parts`."""

    __tablename__ = "submissions"
    __table_args__ = (Index("ix_submissions_at", "at", postgresql_using="brin"), {"schema": SHARED})

    channel_id: Mapped[int] = mapped_column(primary_key=True)
    provider_ref: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    message_id: Mapped[int]
    attempt: Mapped[int] = mapped_column(SmallInteger)
    part: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    parts: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    at: Mapped[datetime]


class Receipt(Base):
    """A receipt as it came in. state: new, matched (message known), settled, unknown. `phone_index`: of the number it
    names, by the platform's index, where its reference alone may not be enough."""

    __tablename__ = "receipts"
    __table_args__ = (
        Index("ix_receipts_new", "next_at", postgresql_where=text("state = 'new'")),
        Index("ix_receipts_matched", "tenant_id", "id", postgresql_where=text("state = 'matched'")),
        Index("ix_receipts_message", "tenant_id", "message_id"),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    channel_id: Mapped[int]
    provider_ref: Mapped[str]
    reference: Mapped[str]
    outcome: Mapped[str]
    code: Mapped[str]
    at: Mapped[datetime | None]
    phone_index: Mapped[bytes | None]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="new")
    tenant_id: Mapped[int | None]
    message_id: Mapped[int | None]
    attempt: Mapped[int | None] = mapped_column(SmallInteger)
    part: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    parts: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[datetime]


class Capability(Base):
    """Whether a channel reaches a number with RCS, as it said when last asked. Numbers by the platform's index."""

    __tablename__ = "capabilities"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    channel_id: Mapped[int] = mapped_column(primary_key=True)
    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    capable: Mapped[bool]
    checked_at: Mapped[datetime]
