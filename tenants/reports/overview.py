"""The figures of the overview, from the runs' own counts and the books: no message is counted for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from tenants import accounts, campaigns, ledger, messages
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.ledger.models import Account, LedgerEntry, Txn
from tenants.messages import Progress, Side

WEEK = timedelta(days=7)
# Campaigns whose sides are added up: each is a look at all of its messages, kept for a while.
SIDES_MAX = 5


@dataclass(frozen=True)
class Figures:
    """Money in micro-units; counts in people, of the campaigns begun today and in the last seven days."""

    available_micro: int
    held_micro: int
    spent_today_micro: int
    spent_week_micro: int
    today: Progress
    week: Progress
    begun_today: int

    @property
    def days_left(self) -> int | None:
        """How long the balance lasts at the pace of the last seven days; None when nothing was spent."""
        if not self.spent_week_micro:
            return None
        return max(self.available_micro, 0) * WEEK.days // self.spent_week_micro

    @cached_property
    def rated(self) -> Progress:
        """What the delivery rate is taken from: today's, or the week's while today has no receipt."""
        return self.today if self.today.delivered + self.today.failed else self.week


def figures() -> Figures:
    """The scope's tenant's figures at this moment, a day being one of its own clock."""
    tenant_id = scopes.tenant_id()
    today = now().astimezone(ZoneInfo(accounts.current().time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    balance = ledger.balance(tenant_id)
    begun, week = (messages.progress_of(campaigns.begun(since, now())) for since in (today, now() - WEEK))
    return Figures(
        balance.available, balance.held, _spent(today), _spent(now() - WEEK), _sum(begun), _sum(week), len(begun)
    )


def _spent(since: datetime) -> int:
    """What was charged for messages since a moment."""
    wallet = select(Account.id).where(Account.tenant_id == scopes.tenant_id(), Account.kind == "wallet")
    spent = db.session.scalar(
        select(-func.sum(LedgerEntry.amount))
        .join(Txn, Txn.id == LedgerEntry.txn_id)
        .where(
            Txn.tenant_id == scopes.tenant_id(), Txn.at >= since, Txn.kind == "settle",
            LedgerEntry.account_id.in_(wallet),
        )
    )  # fmt: skip
    return int(spent or 0)


def _sum(runs: Mapping[int, Progress]) -> Progress:
    counts = [field.name for field in fields(Progress) if field.name != "flow"]
    return Progress(**{name: sum(getattr(run, name) for run in runs.values()) for name in counts})


@dataclass(frozen=True)
class Sides:
    """The last campaigns added up by operator, the largest first."""

    campaigns: int
    sides: Sequence[Side]


def sides() -> Sides:
    """The sides of the last campaigns of the week."""
    found: dict[tuple[str, str], Counter[messages.State]] = {}
    chosen = messages.progress_of(campaigns.begun(now() - WEEK, now(), SIDES_MAX))
    for id, run in chosen.items():
        for side in messages.breakdown(id, total=run.total, ended=not run.open).sides:
            found.setdefault((side.country, side.operator), Counter()).update(side.counts)
    added = [Side(country, operator, counts) for (country, operator), counts in found.items()]
    return Sides(len(chosen), sorted(added, key=lambda side: -side.total))
