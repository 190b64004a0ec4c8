"""Tenant and shared tables are never joined directly: on a database spread over machines they do not lie side by side.

Allowed are `IN (SELECT …)`, a scalar subquery, a CTE, or two statements. Every statement of every test is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Exists, Join, Select

from tenants.core.db import LEDGER, SHARED, TENANT

SIDES = {TENANT: "tenant", SHARED: "shared", LEDGER: "shared"}
_seen: set[Any] = set()


class Mixed(AssertionError):
    """A statement that joins them."""


def watch() -> None:
    """Look at whatever any engine executes from now on."""
    event.listen(sa.engine.Engine, "before_execute", _look)


def _look(connection: sa.Connection, statement: Any, *rest: Any) -> None:
    if not isinstance(statement, (Select, sa.Update, sa.Delete)):
        return
    key = statement._generate_cache_key()
    if key is None or key.key not in _seen:
        check(statement)
        if key is not None:
            _seen.add(key.key)


def check(statement: ClauseElement, around: frozenset[str] = frozenset(), *, exists: bool = False) -> None:
    """Mixed when a SELECT, an UPDATE, a DELETE or an EXISTS in it has tables of both sides."""
    tables = frozenset(_tables(statement))
    own = tables - around
    together = tables | around if exists else own
    if len({SIDES[name.partition(".")[0]] for name in together}) > 1:
        raise Mixed(f"tenant and shared tables are joined directly: {', '.join(sorted(together))}")
    for inner, exists_here in _inner(statement):
        check(inner, around | own, exists=exists_here)


def _tables(statement: Any) -> Iterator[str]:
    """The tables one statement joins, by schema and name."""
    if isinstance(statement, Select):
        for source in statement.get_final_froms():
            yield from _of(source)
        return
    yield from _of(statement.table)
    for part in statement._where_criteria:
        for column in _columns(part):
            yield from _of(column.table)


def _of(source: Any) -> Iterator[str]:
    if isinstance(source, Join):
        yield from _of(source.left)
        yield from _of(source.right)
    elif getattr(source, "schema", None) in SIDES:
        yield f"{source.schema}.{source.name}"
    elif isinstance(source, sa.sql.selectable.Alias):
        yield from _of(source.element)


def _columns(element: Any) -> Iterator[Any]:
    """Columns named outside of any inner SELECT."""
    if isinstance(element, (Select, sa.sql.selectable.FromClause)):
        return
    if getattr(element, "table", None) is not None:
        yield element
    for child in element.get_children():
        yield from _columns(child)


def _inner(statement: Any, exists: bool = False) -> Iterator[tuple[Any, bool]]:
    for child in statement.get_children():
        if isinstance(child, (Select, sa.Update, sa.Delete)):
            yield child, exists
        else:
            yield from _inner(child, exists or isinstance(child, Exists))
