"""Tables of moderation: the word table and the review queue of staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class Word(Base):
    """level: block, review, record."""

    __tablename__ = "words"
    __table_args__ = (
        CheckConstraint("level IN ('block','review','record')", name="level"),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    word: Mapped[str] = mapped_column(unique=True)
    level: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Review(Base):
    """What a staff member must judge. subject: signature, template, campaign, go_live.
    state: pending, approved, rejected, withdrawn.

    `shown` is what the reviewer sees; review.py says its keys. `skeleton` is how a signature's name looks, so that its
    doubles are found. While `locked_until` lies ahead only `locked_by` may decide. With `needs_second` an approval by
    `first_by` waits for another reviewer's.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_pending", "due_at", postgresql_where=text("state = 'pending'")),
        Index(
            "ux_reviews_subject", "tenant_id", "subject", "subject_id", "version", unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_reviews_decided", "subject", "decided_at", postgresql_where=text("state <> 'pending'")),
        Index("ix_reviews_tenant_id", "tenant_id", "id"),
        Index("ix_reviews_skeleton", "skeleton", postgresql_where=text("skeleton <> ''")),
        {"schema": SHARED},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int]
    subject: Mapped[str]
    subject_id: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    shown: Mapped[dict[str, Any]]
    skeleton: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str] = mapped_column(default="")
    submitted_by: Mapped[int | None]
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    locked_by: Mapped[int | None]
    locked_until: Mapped[datetime | None]
    needs_second: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    first_by: Mapped[int | None]
    first_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
