"""The prefix table: complete, without contradictions, longest prefix first."""

import re

import pytest
from phonenumbers.data.region_CN import PHONE_METADATA_CN

from tenants.core.operator_prefixes import HANDSET_ROWS, MACHINE_ROWS
from tenants.core.operators import OPERATORS, expanded, operator_of


@pytest.mark.parametrize(
    ("national", "operator"),
    [
        ("13800138000", "mobile"),
        ("13488888888", "mobile"),
        ("13498888888", "telecom"),
        ("16512345678", "mobile"),
        ("16212345678", "telecom"),
        ("16712345678", "unicom"),
        ("17112345678", "unicom"),
        ("17001234567", "telecom"),
        ("17031234567", "mobile"),
        ("17041234567", "unicom"),
        ("17091234567", "unicom"),
        ("17405123456", "telecom"),
        ("17406123456", "other"),
        ("19212345678", "broadnet"),
        ("1064812345678", "mobile"),
        ("1064712345678", "other"),
        ("12345678901", "other"),
        ("", "other"),
    ],
)
def test_the_longest_prefix_decides(national: str, operator: str) -> None:
    assert operator_of(national) == operator


def test_a_longer_prefix_wins_wherever_it_is_listed() -> None:
    for rows in ((("mobile", "170"), ("unicom", "1704")), (("unicom", "1704"), ("mobile", "170"))):
        table = expanded(rows)
        assert (table["17034"], table["17040"], table["17049"]) == ("mobile", "unicom", "unicom")


def test_no_prefix_is_listed_twice() -> None:
    prefixes = [prefix for _, row in (*HANDSET_ROWS, *MACHINE_ROWS) for prefix in row.split()]
    assert len(prefixes) == len(set(prefixes))
    assert {operator for operator, _ in HANDSET_ROWS} | {"other"} == set(OPERATORS)


def test_every_mobile_code_known_to_phonenumbers_has_an_operator() -> None:
    assert PHONE_METADATA_CN.mobile is not None
    pattern = re.compile(str(PHONE_METADATA_CN.mobile.national_number_pattern))
    known = [f"1{n:04}" for n in range(10_000) if pattern.fullmatch(f"1{n:04}000000")]
    without = {prefix for prefix in known if operator_of(prefix) == "other"}
    assert {prefix[:4] for prefix in without} == {"1610"}  # satellite, no operator of ours
