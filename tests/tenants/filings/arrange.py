"""Channels that ask for filings, and a business's papers and links written down."""

from __future__ import annotations

import io
import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, update

from tenants import filings
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import Kind, State
from tenants.filings.asking import Lines
from tenants.filings.models import Filing, Rule
from tenants.routing.models import Channel
from tenants.signatures import Upload
from tenants.signatures.models import Signature

REGISTRATION = "91330106MA2C"
BY = 1
_serial = itertools.count(1)


@contextmanager
def channels(*needs: Mapping[str, Sequence[str]], state: str = "active", **columns: Any) -> Iterator[list[int]]:
    """One channel for each mapping of operator → what it asks for; gone afterwards, with their rules."""
    with scopes.platform(Reason.STAFF):
        ids = [
            db.session.scalars(
                insert(Channel)
                .values(
                    name=f"asks {next(_serial)} {secrets.token_hex(3)}", kind="simulator", settings={}, state=state,
                    created_at=now(), **columns,
                )
                .returning(Channel.id)
            ).one()
            for _ in needs
        ]  # fmt: skip
        for id, asked in zip(ids, needs, strict=True):
            filings.rules.set_needs(id, asked, by=BY)
    try:
        yield ids
    finally:
        with scopes.platform(Reason.STAFF):
            db.session.execute(delete(Channel).where(Channel.id.in_(ids)))
            db.session.execute(delete(Rule).where(Rule.channel_id.in_(ids)))


def papers(valid_until: date | None = None, number: str = REGISTRATION) -> filings.Subject:
    """Written down in the tenant's scope."""
    said = filings.Papers("禾木有限公司", number, valid_until)
    return filings.add_papers(said, [Upload("执照.pdf", io.BytesIO(b"%PDF-1 papers"))], by=BY)


def answer(state: State, *, kind: Kind | None = None, reason: str = "", valid_until: date | None = None) -> int:
    """The carrier has answered every filing of the scope's tenant that waits (or those of one kind)."""
    wanted = update(Filing).where(
        Filing.tenant_id == scopes.tenant_id(), Filing.state.in_((State.PREPARED, State.SUBMITTED))
    )
    if kind is not None:
        wanted = wanted.where(Filing.kind == kind)
    owner = wanted.values(state=state, reason=reason, valid_until=valid_until, decided_at=now()).returning(Filing.id)
    with scopes.platform(Reason.STAFF):
        return len(db.session.scalars(owner).all())


def lines(ids: Sequence[int], operators: Sequence[str] = ("mobile", "unicom", "telecom", "broadnet")) -> Lines:
    return {operator: list(ids) for operator in operators}


def signature(text: str = "禾木", number: str = REGISTRATION) -> int:
    """An approved one that stands on the company's papers."""
    row = {"text": text, "basis": "company", "company": "禾木有限公司", "registration_no": number, "state": "approved"}
    made = insert(Signature).values(row | {"evidence": [], "created_at": now()}).returning(Signature.id)
    return db.session.scalars(made).one()


def describe_links() -> None:
    """Say whose every link and number is."""
    for each in filings.overview({}):
        if each.subject.kind == Kind.LINK:
            said = filings.Details("禾木有限公司", "浙ICP备12345678号", "https://hemu.example/m1")
            filings.describe_link(each.subject.ref_id, said, by=BY)
