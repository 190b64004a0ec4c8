"""Refused rows of an import: the first ones to be looked at, all of them as a file to be corrected and given back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TextIO

from sqlalchemy import select

from tenants.accounts import vault
from tenants.contacts.columns import letters
from tenants.contacts.models import Import, ImportRow
from tenants.core.db import db

SHOWN = 20
STEP = 2_000
# Spreadsheets take cells that begin so for formulas, and long figures for quantities to be rounded.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONG_DIGITS = 9


@dataclass(frozen=True)
class Refused:
    """One row: what stood in it, and why it was not taken. `detail` completes the code: a row, a column."""

    row_no: int
    typed: str
    cells: list[str]
    code: str
    detail: str


def refusals(import_id: int, code: str = "", *, after: int = 0, limit: int = SHOWN) -> list[Refused]:
    """The first refused rows behind `after`, of one code or of all."""
    wanted = select(ImportRow).where(
        ImportRow.import_id == import_id, ImportRow.row_no > after, ImportRow.problem != ""
    )
    if code:
        wanted = wanted.where(ImportRow.problem.startswith(code, autoescape=True))
    rows = db.session.scalars(wanted.order_by(ImportRow.row_no).limit(limit)).all()
    return [_refused(row) for row in rows]


def _refused(row: ImportRow) -> Refused:
    value = vault().open("import_rows", f"{row.import_id}:{row.row_no}".encode(), row.sealed)
    code, _, detail = row.problem.partition(":")
    return Refused(row.row_no, value["n"], value["v"], code, detail)


def write_refusals(
    found: Import, sink: TextIO, head: tuple[str, str], say: Callable[[Refused], str]
) -> None:  # fmt: skip
    """All refused rows as CSV: row number and reason under the two words of `head`, then the cells as they were."""
    out = csv.writer(sink)
    labels = list(found.layout.get("header", ())) or [letters(at) for at in range(len(found.mapping["columns"]))]
    out.writerow([*head, *map(harmless, labels)])
    for each in _all(found.id):
        out.writerow([each.row_no, say(each), *map(harmless, each.cells)])


def _all(import_id: int) -> Iterator[Refused]:
    after = 0
    while rows := refusals(import_id, after=after, limit=STEP):
        yield from rows
        after = rows[-1].row_no
        db.session.expunge_all()


def harmless(cell: str) -> str:
    """Pure: a cell that no spreadsheet takes for a formula or a quantity."""
    cell = cell.replace("\x00", "")
    bare = cell.strip()
    risky = cell.startswith(_FORMULA) or bare.startswith(_FORMULA[:4])
    return f"'{cell}" if risky or (bare.isdigit() and len(bare) >= _LONG_DIGITS) else cell
