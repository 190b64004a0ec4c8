"""Tables of prices: published lists are never changed, a new version replaces the old."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class PriceList(Base):
    """One version of the prices in one currency, in force from `published_at`, which may lie ahead."""

    __tablename__ = "price_lists"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    currency: Mapped[str]
    published_at: Mapped[datetime]


class PriceRule(Base):
    """The price of one SMS segment, MMS or RCS to a country, operator and kind ('' = any), in micro-units."""

    __tablename__ = "price_rules"
    __table_args__ = (Index("ix_price_rules_list_id", "list_id"), {"schema": SHARED})

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("shared.price_lists.id"))
    product: Mapped[str] = mapped_column(default="sms", server_default="sms")
    country: Mapped[str]
    operator: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    unit_micro: Mapped[int]
