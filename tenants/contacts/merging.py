"""A chunk of an import into the tables, a statement for each step: staged by COPY, merged at once.

Of rows that repeat a number across chunks the first is kept: a person remembers the file and row that brought them.
"""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Select, Table, Text, func, literal, select
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from tenants import optouts
from tenants.accounts import vault
from tenants.contacts.models import Contact, ContactList, Import, ImportRow, ListMember
from tenants.contacts.reading import NAME, Refusal, Row
from tenants.core import bulk
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.secrets import json_text

TYPED_MAX = 64
_STAGED = Table(
    "staged", MetaData(schema="pg_temp"),
    Column("row_no", BigInteger), Column("phone_index", BYTEA), Column("sealed", BYTEA), Column("country", Text),
    Column("operator", Text), Column("line", Text), Column("fields", JSONB), Column("named", Boolean),
    prefixes=["TEMPORARY"], postgresql_on_commit="DROP",
)  # fmt: skip
_TAKEN = ("phone_index", "sealed", "country", "operator", "line", "fields", "row_no")


@dataclass
class Outcome:
    """What became of a chunk's rows; `repeats`: row → the row that was kept."""

    created: int = 0
    updated: int = 0
    optedout: int = 0
    repeats: Pairs[int, int] = field(default_factory=dict)


def keep_contacts(into: Import, rows: Sequence[Row]) -> Outcome:
    """New people are created, known ones updated: fields that the file does not fill stay as they were."""
    _stage(rows)
    outcome, at, joined = Outcome(), now(), 0
    for named in {bool(row.name) for row in rows}:
        created, updated, optedout, members = db.session.execute(_merge(into, at, named)).one()
        outcome.created += created
        outcome.updated += updated
        outcome.optedout += optedout
        joined += members
    if outcome.created + outcome.updated < len(rows):
        outcome.repeats = _repeats(into)
    if into.list_id is not None and joined:
        people = db.session.get(ContactList, into.list_id, with_for_update=True, populate_existing=True)
        assert people is not None, "a list that is being filled cannot be deleted"
        people.contacts_n += joined
    return outcome


def _stage(rows: Sequence[Row]) -> None:
    _STAGED.create(db.session.connection())
    keys = vault()
    columns = [column.name for column in _STAGED.columns]
    bulk.copy(_STAGED, columns, (_staged(row, keys.index(row.phone.e164), keys) for row in rows))


def _staged(row: Row, index: bytes, keys: Any) -> tuple[Any, ...]:
    phone = row.phone
    sealed = keys.seal("contacts", index, {"n": phone.e164, "v": {NAME: row.name} if row.name else {}})
    return (
        row.row_no, index, sealed, phone.country, phone.operator, phone.line,
        json_text(row.fields) if row.fields else "{}", bool(row.name),
    )  # fmt: skip


def _merge(into: Import, at: datetime, named: bool) -> Select[Any]:
    """Rows with a name write the ciphertext anew; rows without one leave the one that is there."""
    given = select(
        *(_STAGED.c[name] for name in _TAKEN), literal(into.id), literal(at), literal(at)
    ).where(_STAGED.c.named == named)  # fmt: skip
    put = upsert(Contact).from_select([*_TAKEN, "import_id", "created_at", "updated_at"], given, include_defaults=False)
    fresh = put.excluded
    anew: dict[str, Any] = {
        name: fresh[name] for name in ("country", "operator", "line", "import_id", "row_no", "updated_at")
    }
    anew["fields"] = Contact.__table__.c.fields.concat(fresh.fields)
    if named:
        anew["sealed"] = fresh.sealed
    merged = (
        put.on_conflict_do_update(
            index_elements=[Contact.phone_index], set_=anew, where=Contact.import_id.is_distinct_from(into.id)
        )
        .returning(
            Contact.id, (Contact.created_at == at).label("created"), optouts.known(Contact.phone_index).label("out")
        )
        .cte("merged")
    )
    joined = (
        upsert(ListMember)
        .from_select(["list_id", "contact_id"], select(literal(into.list_id), merged.c.id))
        .on_conflict_do_nothing()
        .returning(ListMember.contact_id)
        .cte("joined")
    )
    return select(
        func.count().filter(merged.c.created),
        func.count().filter(~merged.c.created),
        func.count().filter(merged.c.out),
        select(func.count()).select_from(joined).scalar_subquery(),
    ).select_from(merged)


def _repeats(into: Import) -> dict[int, int]:
    rows = db.session.execute(
        select(_STAGED.c.row_no, Contact.row_no)
        .join(Contact, Contact.phone_index == _STAGED.c.phone_index)
        .where(Contact.import_id == into.id, Contact.row_no != _STAGED.c.row_no)
    )
    return {row_no: kept for row_no, kept in rows if kept is not None}


def keep_optouts(into: Import, rows: Sequence[Row]) -> Outcome:
    """A number that is on the list already stays as it is and counts as updated."""
    added = optouts.add_many([row.phone.e164 for row in rows], source="import", by=into.created_by)
    return Outcome(created=added, updated=len(rows) - added, optedout=added)


def keep_audience(into: Import, rows: Sequence[Row]) -> Outcome:
    """Recipients of one campaign: the rows themselves are kept, nobody becomes a contact."""
    keys = vault()
    indexes = [keys.index(row.phone.e164) for row in rows]
    before = _rows_of(into, indexes)
    outcome = Outcome(repeats={row.row_no: before[at] for row, at in zip(rows, indexes, strict=True) if at in before})
    kept = [(row, at) for row, at in zip(rows, indexes, strict=True) if at not in before]
    outcome.created = len(kept)
    outcome.optedout = len(optouts.filter([at for _, at in kept], optouts.EVERY_SIGNATURE)) if kept else 0
    values = ({NAME: row.name, **row.fields} if row.name else row.fields for row, _ in kept)
    _copy_rows(
        (into.id, row.row_no, "", at, {"n": row.phone.e164, "v": each}, row.phone.country, row.phone.operator)
        for (row, at), each in zip(kept, values, strict=True)
    )
    return outcome


def _rows_of(into: Import, indexes: Sequence[bytes]) -> dict[bytes, int]:
    given = bulk.arrays("given", {"phone_index": (ImportRow.phone_index.type, indexes)})
    found = select(ImportRow.phone_index, ImportRow.row_no).where(
        ImportRow.import_id == into.id, ImportRow.phone_index.in_(select(given.c.phone_index))
    )
    return {at: row_no for at, row_no in db.session.execute(found) if at is not None}


def keep_refusals(into: Import, refused: Sequence[Refusal]) -> None:
    """Refused rows with their cells, to be shown and given back."""
    _copy_rows(
        (into.id, each.row_no, each.problem, None, {"n": each.typed[:TYPED_MAX], "v": list(each.cells)}, "", "")
        for each in refused
    )


def _copy_rows(rows: Any) -> None:
    keys = vault()
    columns = ("import_id", "row_no", "problem", "phone_index", "sealed", "country", "operator")
    bulk.copy(
        ImportRow.__table__, columns,  # type: ignore[arg-type]
        ((id, no, why, at, keys.seal("import_rows", f"{id}:{no}".encode(), value), *place)
         for id, no, why, at, value, *place in rows),
    )  # fmt: skip
