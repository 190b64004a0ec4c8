"""Limits of a tenant: parts a calendar day of its own time zone, and batches in flight. The one door for every path."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts.models import Tenant
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import QuotaReached
from tenants.quotas.models import QuotaWindow

TRIAL_PARTS_A_DAY = 100
IN_FLIGHT = 4


def take(parts: int, name: str = "parts") -> date:
    """Use up `parts` of today's limit; the day, to give back to. QuotaReached: what was asked, the limit, what is left
    and until when."""
    assert parts >= 0, "what is not used is given back by its own name"
    limit, day = _limit(name)
    if limit is None or parts == 0:
        return day.date()
    if parts > limit:  # an insert has no condition, so the first of the day is checked here
        raise QuotaReached(parts=parts, limit=limit, left=left(name), resets_at=_midnight(day))
    statement = insert(QuotaWindow).values(tenant_id=scopes.tenant_id(), name=name, day_on=day.date(), used=parts)
    taken = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=[QuotaWindow.tenant_id, QuotaWindow.name, QuotaWindow.day_on],
            set_={"used": QuotaWindow.used + parts},
            where=QuotaWindow.used + parts <= limit,
        ).returning(QuotaWindow.used)
    )
    if taken is None:
        raise QuotaReached(parts=parts, limit=limit, left=left(name), resets_at=_midnight(day))
    return day.date()


def give_back(parts: int, taken_on: date, name: str = "parts") -> None:
    """Return what was taken and not used to the day it was taken from: yesterday's does not raise today's limit."""
    assert parts >= 0, "what is used is taken by its own name"
    db.session.execute(
        update(QuotaWindow)
        .where(QuotaWindow.tenant_id == scopes.tenant_id(), QuotaWindow.name == name, QuotaWindow.day_on == taken_on)
        .values(used=func.greatest(QuotaWindow.used - parts, 0))
    )


def day_of(at: datetime) -> date:
    """The calendar day of a moment where the scope's tenant is."""
    zone = db.session.scalars(select(Tenant.time_zone).where(Tenant.id == scopes.tenant_id())).one()
    return at.astimezone(ZoneInfo(zone)).date()


def left(name: str = "parts") -> int | None:
    """What is left of today's limit; None when there is none."""
    limit, day = _limit(name)
    if limit is None:
        return None
    used = db.session.scalar(
        select(QuotaWindow.used).where(
            QuotaWindow.tenant_id == scopes.tenant_id(), QuotaWindow.name == name, QuotaWindow.day_on == day.date()
        )
    )
    return max(limit - (used or 0), 0)


def in_flight_most() -> ColumnElement[int]:
    """How many batches of a tenant may be under way at once, as an expression on its row."""
    return func.coalesce(Tenant.limits["in_flight"].as_integer(), IN_FLIGHT)


def _limit(name: str) -> tuple[int | None, datetime]:
    """The scope's tenant's limit of that name a day, and the present moment in its own time zone."""
    row = db.session.execute(
        select(Tenant.state, Tenant.limits, Tenant.time_zone).where(Tenant.id == scopes.tenant_id())
    ).one()
    default = TRIAL_PARTS_A_DAY if row.state == "trial" else None
    return row.limits.get(f"{name}_per_day", default), now().astimezone(ZoneInfo(row.time_zone))


def _midnight(day: datetime) -> datetime:
    return (day + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
