"""Audiences: the people of a campaign, from lists or from the rows of one file, page by page and nobody twice.

A source is {"source": "lists", "list_ids": […]} or {"source": "import", "import_id": …}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from tenants.accounts.vaults import vault
from tenants.contacts.models import Contact, Import, ImportRow, ListMember
from tenants.core.db import db


@dataclass(frozen=True)
class Recipient:
    """One person: `row_id` orders them, `values` are the fields a template may use."""

    row_id: int
    phone_index: bytes
    number: str
    country: str
    operator: str
    values: dict[str, str]


@dataclass(frozen=True)
class Summary:
    """What an audience was made of: rows given, of them unusable, of them repeated."""

    rows: int
    invalid: int = 0
    duplicate: int = 0


def audience(source: dict[str, Any], after: int, limit: int) -> list[Recipient]:
    """The next people of an audience, by row id; empty at the end."""
    if source["source"] == "lists":
        return _of_lists(source["list_ids"], after, limit)
    return _of_import(source["import_id"], after, limit)


def audience_summary(source: dict[str, Any]) -> Summary:
    if source["source"] == "lists":
        return Summary(
            db.session.scalar(select(func.count()).select_from(_members(source["list_ids"]).subquery())) or 0
        )
    found = db.session.get(Import, source["import_id"])
    return Summary(found.rows_n, found.invalid_n, found.duplicate_n) if found else Summary(0)


def audience_fields(source: dict[str, Any], sample: int = 200) -> list[str]:
    """The fields that the first people of an audience have, in their order."""
    return list(dict.fromkeys(name for person in audience(source, 0, sample) for name in person.values))


def _members(list_ids: Sequence[int]) -> Any:
    return select(ListMember.contact_id).where(ListMember.list_id.in_(list_ids)).distinct()


def _of_lists(list_ids: Sequence[int], after: int, limit: int) -> list[Recipient]:
    rows = db.session.execute(
        select(Contact.id, Contact.phone_index, Contact.sealed, Contact.country, Contact.operator, Contact.fields)
        .where(Contact.id > after, Contact.id.in_(_members(list_ids)))
        .order_by(Contact.id)
        .limit(limit)
    ).all()
    keys = vault()
    people = []
    for row in rows:
        secret = keys.open("contacts", row.phone_index, row.sealed)
        values = {name: str(value) for name, value in {**row.fields, **secret["v"]}.items()}
        people.append(Recipient(row.id, row.phone_index, secret["n"], row.country, row.operator, values))
    return people


def _of_import(import_id: int, after: int, limit: int) -> list[Recipient]:
    rows = db.session.execute(
        select(ImportRow.row_no, ImportRow.phone_index, ImportRow.sealed, ImportRow.country, ImportRow.operator)
        .where(ImportRow.import_id == import_id, ImportRow.row_no > after, ImportRow.problem == "")
        .order_by(ImportRow.row_no)
        .limit(limit)
    ).all()
    keys = vault()
    people = []
    for row in rows:
        secret = keys.open("import_rows", f"{import_id}:{row.row_no}".encode(), row.sealed)
        values = {name: str(value) for name, value in secret["v"].items()}
        people.append(Recipient(row.row_no, row.phone_index, secret["n"], row.country, row.operator, values))
    return people
