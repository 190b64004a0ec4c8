"""Guessing what each column is, and holding the user's choice to its rules."""

import pytest

from tenants.contacts.columns import (
    FIELDS_MAX,
    BadValue,
    Column,
    Fault,
    FieldType,
    Mapping,
    Target,
    check,
    field_name,
    filled,
    guess,
    values_of,
)
from tenants.contacts.sniffing import Layout, sniff

PHONE, NAME, SKIP = Column(Target.PHONE), Column(Target.NAME), Column(Target.SKIP)


def _field(name: str, type_: FieldType = FieldType.TEXT) -> Column:
    return Column(Target.FIELD, name, type_)


def _guessed(text: str) -> list[Column]:
    return list(guess(sniff(text.encode())).columns)


def test_a_members_file_is_understood_whole() -> None:
    text = (
        "手机,会员姓名,积分余额,最近到店,门店,订单号,\n"
        "138 0013 8000,陈晨,320,2026-11-08,湖滨店,202611080001,\n"
        "13900139000,王梓涵,\"1,015.5\",2026/11/9,城西店,202611090002,\n"
    )  # fmt: skip
    assert _guessed(text) == [
        PHONE,
        NAME,
        _field("积分余额", FieldType.NUMBER),
        _field("最近到店", FieldType.DATE),
        _field("门店"),
        _field("订单号"),
        SKIP,
    ]


@pytest.mark.parametrize("header", ["手机号码", "联系电话", "Mobile", "phone_number", "Cell", "TEL", "号码"])
def test_the_phone_column_is_known_by_its_header(header: str) -> None:
    assert _guessed(f"note,{header},city\nx,,Paris\n")[1] == PHONE


def test_values_outweigh_a_header_that_misleads() -> None:
    assert _guessed("电话备注,联系\n早上打,13800138000\n晚上打,13900139000\n")[1] == PHONE


def test_between_two_columns_of_numbers_the_header_decides() -> None:
    assert _guessed("邀请人,手机\n13700137000,13800138000\n")[1] == PHONE


def test_a_column_spoilt_by_the_spreadsheet_is_still_the_phone() -> None:
    assert _guessed("a,b\nx,1.38E+10\n")[1] == PHONE


def test_without_a_header_fields_get_the_letters_of_a_spreadsheet() -> None:
    assert _guessed("陈晨,13800138000,5\n") == [_field("A"), PHONE, _field("C", FieldType.NUMBER)]
    wide = guess(Layout("utf-8", ",", 0, (), (("x",) * 28,)))
    assert wide.columns[27].field == "AB"


def test_headers_become_names_a_template_can_use() -> None:
    assert [field_name(header) for header in ("到店 日期", "1st visit", "points(left)", "***", "x" * 40)] == [
        "到店_日期", "_1st_visit", "points_left", "", "x" * 20,
    ]  # fmt: skip


def test_equal_headers_get_different_names() -> None:
    columns = _guessed("phone,备注,备注,备注\n13800138000,a,b,c\n")
    assert [column.field for column in columns] == ["", "备注", "备注_2", "备注_3"]


def test_a_guess_is_valid_except_for_a_missing_phone() -> None:
    wide = Layout("utf-8", ",", 1, ("phone", *(f"f {n}" for n in range(49))), ())
    assert check(guess(wide), 50) == []
    assert sum(column.target == Target.FIELD for column in guess(wide).columns) == FIELDS_MAX
    none = guess(sniff(b"a,b\nx,y\n"))
    assert [fault.code for fault in check(none, 2)] == ["phone_missing"]


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ((SKIP, SKIP), Fault("phone_missing", None, {})),
        ((PHONE, PHONE), Fault("phone_twice", 1, {"first": 0})),
        ((PHONE, NAME, NAME), Fault("name_twice", 2, {"first": 1})),
        ((PHONE, _field("")), Fault("field_name", 1, {"name": "", "max": 20})),
        ((PHONE, _field("a b")), Fault("field_name", 1, {"name": "a b", "max": 20})),
        ((PHONE, _field("x" * 21)), Fault("field_name", 1, {"name": "x" * 21, "max": 20})),
        ((PHONE, _field("a"), _field("a")), Fault("field_twice", 2, {"name": "a"})),
        ((PHONE, *(_field(f"f{n}") for n in range(31))), Fault("too_many_fields", None, {"max": 30})),
    ],
)
def test_each_fault_of_a_mapping_is_named(columns: tuple[Column, ...], fault: Fault) -> None:
    assert fault in check(Mapping(columns), len(columns))


def test_a_mapping_for_another_file_is_refused() -> None:
    assert check(Mapping((PHONE,)), 2) == [Fault("mapping_columns", None, {"expected": 2, "found": 1})]


def test_a_mapping_survives_json_and_knows_its_places() -> None:
    mapping = Mapping((SKIP, _field("积分", FieldType.NUMBER), NAME, PHONE))
    assert Mapping.from_json(mapping.to_json()) == mapping
    assert (mapping.phone_at, mapping.name_at) == (3, 2)
    assert Mapping((PHONE,)).name_at is None


MAPPING = Mapping((PHONE, _field("积分", FieldType.NUMBER), _field("到店", FieldType.DATE), _field("门店"), SKIP))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["1", " 1,280.50 ", "2026年11月8日", " 店 ", "x"], {"积分": "1280.50", "到店": "2026-11-08", "门店": "店"}),
        (["1", "", " ", "湖滨店"], {"门店": "湖滨店"}),
        (["1"], {}),
        (["1", "12元"], BadValue("value_not_number", 1, "12元")),
        (["1", "1", "2026/13/02"], BadValue("value_not_date", 2, "2026/13/02")),
        (["1", "1", "2026-11-08", "a", "b", "more"], {"积分": "1", "到店": "2026-11-08", "门店": "a"}),
    ],
)  # fmt: skip
def test_values_are_read_by_their_type(row: list[str], expected: dict[str, str] | BadValue) -> None:
    assert values_of(filled(MAPPING), row) == expected
