"""Refused rows of an import: the first ones to be looked at, all of them as a file to be corrected and given back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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


def every_refusal(import_id: int) -> Iterator[Refused]:
    """All refused rows, step by step."""
    after = 0
    while rows := refusals(import_id, after=after, limit=STEP):
        yield from rows
        after = rows[-1].row_no
        db.session.expunge_all()


def labels(found: Import) -> list[str]:
    """What the file calls its columns; A, B, C where it has no header."""
    header = found.layout.get("header", ())
    width = len(found.mapping.get("columns", ()))
    return [header[at] if at < len(header) and header[at] else letters(at) for at in range(width)]


def harmless(cell: str) -> str:
    """Pure: a cell that no spreadsheet takes for a formula or a quantity."""
    cell = cell.replace("\x00", "")
    bare = cell.strip()
    risky = cell.startswith(_FORMULA) or bare.startswith(_FORMULA[:4])
    return f"'{cell}" if risky or (bare.isdigit() and len(bare) >= _LONG_DIGITS) else cell
