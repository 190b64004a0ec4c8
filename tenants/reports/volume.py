"""What was sent lately, by the hour or the day on which its campaign began: added up from the runs' own counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tenants import accounts, campaigns, messages
from tenants.core.clock import now
from tenants.messages import Progress

HOURS, DAYS = 24, 14
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Slot:
    """The campaigns begun in one hour or on one day, and how their messages went."""

    begins_at: datetime
    campaigns: int = 0
    delivered: int = 0
    awaiting: int = 0
    in_doubt: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """Everything that was handed over or ended in failure."""
        return self.delivered + self.awaiting + self.in_doubt + self.failed

    def plus(self, run: Progress) -> Slot:
        return Slot(
            self.begins_at, self.campaigns + 1, self.delivered + run.delivered, self.awaiting + run.awaiting,
            self.in_doubt + run.in_doubt, self.failed + run.failed,
        )  # fmt: skip


def volume(by_day: bool = False) -> Sequence[Slot]:
    """The scope's tenant's last 24 hours or 14 days by its own clock, the oldest first, the present one last."""
    zone, at = ZoneInfo(accounts.current().time_zone), now()
    slots = {begins: Slot(begins) for begins in (_days(at, zone) if by_day else _hours(at, zone))}
    begun = campaigns.begun_at(min(slots), at)
    runs = messages.progress_of(list(begun))
    for id, moment in begun.items():
        begins = max(each for each in slots if each <= moment)
        slots[begins] = slots[begins].plus(runs.get(id, Progress()))
    return list(slots.values())


def _hours(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """Whole hours are counted in real time, so that a day on which clocks change has them all."""
    local = at.astimezone(zone)
    whole = at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return [whole - n * HOUR for n in reversed(range(HOURS))]


def _days(at: datetime, zone: ZoneInfo) -> list[datetime]:
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [midnight - n * DAY for n in reversed(range(DAYS))]
