"""A chunk of an import into the tables, a statement for each step: staged by COPY, merged at once.

Of rows that repeat a number across chunks the first is kept: a person remembers the file and row that brought them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Select, Table, Text, func, literal, select
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from tenants import optouts
from tenants.accounts import vault
from tenants.contacts.listing import get_list
from tenants.contacts.models import Contact, Import, ImportRow, ListMember
from tenants.contacts.reading import Ready, Refusal, json_of
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


def keep_contacts(into: Import, ready: Ready) -> Outcome:
    """New people are created, known ones updated: fields that the file does not fill stay as they were."""
    rows, outcome, at, joined = ready.rows, Outcome(), now(), 0
    _stage(ready)
    for named in sorted({bool(row.name) for row in rows}, reverse=True):
        created, updated, optedout, members = db.session.execute(_merge(into, at, named)).one()
        outcome.created += created
        outcome.updated += updated
        outcome.optedout += optedout
        joined += members
    if outcome.created + outcome.updated < len(rows):
        outcome.repeats = _repeats(into)
    if into.list_id is not None and joined:
        get_list(into.list_id, lock=True).contacts_n += joined
    return outcome


def _stage(ready: Ready) -> None:
    _STAGED.create(db.session.connection())
    columns = [column.name for column in _STAGED.columns]
    staged = (
        (row.row_no, index, sealed, *row.phone[1:], json_of(row.fields), bool(row.name))
        for row, index, sealed in zip(ready.rows, ready.indexes, ready.sealed, strict=True)
    )
    bulk.copy(_STAGED, columns, staged)


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
        .returning(Contact.id, Contact.phone_index, (Contact.created_at == at).label("created"))
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
        func.count().filter(optouts.known(merged.c.phone_index)),
        select(func.count()).select_from(joined).scalar_subquery(),
    ).select_from(merged)


def _repeats(into: Import) -> dict[int, int]:
    rows = db.session.execute(
        select(_STAGED.c.row_no, Contact.row_no)
        .join(Contact, Contact.phone_index == _STAGED.c.phone_index)
        .where(Contact.import_id == into.id, Contact.row_no != _STAGED.c.row_no)
    )
    return {row_no: kept for row_no, kept in rows if kept is not None}


def keep_optouts(into: Import, ready: Ready) -> Outcome:
    """A number that is on the list already stays as it is and counts as updated."""
    added = optouts.add_many([row.phone.e164 for row in ready.rows], source="import", by=into.created_by)
    return Outcome(created=added, updated=len(ready.rows) - added, optedout=added)


def keep_audience(into: Import, ready: Ready) -> Outcome:
    """Recipients of one campaign: the rows themselves are kept, nobody becomes a contact."""
    before = _rows_of(into, ready.indexes)
    everyone = list(zip(ready.rows, ready.indexes, ready.sealed, strict=True))
    kept = [each for each in everyone if each[1] not in before]
    _copy_rows((into.id, row.row_no, "", at, sealed, row.phone.country, row.phone.operator) for row, at, sealed in kept)
    return Outcome(
        created=len(kept),
        optedout=len(optouts.filter([at for _, at, _ in kept], optouts.EVERY_SIGNATURE)),
        repeats={row.row_no: before[at] for row, at, _ in everyone if at in before},
    )


def _rows_of(into: Import, indexes: Sequence[bytes]) -> dict[bytes, int]:
    given = bulk.arrays("given", {"phone_index": (ImportRow.phone_index.type, indexes)})
    found = select(ImportRow.phone_index, ImportRow.row_no).where(
        ImportRow.import_id == into.id, ImportRow.phone_index.in_(select(given.c.phone_index))
    )
    return {at: row_no for at, row_no in db.session.execute(found) if at is not None}


def keep_refusals(into: Import, refused: Sequence[Refusal]) -> None:
    """Refused rows with their cells, to be shown and given back."""
    places = [f"{into.id}:{each.row_no}".encode() for each in refused]
    secrets = [json_text({"n": each.typed[:TYPED_MAX], "v": list(each.cells)}) for each in refused]
    sealed = vault().seal_many("import_rows", places, secrets)
    _copy_rows(
        (into.id, each.row_no, each.problem, None, secret, "", "") for each, secret in zip(refused, sealed, strict=True)
    )


def _copy_rows(rows: Iterable[tuple[Any, ...]]) -> None:
    columns = ("import_id", "row_no", "problem", "phone_index", "sealed", "country", "operator")
    table: Any = ImportRow.__table__
    bulk.copy(table, columns, rows)
