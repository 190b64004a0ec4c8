"""Pure: from the cells of a file's rows to people that can be kept, and to refused rows with a reason each.

A reason is a code, completed behind a colon: "duplicate:37" names the row that was kept, "value_not_date:2" the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tenants.contacts.columns import BadValue, Mapping, values_of
from tenants.contacts.tabular import Chunk
from tenants.core.phone import Phone, parse

NAME = "name"  # the field a column mapped to the person's name fills
DUPLICATE = "duplicate"


class Row(NamedTuple):
    """A row that can be kept."""

    row_no: int
    phone: Phone
    name: str
    fields: dict[str, str]
    cells: Sequence[str]


class Refusal(NamedTuple):
    """A row that cannot, what stood in its phone column, and why."""

    row_no: int
    typed: str
    cells: Sequence[str]
    problem: str


def read(chunk: Chunk, mapping: Mapping) -> tuple[list[Row], list[Refusal]]:
    """The rows of a piece of the file; of those that repeat a number the first is kept."""
    phone_at, name_at = mapping.phone_at, mapping.name_at
    refused = [Refusal(bad.row_no, _cell(bad.fields, phone_at), bad.fields, bad.code) for bad in chunk.bad]
    good: dict[str, Row] = {}
    for row_no, cells in chunk.rows:
        typed = _cell(cells, phone_at)
        phone = parse(typed)
        if not isinstance(phone, Phone):
            refused.append(Refusal(row_no, typed, cells, str(phone)))
            continue
        first = good.get(phone.e164)
        if first is not None:
            refused.append(Refusal(row_no, typed, cells, f"{DUPLICATE}:{first.row_no}"))
            continue
        fields = values_of(mapping, cells)
        if isinstance(fields, BadValue):
            refused.append(Refusal(row_no, typed, cells, f"{fields.code}:{fields.column}"))
            continue
        good[phone.e164] = Row(row_no, phone, _cell(cells, name_at).strip(), fields, cells)
    return list(good.values()), refused


def repeats(row: Row, kept: int, phone_at: int) -> Refusal:
    """The refusal of a row whose number an earlier piece of the same file brought already."""
    return Refusal(row.row_no, row.cells[phone_at], row.cells, f"{DUPLICATE}:{kept}")


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""
