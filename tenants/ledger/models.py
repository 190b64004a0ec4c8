"""Tables of the ledger. The application never writes them: the functions of schema `ledger` do (ledger/book.py)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import LEDGER, SHARED, Base, shared_ids


class Account(Base):
    """A wallet (locked, with posted and held balances) or an account of the platform (entries only, posted NULL)."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("floor IS NULL OR posted - held >= floor", name="floor"),
        CheckConstraint("held >= 0", name="held"),
        Index("ux_accounts_owner", "tenant_id", "kind", "currency", unique=True, postgresql_nulls_not_distinct=True),
        {"schema": LEDGER},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int | None]
    kind: Mapped[str]
    currency: Mapped[str]
    posted: Mapped[int | None]
    held: Mapped[int] = mapped_column(server_default="0")
    floor: Mapped[int | None]


class Txn(Base):
    """A transaction: append only. `idem` is the caller's key, `payload` a digest of what was asked under it, `released`
    what a settlement gave back of its holds (it moves nothing, so it is no entry)."""

    __tablename__ = "txns"
    __table_args__ = (Index("ix_txns_tenant_id_at", "tenant_id", "at"), {"schema": LEDGER})

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    idem: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[str]
    kind: Mapped[str]
    tenant_id: Mapped[int]
    ref_type: Mapped[str]
    ref_id: Mapped[int]
    actor_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(server_default="")
    released: Mapped[int] = mapped_column(server_default="0")
    reverses: Mapped[uuid.UUID | None]
    at: Mapped[datetime]


class LedgerEntry(Base):
    """One leg of a transaction, in micro-units; the legs of a transaction sum to zero, checked at commit."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_entries_account_id_id", "account_id", "id"),
        Index("ix_entries_txn_id", "txn_id"),
        {"schema": LEDGER},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    txn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger.txns.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger.accounts.id"))
    tenant_id: Mapped[int]
    amount: Mapped[int]


class Hold(Base):
    """Money set aside for a planning chunk; `remaining` shrinks as messages are posted or released."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="remaining"),
        Index("ix_holds_tenant_id_ref", "tenant_id", "ref_type", "ref_id"),
        {"schema": LEDGER},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    idem: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[str]
    tenant_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger.accounts.id"))
    amount: Mapped[int]
    remaining: Mapped[int]
    ref_type: Mapped[str]
    ref_id: Mapped[int]
    at: Mapped[datetime]


class Topup(Base):
    """A top-up we asked Stripe for; only a row of ours is ever credited. state: created, paid, failed, expired.

    `asked_at` is when we last asked Stripe about it, because no notification had come.
    """

    __tablename__ = "topups"
    __table_args__ = (
        Index("ux_topups_session_id", "session_id", unique=True, postgresql_where=text("session_id <> ''")),
        Index("ux_topups_payment_intent", "payment_intent", unique=True, postgresql_where=text("payment_intent <> ''")),
        Index("ix_topups_created", "created_at", postgresql_where=text("state = 'created'")),
        Index("ix_topups_tenant_id", "tenant_id", "id"),
        {"schema": LEDGER},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int]
    amount_micro: Mapped[int]
    currency: Mapped[str]
    stripe_account: Mapped[str] = mapped_column(default="")
    session_id: Mapped[str] = mapped_column(default="")
    payment_intent: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="created")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class StripeEvent(Base):
    """Stripe's news, kept before it is answered; state: new, done, ignored, failed."""

    __tablename__ = "stripe_events"
    __table_args__ = (
        Index("ix_stripe_events_new", "received_at", postgresql_where=text("state = 'new'")),
        {"schema": SHARED},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    account: Mapped[str] = mapped_column(default="")
    livemode: Mapped[bool]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="new")
    tries: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
