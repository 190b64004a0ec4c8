"""Numbers that changed their operator and kept their digits: a table staff bring in as a file. Kept by the platform's
blind index, so that it holds no number; looked up for a whole set of people at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import Text, func, literal, select
from sqlalchemy.dialects.postgresql import BYTEA, insert

from tenants.core import audit, bulk, secrets
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.operators import MAINLAND
from tenants.core.phone import Phone, parse
from tenants.routing.models import Ported

BYTES_MAX = 16 * 1024 * 1024
ROWS_MAX = 500_000
SHOWN_MAX = 20
SET_MAX = 20_000
# How operators are written in files beside our own names.
NAMES = {
    "移动": "mobile", "中国移动": "mobile", "cmcc": "mobile", "联通": "unicom", "中国联通": "unicom", "cucc": "unicom",
    "电信": "telecom", "中国电信": "telecom", "ctcc": "telecom", "广电": "broadnet", "中国广电": "broadnet",
    "cbn": "broadnet",
} | {name: name for name in MAINLAND}  # fmt: skip


@dataclass(frozen=True)
class BadRow:
    """A row that was left out: its number in the file and a code, number or operator."""

    row: int
    code: str


@dataclass(frozen=True)
class Brought:
    """What became of a file: rows that hold now, rows left out, and the first of these."""

    kept: int
    bad: int
    shown: Sequence[BadRow]


def bring(content: bytes, *, by: int) -> Brought:
    """Take in a file of number and operator; what it says of a number replaces what was known. Platform scope."""
    if len(content) > BYTES_MAX:
        raise Invalid({"file": ("file_too_large", {"max": BYTES_MAX // 1024 // 1024})})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    operators: dict[str, str] = {}
    bad: list[BadRow] = []
    for row_no, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if row_no > ROWS_MAX:
            raise Invalid({"file": ("too_many_rows", {"max": ROWS_MAX})})
        if not any(cell.strip() for cell in row) or (row_no == 1 and not any(map(str.isdigit, "".join(row)))):
            continue  # an empty row, or the heading
        number, operator = _read(row)
        if number is None or operator is None:
            bad.append(BadRow(row_no, "number" if number is None else "operator"))
        else:
            operators[number] = operator
    _keep(operators)
    audit.record("ported.bring", actor_id=by, kept=len(operators), bad=len(bad))
    return Brought(len(operators), len(bad), bad[:SHOWN_MAX])


def _read(row: Sequence[str]) -> tuple[str | None, str | None]:
    phone = parse(row[0].strip())
    number = phone.e164 if isinstance(phone, Phone) and phone.country == "CN" else None
    return number, NAMES.get(row[1].strip().lower()) if len(row) > 1 else None


def _keep(operators: Mapping[str, str]) -> None:
    numbers = list(operators)
    for start in range(0, len(numbers), SET_MAX):
        part = numbers[start : start + SET_MAX]
        given = bulk.arrays("given", {
            "phone_index": (BYTEA, _indexes(part)), "operator": (Text, [operators[number] for number in part]),
        })  # fmt: skip
        new = insert(Ported).from_select(
            ["phone_index", "operator", "at"], select(given.c.phone_index, given.c.operator, literal(now()))
        )
        db.session.execute(
            new.on_conflict_do_update(
                index_elements=[Ported.phone_index], set_={"operator": new.excluded.operator, "at": new.excluded.at}
            )
        )


def _indexes(numbers: Sequence[str]) -> list[bytes]:
    secret = current_app.config["SETTINGS"].qunfa_secret
    return [secrets.platform_index(secret, number) for number in numbers]


def operators_of(numbers: Sequence[str]) -> dict[str, str]:
    """Number → operator, for those that changed it; one look for a whole set, none while the table is empty."""
    if db.session.scalar(select(Ported.phone_index).limit(1)) is None:
        return {}
    number_of = dict(zip(_indexes(numbers), numbers, strict=True))
    given = bulk.arrays("given", {"phone_index": (BYTEA, list(number_of))})
    rows = db.session.execute(
        select(Ported.phone_index, Ported.operator).where(Ported.phone_index.in_(select(given.c.phone_index)))
    )
    return {number_of[bytes(row.phone_index)]: row.operator for row in rows}


def known() -> int:
    """How many numbers are in the table."""
    return db.session.scalar(select(func.count()).select_from(Ported)) or 0
