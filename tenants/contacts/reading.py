"""From a piece of a file to people that can be kept, encrypted, and to refused rows with a reason each.

A reason is a code, completed behind a colon: "duplicate:37" names the row that was kept, "value_not_date:2" the column.
No session is needed here, so the next chunk is read while the database is busy with the present one.
"""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from json.encoder import encode_basestring
from pathlib import Path
from typing import NamedTuple

from tenants.contacts.columns import BadValue, Mapping, filled, values_of
from tenants.contacts.sniffing import Layout
from tenants.contacts.states import Purpose
from tenants.contacts.tabular import Chunk, Position, chunks
from tenants.core.phone import Phone, parse
from tenants.core.secrets import Vault

NAME = "name"  # the field a column mapped to the person's name fills
DUPLICATE = "duplicate"
# A chunk of the file: at most 50,000 rows of a number each, and any row within the limits.
CHUNK_BYTES = 512 * 1024


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


class Ready(NamedTuple):
    """A chunk ready to be written: its rows with blind indexes and ciphertexts, and where the next chunk begins."""

    rows: list[Row]
    indexes: list[bytes]
    sealed: list[bytes]
    refused: list[Refusal]
    next: Position


@dataclass(frozen=True)
class Source:
    """All that is needed to read a file of an import."""

    import_id: int
    purpose: Purpose
    path: Path
    layout: Layout
    mapping: Mapping
    keys: Vault


class Reader:
    """Hands out chunk after chunk, and reads one ahead in a thread of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._ahead: tuple[int, Position, Future[Ready | None]] | None = None

    def take(self, source: Source, at: Position) -> Ready | None:
        """The chunk that begins there; None behind the last one."""
        if self._ahead is not None and self._ahead[:2] == (source.import_id, at):
            ready = self._ahead[2].result()
        else:
            ready = _ready(source, at)
        self._ahead = None
        if ready is not None:
            self._ahead = (source.import_id, ready.next, self._pool.submit(_ready, source, ready.next))
        return ready

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _ready(source: Source, at: Position) -> Ready | None:
    with source.path.open("rb") as file:
        chunk = next(chunks(file, source.layout, at, CHUNK_BYTES), None)
    return None if chunk is None else ready(chunk, source.mapping, source.purpose, source.import_id, source.keys)


def ready(chunk: Chunk, mapping: Mapping, purpose: Purpose, import_id: int, keys: Vault) -> Ready:
    """Read and seal a chunk. Opt-outs are sealed by their own room."""
    rows, refused = read(chunk, mapping)
    indexes = keys.indexes([row.phone.e164 for row in rows])
    sealed: list[bytes] = []
    if purpose is Purpose.CONTACTS:
        secrets = [_secret(row.phone.e164, {NAME: row.name} if row.name else {}) for row in rows]
        sealed = keys.seal_many("contacts", indexes, secrets)
    elif purpose is Purpose.AUDIENCE:
        values = [{NAME: row.name, **row.fields} if row.name else row.fields for row in rows]
        secrets = [_secret(row.phone.e164, each) for row, each in zip(rows, values, strict=True)]
        sealed = keys.seal_many("import_rows", [f"{import_id}:{row.row_no}".encode() for row in rows], secrets)
    return Ready(rows, indexes, sealed, refused, chunk.next)


def read(chunk: Chunk, mapping: Mapping) -> tuple[list[Row], list[Refusal]]:
    """The rows of a piece of the file; of those that repeat a number the first is kept."""
    phone_at, name_at, wanted = mapping.phone_at, mapping.name_at, filled(mapping)
    refused = [Refusal(bad.row_no, _cell(bad.fields, phone_at), bad.fields, bad.code) for bad in chunk.bad]
    good: dict[str, Row] = {}
    for row_no, cells in chunk.rows:
        typed = cells[phone_at] if phone_at < len(cells) else ""
        phone = parse(typed)
        if not isinstance(phone, Phone):
            refused.append(Refusal(row_no, typed, cells, str(phone)))
            continue
        number = phone.e164
        if number in good:
            refused.append(Refusal(row_no, typed, cells, f"{DUPLICATE}:{good[number].row_no}"))
            continue
        fields = values_of(wanted, cells)
        if isinstance(fields, BadValue):
            refused.append(Refusal(row_no, typed, cells, f"{fields.code}:{fields.column}"))
            continue
        good[number] = Row(row_no, phone, _cell(cells, name_at).strip(), fields, cells)
    return list(good.values()), refused


def repeats(row: Row, kept: int, phone_at: int) -> Refusal:
    """The refusal of a row whose number an earlier chunk of the same file brought already."""
    return Refusal(row.row_no, row.cells[phone_at], row.cells, f"{DUPLICATE}:{kept}")


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def _secret(number: str, values: Pairs[str, str]) -> str:
    return f'{{"n":{encode_basestring(number)},"v":{json_of(values)}}}'


def json_of(values: Pairs[str, str]) -> str:
    """An object of texts; written by hand because the encoder takes ten times as long to begin."""
    return (
        "{" + ",".join([f"{encode_basestring(name)}:{encode_basestring(text)}" for name, text in values.items()]) + "}"
    )
