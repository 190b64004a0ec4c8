"""Pure: the ten-digit instant MMDDHHMMSS of the Chinese protocols, which all tell the time of China (UTC+8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def stamp(now: float) -> int:
    """MMDDHHMMSS as the number the wire carries; the leading zero is not in it."""
    at = datetime.fromtimestamp(now, UTC).astimezone(CHINA)
    return int(at.strftime("%m%d%H%M%S"))


def digits(value: int) -> bytes:
    """The ten digits of a stamp, as the login hashes want them."""
    return b"%010d" % value
