"""Pure: numbers and dates as people write them in files and templates."""

import re
from datetime import date
from decimal import Decimal

NUMBER_MAX = 30  # characters

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_TIME = r"(?:[ T]?(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?"
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})|年(\d{{1,2}})月(\d{{1,2}})日?){_TIME}", re.ASCII
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[ -]([A-Za-z]{{3,9}})\.?,?[ -](\d{{4}}){_TIME}", re.ASCII)
_MONTH_FIRST = re.compile(rf"([A-Za-z]{{3,9}})\.? (\d{{1,2}}),? (\d{{4}}){_TIME}", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def number_of(text: str) -> Decimal | None:
    """1,280.50 and the like; None for anything else."""
    if len(text) > NUMBER_MAX or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text.replace(",", ""))


def date_of(text: str) -> date | None:
    """2026-11-08, 2026/11/8, 2026年11月8日, 20261108, 8 Nov 2026, Nov 8, 2026; a time of day after it is let pass.

    Forms such as 08/11/2026 name two different days in two countries and are refused.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[3] or match[5], match[4] or match[6])
    if match := _COMPACT.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(text):
        return _day(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _day(match[3], _month(match[1]), match[2])
    return None


def _month(name: str) -> int:
    """1 to 12 by the first three letters, 0 for no month."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
