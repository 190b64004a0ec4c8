"""Time zones a person may choose, and moments given as a date and a time on their clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _

BEIJING = "Asia/Shanghai"
UTC = "UTC"
ZONES = (
    BEIJING, "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai", "Europe/London",
    "Europe/Berlin", "Europe/Moscow", "America/New_York", "America/Chicago", "America/Los_Angeles",
    "America/Sao_Paulo", "Australia/Sydney", UTC,
)  # fmt: skip


def options(also: str = "") -> list[tuple[str, str]]:
    """The zones and their names in the reader's language, with the one that is in use."""
    names = ZONES if not also or also in ZONES else (also, *ZONES)
    return [(name, name if name == UTC else f"{_place(name)} ({name})") for name in names]


def moment(date: str, clock: str, zone: str) -> datetime | None:
    """The instant of "2026-11-23" and "10:00" in a zone; None when they are none. In the hour that a change of the
    clocks leaves out it is that much later, in the hour that comes twice the first."""
    try:
        return datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=ZoneInfo(zone))
    except (ValueError, OSError):
        return None


def on_clock(instant: datetime, zone: str) -> datetime:
    """The instant as a clock in a zone shows it."""
    return instant.astimezone(ZoneInfo(zone))


def elsewhere(instant: datetime, zone: str) -> tuple[str, datetime] | None:
    """The city and the clock of a zone, where its clock differs at that instant from the one the page is read on."""
    there, here = on_clock(instant, zone), on_clock(instant, str(get_timezone()))
    return None if there.utcoffset() == here.utcoffset() else (_city(zone), there)


def clock_name() -> str:
    """What the clock is called that a page's times are read from, named once on the page."""
    zone = str(get_timezone())
    return str(_("Beijing time") if zone == BEIJING else zone if zone == UTC else _place(zone))


def _place(zone: str) -> str:
    return get_timezone_location(zone, locale=get_locale())


def _city(zone: str) -> str:
    return zone if zone == UTC else get_timezone_location(zone, locale=get_locale(), return_city=True)
