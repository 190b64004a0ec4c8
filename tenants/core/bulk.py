"""Many rows at once. The only place, with core/db, that writes SQL text: names come from the Table and the scope.

COPY is for tenant and temporary tables; PostgreSQL refuses it on tables with row-level security, where
`insert_arrays` (INSERT … SELECT FROM unnest) does the same work in one statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    FromClause,
    Table,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.types import UserDefinedType

from tenants.core import scopes
from tenants.core.db import TENANT, db


def qualified(table: Table) -> str:
    """The table's quoted name in the present scope."""
    schema = scopes.current().schema if table.schema == TENANT else table.schema
    preparer = db.engine.dialect.identifier_preparer
    return f"{preparer.quote(schema or '')}.{preparer.quote(table.name)}" if schema else preparer.quote(table.name)


def copy(table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY `rows` into `table` in the present transaction; how many there were."""
    known = table.columns
    names = ", ".join(db.engine.dialect.identifier_preparer.quote(known[name].name) for name in columns)
    raw = db.session.connection().connection.driver_connection
    assert raw is not None
    count = 0
    with raw.cursor().copy(f"COPY {qualified(table)} ({names}) FROM STDIN") as sink:
        for row in rows:
            sink.write_row(row)
            count += 1
    return count


def arrays(name: str, columns: Mapping[str, tuple[Any, Sequence[Any]]]) -> FromClause:
    """A FROM clause of rows given as one array a column: `{"id": (BigInteger, [1, 2]), …}` under the alias `name`."""
    bound = [array(kind, values) for kind, values in columns.values()]
    return (
        func.unnest(*bound)
        .table_valued(*[Column(key, kind) for key, (kind, _) in columns.items()], name=name)
        .render_derived()
    )


class _Literal(UserDefinedType[str]):
    """A parameter whose type the server reads from the cast around it: it is an array when it arrives. Were it a text,
    a statement that compares rows with it would read the array anew for every row."""

    cache_ok = True


def array(kind: Any, values: Sequence[Any]) -> ColumnElement[Any]:
    """One array, sent as text: several times as fast as the driver's own."""
    return cast(bindparam(None, literal_of(values), type_=_Literal(), unique=True), ARRAY(kind))


def literal_of(values: Sequence[Any]) -> str:
    """Pure: PostgreSQL's text form of an array, several times as fast as the driver's own."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    if kinds == {str}:
        quoted = '"' + '","'.join(values) + '"'
        if "\\" not in quoted and quoted.count('"') == 2 * len(values):
            return "{" + quoted + "}"
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):  # bool too: PostgreSQL reads True as it reads true
        return str(value)
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    plain = json.dumps(value) if isinstance(value, dict | list) else str(value)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def insert_arrays(table: Table, columns: Mapping[str, Sequence[Any]], **same: Any) -> None:
    """Insert rows given as one array a column, in one statement; `same` are columns with one value for all rows."""
    if not next(iter(columns.values()), None):
        return
    source = arrays("given", {name: (table.columns[name].type, values) for name, values in columns.items()})
    chosen = [source.c[name] for name in columns]
    alike = [literal(value, table.columns[name].type) for name, value in same.items()]
    db.session.execute(insert(table).from_select([*columns, *same], select(*chosen, *alike)))


def take_ids(sequence: Any, count: int) -> list[int]:
    """`count` fresh ids from a sequence, in one statement."""
    step = func.generate_series(1, count).table_valued("n")
    return list(db.session.scalars(select(sequence.next_value()).select_from(step)))
