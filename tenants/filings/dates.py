"""Days as carriers count them: in Beijing. What is valid until a day is valid on that day."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from tenants.core.clock import now

ZONE = ZoneInfo("Asia/Shanghai")
# A filing may be asked for again so long before it ends, and its owner is reminded at each of these.
RENEWAL = timedelta(days=30)
REMINDERS = (30, 7, 1)


def today() -> date:
    return now().astimezone(ZONE).date()


def over(valid_until: date | None) -> bool:
    return valid_until is not None and valid_until < today()


def ending(valid_until: date | None) -> bool:
    """Whether it is time to ask again."""
    return valid_until is not None and valid_until <= today() + RENEWAL
