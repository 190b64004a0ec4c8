"""Pure: from what people type or export to one E.164 number, or the reason why not.

Mainland mobile numbers take a fast path, a pattern made from phonenumbers' own metadata; every other form is cleaned
and given to phonenumbers. Machine (IoT) numbers, which phonenumbers leaves out on purpose, are recognised here.
"""

import re
from enum import StrEnum
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult
from phonenumbers.data.region_CN import PHONE_METADATA_CN

from tenants.core.operator_prefixes import Operator
from tenants.core.operators import BY_PREFIX, operator_of

TEXT_MAX = 64  # a longer cell is no number

Line = Literal["mobile", "iot"]


class Phone(NamedTuple):
    e164: str
    country: str  # ISO 3166 code of the region the number belongs to
    operator: Operator  # "other" outside mainland China
    line: Line


class Problem(StrEnum):
    """Why a text is no number we can send to."""

    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    SCIENTIFIC_NOTATION = "scientific_notation"  # a spreadsheet rounded it: the digits are gone
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LANDLINE = "landline"
    NOT_MOBILE = "not_mobile"  # hotlines, premium rate, internet telephony
    NOT_ASSIGNED = "not_assigned"
    FOREIGN_INVALID = "foreign_invalid"


_COUNTRY_CODE = r"(?:(?:\+|00)?86)?"
assert PHONE_METADATA_CN.mobile is not None
_MOBILE = PHONE_METADATA_CN.mobile.national_number_pattern
# phonenumbers takes 146, 148 (machines) and 149 (data cards) for invalid; all three receive messages.
_MACHINE = r"14[68]\d{8}|(?:14(?:00|10|4[01])\d|1064\d)\d{8}"
_FAST = re.compile(f"{_COUNTRY_CODE}({_MOBILE}|149\\d{{8}})", re.ASCII)
_IOT = re.compile(f"{_COUNTRY_CODE}({_MACHINE})", re.ASCII)

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d*)?E[+-]?\d+", re.ASCII | re.IGNORECASE)
_FLOAT = re.compile(r"(\+?\d+)\.0+", re.ASCII)
# A space may stand inside a number too, see `split`; a plus may not.
_APART = re.compile(r"[\n\r,，;；、\t|]+| +(?=[+＋])")
_DIALLED = re.compile(r"\+?\d+", re.ASCII)
_MOBILE_LIKE = re.compile(f"{_COUNTRY_CODE}(1[3-9]\\d*)", re.ASCII)
_MOBILE_DIGITS = 11

_DROPPED = (
    " \t\r\n\v\f-_()'`"
    "\u00a0\u00ad\u2002\u2003\u2007\u2009\u202f\u3000"  # spaces of other widths, soft hyphen
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"  # dashes
    "\uff08\uff09\u2018\u2019"  # full-width brackets, curly quotes put before a number to keep it as text
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"  # invisible
)
_CLEAN = {ord(character): "" for character in _DROPPED} | {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    0xFF0B: "+",
    0xFF0E: ".",
}

_MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def split(text: str) -> list[str]:
    """The pieces of a text that stand for a number each, on lines of their own or parted by commas or spaces.

    A space parts two numbers where both sides are long enough to be one.
    """
    numbers: list[str] = []
    for piece in _APART.split(text):
        words = piece.split()
        long = [word for word in words if sum(map(str.isdigit, word)) >= 7]
        numbers += words if len(long) > 1 else [piece.strip()] if words else []
    return numbers


def parse(text: str, region: str = "CN") -> Phone | Problem:
    """The number a text means, read as dialled in `region` unless it carries a country code."""
    if region == "CN" and (match := _FAST.fullmatch(text)):
        national = match[1]
        return Phone("+86" + national, "CN", BY_PREFIX.get(national[:5], "other"), "mobile")
    return _parse_slowly(text, region)


def _parse_slowly(text: str, region: str) -> Phone | Problem:
    if len(text) > TEXT_MAX:
        return Problem.TOO_LONG if text.strip() else Problem.EMPTY
    cleaned = text.translate(_CLEAN)
    if not cleaned:
        return Problem.EMPTY
    if _SCIENTIFIC.fullmatch(cleaned):
        return Problem.SCIENTIFIC_NOTATION
    if number := _FLOAT.fullmatch(cleaned):
        cleaned = number[1]
    elif cleaned.count(".") > 1:  # 138.0013.8000; a single dot may be a decimal point, so it stays and is refused
        cleaned = cleaned.replace(".", "")
    if not _DIALLED.fullmatch(cleaned):
        return Problem.NOT_DIGITS
    if region == "CN" or cleaned.startswith(("+86", "0086")):
        if match := _FAST.fullmatch(cleaned):
            return Phone("+86" + match[1], "CN", operator_of(match[1]), "mobile")
        if match := _IOT.fullmatch(cleaned):
            return Phone("+86" + match[1], "CN", operator_of(match[1]), "iot")
    return _parse_by_metadata(cleaned, region)


_PARSE_ERRORS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: Problem.FOREIGN_INVALID,
    phonenumbers.NumberParseException.NOT_A_NUMBER: Problem.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: Problem.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: Problem.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: Problem.TOO_LONG,
}


def _parse_by_metadata(dialled: str, region: str) -> Phone | Problem:
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        return _PARSE_ERRORS[error.error_type]
    country = phonenumbers.region_code_for_number(number)
    kind = phonenumbers.number_type(number)
    if kind in _MOBILE_TYPES and country:
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return Phone(e164, country, operator_of(e164[3:]) if country == "CN" else "other", "mobile")
    if kind == PhoneNumberType.FIXED_LINE:
        return Problem.LANDLINE
    if kind != PhoneNumberType.UNKNOWN:
        return Problem.NOT_MOBILE
    return _why_unknown(dialled, number)


def _why_unknown(dialled: str, number: phonenumbers.PhoneNumber) -> Problem:
    if match := _MOBILE_LIKE.fullmatch(dialled):
        missing = _MOBILE_DIGITS - len(match[1])
        if missing:
            return Problem.TOO_SHORT if missing > 0 else Problem.TOO_LONG
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return Problem.TOO_SHORT
    if reason == ValidationResult.TOO_LONG:
        return Problem.TOO_LONG
    return Problem.NOT_ASSIGNED if number.country_code == 86 else Problem.FOREIGN_INVALID
