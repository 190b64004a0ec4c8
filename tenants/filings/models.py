"""Tables of filings. All are shared: one carrier's sheet holds many businesses, and row-level security parts them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base, shared_ids


class Rule(Base):
    """What must be filed with an operator before a text may leave by a channel. No row: nothing.

    `by_code`: the channel sends nothing but its provider's own templates. One must be filed, and its code known.
    """

    __tablename__ = "filing_rules"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    channel_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operator: Mapped[str] = mapped_column(primary_key=True)
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    by_code: Mapped[bool] = mapped_column(server_default=text("false"))
    changed_by: Mapped[int | None]
    changed_at: Mapped[datetime]


class Subject(Base):
    """One version of something that is filed, as carriers are told of it; never changed.

    `ref_id` stays the same from version to version: the signature's or template's id, else that of the first version.
    `key` is the name others stand on it by: a registration number, a link. `stands_on` are such keys: of the papers
    behind a signature, of the links in a template.
    """

    __tablename__ = "filing_subjects"
    __table_args__ = (
        CheckConstraint("kind IN ('qualification','signature','template','link')", name="kind"),
        Index("ux_filing_subjects_version", "tenant_id", "kind", "ref_id", "version", unique=True),
        Index(
            "ux_filing_subjects_key", "tenant_id", "kind", "key", "version", unique=True,
            postgresql_where=text("key <> ''"),
        ),
        Index("ix_filing_subjects_valid_until", "valid_until", postgresql_where=text("valid_until IS NOT NULL")),
        {"schema": SHARED},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int]
    kind: Mapped[str]
    ref_id: Mapped[int]
    version: Mapped[int]
    key: Mapped[str] = mapped_column(default="")
    stands_on: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    title: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    valid_until: Mapped[date | None]
    reminded_days: Mapped[int | None]
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]


class Filing(Base):
    """One subject with one operator by one channel. state: see states.py; `edition` is a template's version, else 0.

    A new round begins when the last one ended or is about to; a filed one counts until its day, whatever came after.
    `carrier_no` is the number a carrier gave the filing, `template_code` what a provider calls a template it sends.
    """

    __tablename__ = "filings"
    __table_args__ = (
        CheckConstraint(
            "state IN ('prepared','withdrawn','submitted','filed','rejected','expired')", name="state"
        ),
        Index(
            "ux_filings_round", "tenant_id", "kind", "ref_id", "edition", "channel_id", "operator", "round",
            unique=True,
        ),
        Index(
            "ix_filings_open", "state", "channel_id", "operator", "id",
            postgresql_where=text("state IN ('prepared','submitted')"),
        ),
        Index(
            "ix_filings_valid_until", "valid_until",
            postgresql_where=text("state = 'filed' AND valid_until IS NOT NULL"),
        ),
        {"schema": SHARED},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    tenant_id: Mapped[int]
    subject_id: Mapped[int]
    kind: Mapped[str]
    ref_id: Mapped[int]
    edition: Mapped[int]
    channel_id: Mapped[int]
    operator: Mapped[str]
    round: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    carrier_no: Mapped[str] = mapped_column(default="")
    template_code: Mapped[str] = mapped_column(server_default=text("''"))
    valid_until: Mapped[date | None]
    reminded_days: Mapped[int | None]
    prepared_by: Mapped[int | None]
    prepared_at: Mapped[datetime]
    submitted_by: Mapped[int | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]


class Answer(Base):
    """A carrier's answer file, kept as it came. `outcome` says what applying it did; empty until then."""

    __tablename__ = "filing_answers"
    __table_args__ = (
        Index("ux_filing_answers_file", "channel_id", "operator", "sha256", unique=True),
        {"schema": SHARED},
    )

    id: Mapped[int] = mapped_column(shared_ids, server_default=shared_ids.next_value(), primary_key=True)
    channel_id: Mapped[int]
    operator: Mapped[str]
    sha256: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes]
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)
    uploaded_by: Mapped[int | None]
    uploaded_at: Mapped[datetime]
    applied_by: Mapped[int | None]
    applied_at: Mapped[datetime | None]
