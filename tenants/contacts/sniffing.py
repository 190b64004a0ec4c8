"""Pure: how a CSV or TSV file is to be read, decided from its beginning: encoding, delimiter, header."""

import codecs
import csv
import io
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from tenants.core.errors import Invalid
from tenants.core.phone import Phone, parse
from tenants.core.values import date_of, number_of

COLUMNS_MAX = 50
FIELD_MAX = 1_000  # characters
HEAD_BYTES = 64 * 1024
SAMPLE_ROWS = 5
SCORED_ROWS = 50
DELIMITERS = (",", "\t", ";")
LOST = "\ufffd"  # stands for bytes that mean nothing in the encoding

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and xls
_UNDECIDED = "ascii"  # nothing but ASCII so far: each chunk decides between UTF-8 and GB18030


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read; kept as JSON with the import."""

    encoding: str
    delimiter: str
    header_row: int  # row number of the header, 0 for none
    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]  # the first rows of data
    bom_bytes: int = 0

    @property
    def has_header(self) -> bool:
        return self.header_row > 0

    @property
    def columns_n(self) -> int:
        return max((len(row) for row in (self.header, *self.sample)), default=0)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Layout":
        sample = tuple(tuple(row) for row in data["sample"])
        return cls(**{**data, "header": tuple(data["header"]), "sample": sample})


def sniff(head: bytes, encoding: str = "", delimiter: str = "", has_header: bool | None = None) -> Layout:
    """The layout, from the first HEAD_BYTES of a file; what is given is not guessed. Invalid with a code for `file`
    when it is no table of text."""
    if not head.strip(b"\x00 \t\r\n"):
        raise Invalid({"file": "file_empty"})
    if head.startswith(_WORKBOOKS):
        raise Invalid({"file": "file_is_workbook"})
    guessed, bom_bytes = _encoding(head)
    encoding = guessed if bom_bytes else encoding or guessed
    text = decoded(head[bom_bytes:], encoding)
    if len(head) >= HEAD_BYTES:  # its last line is probably cut off
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    delimiter = delimiter or max(DELIMITERS, key=lambda candidate: _likelihood(text, candidate))
    rows = [(number, _trimmed(row)) for number, row in enumerate(_first_rows(text, delimiter), 1) if any(row)]
    if not rows:
        raise Invalid({"file": "file_empty"})
    widest = max(len(row) for _, row in rows)
    if widest > COLUMNS_MAX:
        raise Invalid({"file": ("file_too_many_columns", {"columns": widest, "max": COLUMNS_MAX})})
    has_header = not _is_data(rows[0][1]) if has_header is None else has_header
    sample = tuple(row for _, row in rows[has_header : SAMPLE_ROWS + has_header])
    return Layout(
        encoding, delimiter, rows[0][0] if has_header else 0, rows[0][1] if has_header else (), sample, bom_bytes
    )


def _encoding(head: bytes) -> tuple[str, int]:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    if head.isascii() and b"\x00" not in head:
        return _UNDECIDED, 0
    zeros_first, zeros_second = head[0::2].count(0), head[1::2].count(0)
    if max(zeros_first, zeros_second) > len(head) // 8:  # UTF-16 without a mark: every other byte of ASCII is zero
        return ("utf-16-be" if zeros_first > zeros_second else "utf-16-le"), 0
    return _utf8_or_gb18030(head), 0


def _utf8_or_gb18030(data: bytes) -> str:
    """Bytes of GB18030 are hardly ever valid UTF-8, while a UTF-8 file may well have a broken character or two."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(data)  # a character cut off at the end is no fault
    return "utf-8" if text.count(LOST) * 20 <= sum(not character.isascii() for character in text) else "gb18030"


def decoded(data: bytes, encoding: str) -> str:
    if encoding == _UNDECIDED:
        encoding = "utf-8" if data.isascii() else _utf8_or_gb18030(data)
    return data.decode(encoding, "replace")


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append([field[:FIELD_MAX] for field in row])
            if len(rows) == SCORED_ROWS:
                break
    except csv.Error:  # a field without end; what came before is enough to judge by
        return rows
    return rows


def _likelihood(text: str, delimiter: str) -> tuple[float, int]:
    """How many rows agree on a number of columns above one, and on how many."""
    widths = Counter(len(row) for row in _first_rows(text, delimiter) if any(row))
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return (agreeing / widths.total(), width) if width > 1 else (0.0, 1)


def _trimmed(row: list[str]) -> tuple[str, ...]:
    return tuple(field.strip("\ufeff \u00a0\t\u3000") for field in row)


def _is_data(row: tuple[str, ...]) -> bool:
    """A header has names, never a number, a date or a phone number."""
    return any(
        number_of(field) is not None or date_of(field) is not None or isinstance(parse(field), Phone) for field in row
    )
