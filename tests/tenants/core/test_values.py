"""Numbers and dates as people write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.core.values import date_of, number_of


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", "0"), ("320", "320"), ("-3.50", "-3.50"), ("1,280.5", "1280.5"), ("+7", "7"), ("1,234,567", "1234567")],
)
def test_numbers_are_read(text: str, number: str) -> None:
    assert number_of(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", " 1", "1,28", "1.2.3", "1e5", "NaN", "３２０", "12元", "1" * 31, "--1", "1."])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-08",
        "2026/11/8",
        "2026.11.08",
        "2026年11月8日",
        "2026年11月08",
        "20261108",
        "8 Nov 2026",
        "08-Nov-2026",
        "Nov 8, 2026",
        "November 8 2026",
        "2026-11-08 14:30",
        "2026-11-08T14:30:59",
        "2026/11/8 9:05",
    ],
)
def test_dates_are_read(text: str) -> None:
    assert date_of(text) == date(2026, 11, 8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026/13/02",
        "2026-02-30",
        "08/11/2026",
        "2026-11/08",
        "8 Foo 2026",
        "0000-01-01",
        "11月8日",
        "2026-11-08 25:00",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert date_of(text) is None


@given(st.dates())
def test_every_iso_date_is_read(day: date) -> None:
    assert date_of(day.isoformat()) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    number_of(text)
    date_of(text)
