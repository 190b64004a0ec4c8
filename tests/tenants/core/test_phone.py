"""Numbers as people write them, and the agreement of the fast path with phonenumbers."""

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from tenants.core.phone import Phone, Problem, parse

ADA = Phone("+8613800138000", "CN", "mobile", "mobile")
PARITY_COUNT = 24_000


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        " +86 138-0013-8000 ",
        "(+86) 138 0013 8000",
        "138.0013.8000",
        "013800138000",
        "１３８００１３８０００",
        "＋８６（138）0013－8000",
        "13800138000.0",
        "13800138000.00",
        "+8613800138000.0",
        "'13800138000",
        "\u202d13800138000\u202c",
        "\ufeff13800138000\u00a0",
    ],
)
def test_every_way_to_write_a_mainland_number_means_the_same(text: str) -> None:
    assert parse(text) == ADA


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.EMPTY),
        (" \u3000\u200b", Problem.EMPTY),
        (" " * 100, Problem.EMPTY),
        ("Ada", Problem.NOT_DIGITS),
        ("13800138000,13900139000", Problem.NOT_DIGITS),
        ("1380013800O", Problem.NOT_DIGITS),
        ("13800138000.5", Problem.NOT_DIGITS),
        ("138001380.01", Problem.NOT_DIGITS),
        ("-", Problem.EMPTY),
        ("+", Problem.NOT_DIGITS),
        ("13800138000\x00", Problem.NOT_DIGITS),
        ("1.38E+10", Problem.SCIENTIFIC_NOTATION),
        ("1.38001E+10", Problem.SCIENTIFIC_NOTATION),
        ("1.38001e10", Problem.SCIENTIFIC_NOTATION),
        ("１．３８Ｅ＋１０".replace("Ｅ", "E"), Problem.SCIENTIFIC_NOTATION),
        ("1", Problem.TOO_SHORT),
        ("1380013800", Problem.TOO_SHORT),
        ("86138001380", Problem.TOO_SHORT),
        ("138001380000", Problem.TOO_LONG),
        ("1" * 200, Problem.TOO_LONG),
        ("010-12345678", Problem.LANDLINE),
        ("0755 8888 8888", Problem.LANDLINE),
        ("4001234567", Problem.NOT_MOBILE),
        ("12345678901", Problem.NOT_ASSIGNED),
        ("19412345678", Problem.NOT_ASSIGNED),
        ("1420012345678", Problem.TOO_LONG),
        ("+999123456", Problem.FOREIGN_INVALID),
        ("+1 111 111 1111", Problem.FOREIGN_INVALID),
    ],
)
def test_what_is_no_number_says_why(text: str, problem: Problem) -> None:
    assert parse(text) is problem


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("1064812345678", "mobile"),
        ("1064612345678", "unicom"),
        ("10649 1234 5678", "telecom"),
        ("+86 1440012345678", "mobile"),
        ("1410012345678", "telecom"),
        ("14812345678", "mobile"),
        ("14612345678", "unicom"),
    ],
)
def test_machine_numbers_are_recognised(text: str, operator: str) -> None:
    phone = parse(text)
    assert isinstance(phone, Phone)
    assert (phone.line, phone.operator, phone.country) == ("iot", operator, "CN")


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+852 9123 4567", "CN", Phone("+85291234567", "HK", "other", "mobile")),
        ("0085291234567", "CN", Phone("+85291234567", "HK", "other", "mobile")),
        ("(415) 555-2671", "US", Phone("+14155552671", "US", "other", "mobile")),
        ("+44 (0)7400 123456", "CN", Phone("+447400123456", "GB", "other", "mobile")),
        ("+8613800138000", "US", ADA),
        ("00861064812345678", "GB", Phone("+861064812345678", "CN", "mobile", "iot")),
    ],
)
def test_other_regions_are_read_by_their_own_rules(text: str, region: str, expected: Phone) -> None:
    assert parse(text, region) == expected


def test_a_mainland_number_without_country_code_is_foreign_elsewhere() -> None:
    assert not isinstance(parse("13800138000", "US"), Phone)


def _by_phonenumbers(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    mobile = phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if mobile else None


def test_the_fast_path_agrees_with_phonenumbers() -> None:
    dice = random.Random(7)
    beginnings = [f"1{n:02}" for n in range(100)]
    kept_apart = ("146", "148", "149")  # machine and data cards, which phonenumbers leaves out
    mobiles = 0
    for _ in range(PARITY_COUNT):
        national = dice.choice(beginnings) + "".join(dice.choices("0123456789", k=dice.choice((7, 8, 8, 8, 8, 8, 9))))
        text = dice.choice(("", "", "+86", "86", "0086")) + national
        theirs, ours = _by_phonenumbers(text), parse(text)
        if len(national) == 11 and national.startswith(kept_apart):
            assert isinstance(ours, Phone) and not theirs, text
            continue
        assert (ours.e164 if isinstance(ours, Phone) else None) == theirs, text
        mobiles += theirs is not None
    assert mobiles > PARITY_COUNT / 4


@given(st.text(max_size=80))
def test_any_text_ends_in_a_number_or_a_reason(text: str) -> None:
    result = parse(text)
    assert isinstance(result, Problem) or (result.e164[0] == "+" and result.e164[1:].isdecimal())


@given(st.text(alphabet="0123456789+-() .E", max_size=24), st.sampled_from(["CN", "US", "GB", "HK"]))
def test_a_parsed_number_parses_to_itself(text: str, region: str) -> None:
    result = parse(text, region)
    if isinstance(result, Phone):
        assert parse(result.e164, region) == result
