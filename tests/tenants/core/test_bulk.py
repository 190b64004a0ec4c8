"""Rows given as arrays arrive as they were: every type we store, every character that means something to PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import BigInteger, Boolean, DateTime, Double, LargeBinary, SmallInteger, Text, any_, func, select
from sqlalchemy.dialects.postgresql import JSONB

from tenants.core import bulk, scopes
from tenants.core.db import db
from tenants.core.scopes import Reason

TEXTS = [
    "",
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "{}",
    "{a,b}",
    ",",
    " a ",
    "\n\t\r",
    "你好，世界",
    "😀",
    "'; DROP TABLE x; --",
    "\\x41",
    "%s",
]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Text, [*TEXTS, None]),
        (Text, TEXTS),
        (Text, [text for text in TEXTS if not {'"', "\\"} & set(text)]),
        (Text, ['","', "a"]),
        (BigInteger, [0, -1, 2**63 - 1, None]),
        (BigInteger, [0, -1, 2**63 - 1]),
        (SmallInteger, [1, None]),
        (Boolean, [True, False, None]),
        (Double, [0.1, -1e300, None]),
        (DateTime(True), [datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC), None]),
        (LargeBinary, [b"", b'\x00\xff\\"', None]),
        (JSONB, [{"a": 'say "hi" \\ {}'}, [1, None], None]),
    ],
)
def test_values_come_back_as_they_were_given(app: Flask, kind: Any, values: list[Any]) -> None:
    given = bulk.arrays("given", {"n": (BigInteger, range(len(values))), "value": (kind, values)})
    with scopes.platform(Reason.SWEEPS):
        rows = db.session.execute(select(given.c.value).select_from(given).order_by(given.c.n)).all()
    assert [row[0] for row in rows] == values


def test_an_array_is_read_once_and_not_for_every_row(app: Flask) -> None:
    rows = func.generate_series(1, 10).table_valued("n").render_derived()
    query = select(rows.c.n).where(rows.c.n == any_(bulk.array(BigInteger, [1, 2])))
    text = query.compile(db.engine, compile_kwargs={"render_postcompile": True})
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN {text}", text.params).scalars().all()
    assert any("'{1,2}'::bigint[]" in line for line in plan), plan
