"""Pure: rows of a CSV or TSV file, read in chunks that a killed import can go on from.

A row number is what a spreadsheet shows: the header is row 1, an empty row counts, a row with line breaks inside quotes
is one row. A row that cannot be used is handed out apart, with a code.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from tenants.contacts.sniffing import COLUMNS_MAX, FIELD_MAX, LOST, Layout, decoded
from tenants.core.errors import Invalid

BYTES_MAX = 200 * 1024 * 1024
ROWS_MAX = 1_000_000
CHUNK_BYTES = 1024 * 1024  # holds any row within the limits; even, for UTF-16
OPEN_QUOTES_MAX = 100  # in one chunk; beyond it every further line of the chunk is a bad row


class Position(NamedTuple):
    """Where the next chunk begins. Commit it together with the rows of the chunk before."""

    offset: int = 0  # bytes read
    row_no: int = 0  # rows read, header and empty ones included


START = Position()


class BadRow(NamedTuple):
    row_no: int
    fields: list[str]
    code: str  # row_not_readable, row_too_long, row_too_many_columns, row_field_too_long, row_quote_open


class Chunk(NamedTuple):
    rows: list[tuple[int, list[str]]]
    bad: list[BadRow]
    next: Position


def chunks(
    file: BinaryIO, layout: Layout, position: Position = START, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Chunk]:
    """The rows from a position on. Invalid (`file_too_many_rows`) when there are more than ROWS_MAX.

    A row that a piece of the file cuts off is left for the next piece.
    """
    offset, row_no = max(position.offset, layout.bom_bytes), position.row_no
    at_end = False
    while not at_end:
        file.seek(offset)
        data = file.read(chunk_bytes)
        at_end = len(data) < chunk_bytes
        piece = _Piece(data, layout, row_no, at_end)
        if not piece.used and not at_end:  # one line fills the whole piece: no row within the limits does
            piece.bad.append(BadRow(row_no + 1, [decoded(data[:FIELD_MAX], layout.encoding)], "row_too_long"))
            piece.used, piece.rows_read = _line_bytes(file, offset, layout.encoding), 1
        offset, row_no = offset + piece.used, row_no + piece.rows_read
        if row_no > ROWS_MAX + layout.header_row:
            raise Invalid({"file": ("file_too_many_rows", {"max": ROWS_MAX})})
        if piece.used:
            yield Chunk(piece.rows, piece.bad, Position(offset, row_no))


class _Piece:
    """The rows in one piece of the file, and how far they reach."""

    def __init__(self, data: bytes, layout: Layout, row_no: int, at_end: bool) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self.bad: list[BadRow] = []
        text = decoded(data, layout.encoding)
        self._lines = list(io.StringIO(text, newline=""))
        if not at_end and self._lines and not self._lines[-1].endswith("\n"):  # "\r" may be half of "\r\n"
            self._lines.pop()
        records, end_line = _records(self._lines, layout.delimiter, at_end)
        self.used = _bytes_before(end_line, data, self._lines, layout.encoding, at_end)
        self.rows_read = len(records)
        # Looking into each row costs as much as reading it, so a piece without anything odd is let pass as a whole.
        odd = LOST in text or "\x00" in text
        long = len(records) != len(self._lines) or max(map(len, self._lines), default=0) > FIELD_MAX
        for number, fields in enumerate(records, row_no + 1):
            if number <= layout.header_row or not fields:
                continue
            code = fields.code if isinstance(fields, _Broken) else _row_fault(fields, odd, long)
            if code:
                self.bad.append(BadRow(number, [field[:FIELD_MAX] for field in fields[: COLUMNS_MAX + 1]], code))
            else:
                self.rows.append((number, fields))


class _Broken(list[str]):
    """A line that opens a quote nothing closes."""

    code = "row_quote_open"


def _row_fault(fields: list[str], odd: bool, long: bool) -> str:
    if len(fields) > COLUMNS_MAX:
        return "row_too_many_columns"
    if long and max(map(len, fields)) > FIELD_MAX:
        return "row_field_too_long"
    if odd and any(LOST in field or "\x00" in field for field in fields):
        return "row_not_readable"
    return ""


def _records(lines: list[str], delimiter: str, at_end: bool) -> tuple[list[list[str]], int]:
    """The complete records of some lines, and the line after them.

    A quote left open swallows the rows behind it. When it shows (the field outgrows csv's limit, or the file ends), the
    line that opened it is set apart and reading begins again behind that line.
    """
    records: list[list[str]] = []
    begin = start = 0
    for _ in range(OPEN_QUOTES_MAX):
        reader = csv.reader(islice(lines, begin, None), delimiter=delimiter)
        start = last = begin
        try:
            for record in reader:
                records.append(record)
                start, last = begin + reader.line_num, start
        except csv.Error:
            last = start
        else:
            if start == begin:  # nothing was left to read
                return records, begin
            if _closed(lines[last:], delimiter):
                return records, start
            if not at_end:
                return records[:-1], last
            records.pop()
        records.append(_Broken([lines[last].rstrip("\r\n")]))
        begin = last + 1
    return records + [_Broken([line.rstrip("\r\n")]) for line in lines[begin:]], len(lines)


def _closed(lines: list[str], delimiter: str) -> bool:
    """Whether no quote is open after these lines: then one more field is a field of its own."""
    longer = [*lines[:-1], lines[-1].rstrip("\r\n") + delimiter + "x"]
    try:
        return next(csv.reader(longer, delimiter=delimiter))[-1] == "x"
    except csv.Error:
        return False


def _bytes_before(line: int, data: bytes, lines: list[str], encoding: str, at_end: bool) -> int:
    """How many bytes the first lines take. Line ends are the same bytes in every encoding but UTF-16."""
    if at_end and line == len(lines):
        return len(data)
    if encoding.startswith("utf-16"):
        return sum(len(each.encode("utf-16-le", "surrogatepass")) for each in lines[:line])
    return sum(map(len, data.splitlines(keepends=True)[:line]))


def _line_bytes(file: BinaryIO, offset: int, encoding: str) -> int:
    """The length of the line at an offset, its end included, however long it is."""
    ends = [end.encode(encoding) for end in ("\n", "\r")]
    file.seek(offset)
    read = 0
    while data := file.read(CHUNK_BYTES):
        found = [at for end in ends if (at := _aligned(data, end)) >= 0]
        if found:
            return read + min(found) + len(ends[0])
        read += len(data)
    return read


def _aligned(data: bytes, end: bytes) -> int:
    at = data.find(end)
    while at % len(end) and at >= 0:  # in UTF-16, halves of two neighbours can look like a line end
        at = data.find(end, at + 1)
    return at
