"""Tables of routing: the channels messages leave by with their pace and breaker, the rules that choose among them, what
they did lately, the points they have, the numbers that changed their operator; and the gateways that keep links."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, Index, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class Channel(Base):
    """A way out. state: active, draining (finishes, takes nothing new), paused. Empty arrays mean any.

    `settings` are the adapter's clear fields, `secrets` its sealed ones; `tps` counts parts a second, 0 is unlimited.
    breaker: closed (works), open (takes nothing until `breaker_until`), probing (one small slice is out to see).
    `failures` are whole calls in a row that came to nothing, `openings` how often it opened since it last worked.
    """

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("state IN ('active','draining','paused')", name="state"),
        CheckConstraint("breaker IN ('closed','open','probing')", name="breaker"),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    countries: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    operators: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    products: Mapped[list[str]] = mapped_column(ARRAY(Text), default=lambda: ["sms"], server_default="{sms}")
    tenant_ids: Mapped[list[Any]] = mapped_column(default=list)
    weight: Mapped[int] = mapped_column(default=100)
    tps: Mapped[int] = mapped_column(default=0)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[bytes | None]
    tokens: Mapped[float] = mapped_column(Double, default=0.0)
    refilled_at: Mapped[datetime | None]
    breaker: Mapped[str] = mapped_column(server_default="closed")
    breaker_reason: Mapped[str] = mapped_column(server_default="")
    breaker_at: Mapped[datetime | None]
    breaker_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    openings: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime]


class Ported(Base):
    """A number whose operator is not the one its prefix says."""

    __tablename__ = "ported"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    operator: Mapped[str]
    at: Mapped[datetime]


class Route(Base):
    """A rule: messages of this country, operator, kind and product (empty: any) of a business or of a reseller's
    businesses (none: everybody's) leave by these channels. `ways`: [[channel id, weight], …]."""

    __tablename__ = "routes"
    __table_args__ = (
        Index(
            "ux_routes_match", "country", "operator", "kind", "product", "tenant_id", "reseller_id",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        {"schema": SHARED},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    country: Mapped[str]
    operator: Mapped[str]
    kind: Mapped[str]
    product: Mapped[str]
    tenant_id: Mapped[int | None]
    reseller_id: Mapped[int | None]
    ways: Mapped[list[Any]]
    note: Mapped[str]
    created_at: Mapped[datetime]


class Health(Base):
    """What a channel did for a business on one side (operator, or country abroad) in a few seconds from `at` on.

    `wait` is the step of the scale in `seeing` a receipt's wait falls on, 0 for everything that is no receipt.
    throttled, refused (the channel's fault), rejected (the message's own), doubted, slow are answers; delivered, failed
    (the channel's fault), undelivered (the recipient's) are receipts.
    """

    __tablename__ = "health"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    at: Mapped[datetime] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    operator: Mapped[str] = mapped_column(primary_key=True)
    wait: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    accepted: Mapped[int] = mapped_column(Integer)
    throttled: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    doubted: Mapped[int] = mapped_column(Integer)
    slow: Mapped[int] = mapped_column(Integer)
    delivered: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    undelivered: Mapped[int] = mapped_column(Integer)


class Points(Base):
    """How much of its weight a channel has on one side, of 100. No row: all of it."""

    __tablename__ = "points"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    channel_id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(primary_key=True)
    operator: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime]
    dropped_at: Mapped[datetime]


class PointChange(Base):
    """One change of points, or of the breaker (then without points), and why."""

    __tablename__ = "point_changes"
    __table_args__ = (Index("ix_point_changes_channel_id_at", "channel_id", "at"), {"schema": SHARED})

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    channel_id: Mapped[int]
    country: Mapped[str]
    operator: Mapped[str]
    before: Mapped[int | None] = mapped_column(SmallInteger)
    after: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str]
    detail: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Gateway(Base):
    """A process that keeps links; it lives while its heartbeat is fresh."""

    __tablename__ = "gateways"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]


class ChannelLease(Base):
    """Which gateway keeps the links of a channel. `fence` grows with every change of hands."""

    __tablename__ = "channel_leases"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    channel_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    fence: Mapped[int] = mapped_column(server_default="0")
    taken_at: Mapped[datetime | None]


class LinkState(Base):
    """How one line of a channel is, as its gateway told last."""

    __tablename__ = "link_states"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    channel_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    gateway: Mapped[uuid.UUID] = mapped_column(Uuid)
    state: Mapped[str]
    since: Mapped[datetime]
    links: Mapped[int] = mapped_column(Integer)
    window_size: Mapped[int] = mapped_column(Integer)
    window_used: Mapped[int] = mapped_column(Integer)
    submitted_s: Mapped[float] = mapped_column(Double)
    submitted: Mapped[int]
    answered: Mapped[int]
    throttled: Mapped[int]
    queued: Mapped[int] = mapped_column(Integer)
    error: Mapped[str]
    updated_at: Mapped[datetime]
