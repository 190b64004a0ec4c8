"""Files as people have them: every encoding and delimiter, broken rows, and going on after a kill."""

import csv
import io
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.contacts import tabular
from tenants.contacts.sniffing import COLUMNS_MAX, FIELD_MAX, HEAD_BYTES, Layout, sniff
from tenants.contacts.tabular import START, BadRow, Position, chunks
from tenants.core.errors import Invalid

ROWS = [("手机", "姓名", "积分"), ("13800138000", "陈晨", "320"), ("13900139000", "王梓涵", "15")]
PLAIN = Layout("utf-8", ",", 0, (), ())


def _bytes(rows: Sequence[tuple[str, ...]], encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n") -> bytes:
    return "".join(delimiter.join(row) + end for row in rows).encode(encoding)


def _read(
    data: bytes, layout: Layout = PLAIN, position: Position = START, chunk_bytes: int = tabular.CHUNK_BYTES
) -> tuple[list[tuple[int, list[str]]], list[BadRow]]:
    rows, bad = [], []
    for chunk in chunks(io.BytesIO(data), layout, position, chunk_bytes):
        rows += chunk.rows
        bad += chunk.bad
    return rows, bad


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("codec", "expected", "bom"),
    [
        ("utf-8", "utf-8", 0),
        ("utf-8-sig", "utf-8", 3),
        ("gb18030", "gb18030", 0),
        ("utf-16", "utf-16-le", 2),
        ("utf-16-le", "utf-16-le", 0),
        ("utf-16-be", "utf-16-be", 0),
    ],
)
def test_every_encoding_and_delimiter_is_recognised(
    codec: str, expected: str, bom: int, end: str, delimiter: str
) -> None:
    data = _bytes(ROWS, codec, delimiter, end)
    layout = sniff(data)
    assert (layout.encoding, layout.bom_bytes, layout.delimiter) == (expected, bom, delimiter)
    assert (layout.has_header, layout.header, layout.sample) == (True, ROWS[0], tuple(ROWS[1:]))
    assert _read(data, layout) == ([(2, list(ROWS[1])), (3, list(ROWS[2]))], [])


def test_a_file_of_nothing_but_numbers_has_no_header() -> None:
    layout = sniff(b"13800138000\n13900139000\n")
    assert (layout.has_header, layout.header_row, layout.columns_n) == (False, 0, 1)
    assert _read(b"13800138000\n", layout) == ([(1, ["13800138000"])], [])


def test_a_comma_in_a_name_does_not_mislead() -> None:
    assert sniff("手机;姓名\n13800138000;陈,晨\n13900139000;王\n".encode()).delimiter == ";"


def test_empty_rows_are_passed_over_and_counted() -> None:
    data = "\n手机,姓名\n\n13800138000,陈晨\n".encode()
    layout = sniff(data)
    assert (layout.header_row, layout.header) == (2, ("手机", "姓名"))
    assert _read(data, layout) == ([(4, ["13800138000", "陈晨"])], [])


def test_chinese_that_begins_after_an_ascii_head_is_still_read() -> None:
    for codec in ("gb18030", "utf-8"):
        data = b"phone,name\n" + b"13800138000,Ada\n" * 6000 + "13900139000,王梓涵\n".encode(codec)
        assert len(data) > HEAD_BYTES
        rows, bad = _read(data, sniff(data[:HEAD_BYTES]), chunk_bytes=4096)
        assert (len(rows), rows[-1], bad) == (6001, (6002, ["13900139000", "王梓涵"]), [])


def test_one_broken_character_does_not_turn_utf8_into_gb18030() -> None:
    data = "手机,姓名\n".encode() + b"13800138000,\xe9\x99\n" + "13900139000,王梓涵\n".encode() * 20
    layout = sniff(data)
    rows, bad = _read(data, layout)
    assert layout.encoding == "utf-8"
    assert len(rows) == 20
    assert [(row.row_no, row.code) for row in bad] == [(2, "row_not_readable")]


def test_a_head_cut_inside_a_row_is_understood() -> None:
    data = _bytes([ROWS[0], *[ROWS[1]] * 6000])
    layout = sniff(data[:HEAD_BYTES])
    assert (layout.encoding, layout.header, len(layout.sample)) == ("utf-8", ROWS[0], 5)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "file_empty"),
        (b"\r\n\r\n ", "file_empty"),
        (b"\xef\xbb\xbf\n", "file_empty"),
        (b",,\n", "file_empty"),
        (b"PK\x03\x04xx", "file_is_workbook"),
        (b"\xd0\xcf\x11\xe0xx", "file_is_workbook"),
        (b"a," * COLUMNS_MAX + b"a\n", "file_too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_code(head: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        sniff(head)
    found = caught.value.fields["file"]
    assert (found if isinstance(found, str) else found[0]) == code


def test_a_layout_survives_json() -> None:
    layout = sniff(_bytes(ROWS))
    assert Layout.from_json(layout.to_json()) == layout


def test_line_breaks_and_delimiters_inside_quotes_belong_to_the_field() -> None:
    data = b'13800138000,"two\r\nlines, ""quoted"""\n13900139000,5" pipe\n'
    assert _read(data) == ([(1, ["13800138000", 'two\r\nlines, "quoted"']), (2, ["13900139000", '5" pipe'])], [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"13800138000,a\x00b", "row_not_readable"),
        (b"13800138000,\xed\xa0\x80", "row_not_readable"),
        (b"13800138000,\xff\xfe", "row_not_readable"),
        (b"13800138000," + b"x" * (FIELD_MAX + 1), "row_field_too_long"),
        (b'13800138000,"' + b"x\n" * FIELD_MAX + b'"', "row_field_too_long"),
        (b"x," * COLUMNS_MAX + b"x", "row_too_many_columns"),
        (b"x" * 3_000_000, "row_too_long"),
    ],
)
def test_a_bad_row_is_set_apart_and_the_next_ones_are_read(row: bytes, code: str) -> None:
    rows, bad = _read(b"13900139000,ok\n" + row + b"\n13900139001,ok\n13900139002,ok\n")
    assert [(entry.row_no, entry.code) for entry in bad] == [(2, code)]
    assert [number for number, _ in rows] == [1, 3, 4]
    assert all(len(field) <= FIELD_MAX for field in bad[0].fields)


def test_lone_surrogates_in_utf16_are_a_bad_row() -> None:
    data = "a,1\n".encode("utf-16-le") + b"\x00\xd8,\x002\x00\n\x00" + "b,3\n".encode("utf-16-le")
    rows, bad = _read(data, Layout("utf-16-le", ",", 0, (), ()))
    assert rows == [(1, ["a", "1"]), (3, ["b", "3"])]
    assert [(row.row_no, row.code) for row in bad] == [(2, "row_not_readable")]


@pytest.mark.parametrize("following", [3, 20_000])
def test_a_quote_nobody_closes_costs_one_row_only(following: int) -> None:
    good = b"13800138000,Ada Lovelace\n"
    rows, bad = _read(good + b'"13900139000,Bob\n' + good * following)
    assert bad == [BadRow(2, ['"13900139000,Bob'], "row_quote_open")]
    assert [number for number, _ in rows] == [1, *range(3, following + 3)]


def test_a_quote_left_open_in_the_last_line_is_a_bad_row() -> None:
    assert _read(b'a,1\n"b') == ([(1, ["a", "1"])], [BadRow(2, ['"b'], "row_quote_open")])


def test_a_quote_closed_in_the_last_line_is_none() -> None:
    assert _read(b'a,1\n"b\nc",2') == ([(1, ["a", "1"]), (2, ["b\nc", "2"])], [])


def test_hostile_quotes_end_in_bounded_work() -> None:
    rows, bad = _read(b'"x""\n' * 30_000 + b'"')
    assert rows or bad


def test_more_rows_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "ROWS_MAX", 3)
    layout = Layout("utf-8", ",", 1, ("phone",), ())
    assert len(_read(b"phone\n" + b"1\n" * 3, layout)[0]) == 3
    with pytest.raises(Invalid) as caught:
        _read(b"phone\n" + b"1\n" * 4, layout)
    assert caught.value.fields["file"][0] == "file_too_many_rows"


fields = st.text(alphabet='ab,;\t\n\r"汉😀 1', max_size=12)
tables = st.lists(st.lists(fields, min_size=1, max_size=5), max_size=40)


@settings(max_examples=60)
@given(tables, st.sampled_from(["utf-8", "gb18030", "utf-16-le"]), st.integers(140, 400))
def test_chunks_of_any_size_read_what_one_reading_reads(table: list[list[str]], codec: str, half: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(table)
    data = text.getvalue().encode(codec)
    layout = Layout(codec, ",", 0, (), ())
    expected = list(enumerate(table, 1))
    assert _read(data, layout, chunk_bytes=half * 2) == (expected, [])


def test_an_import_killed_after_any_chunk_goes_on_without_losing_or_doubling() -> None:
    dice = random.Random(3)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("手机", "备注"))
    for _ in range(3000):
        writer.writerow((f"138{dice.randrange(10**8):08}", dice.choice(("", "好", 'a\n"b"', "x" * 90))))
        if dice.random() < 0.05:
            text.write("\n")
    for codec in ("utf-8-sig", "gb18030", "utf-16"):
        data = text.getvalue().encode(codec)
        layout = sniff(data[:HEAD_BYTES])
        whole = _read(data, layout)
        assert len(whole[0]) == 3000 and not whole[1]
        done: list[tuple[int, list[str]]] = []
        for chunk in chunks(io.BytesIO(data), layout, chunk_bytes=8192):
            done += chunk.rows
            position = Position(**chunk.next._asdict())  # as it comes back from JSON
            assert done + _read(data, layout, position, chunk_bytes=16384)[0] == whole[0]


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_rows_or_a_refusal(data: bytes) -> None:
    try:
        layout = sniff(data)
    except Invalid:
        return
    rows, bad = _read(data, layout, chunk_bytes=64)
    assert len({number for number, _ in rows} | {row.row_no for row in bad}) == len(rows) + len(bad)
    assert all("\x00" not in field for _, row in rows for field in row)
