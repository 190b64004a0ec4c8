"""Lists of campaigns, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tenants.campaigns.models import Campaign
from tenants.campaigns.states import LIVE, State
from tenants.core.db import db

PAGE = 30
BEGUN_MAX = 1_000


def listed(
    *, states: Sequence[str] = (), before: int | None = None, after: int | None = None, limit: int = PAGE
) -> list[Campaign]:
    """One page, newest first, optionally of some states: what is older than `before`, or just newer than `after`."""
    query = select(Campaign).limit(limit)
    if states:
        query = query.where(Campaign.state.in_(states))
    if after is not None:
        newer = db.session.scalars(query.where(Campaign.id > after).order_by(Campaign.id))
        return list(newer)[::-1]
    if before is not None:
        query = query.where(Campaign.id < before)
    return list(db.session.scalars(query.order_by(Campaign.id.desc())))


def counted() -> dict[str, int]:
    """How many campaigns are in each state."""
    rows = db.session.execute(select(Campaign.state, func.count()).group_by(Campaign.state))
    return {row[0]: row[1] for row in rows}


def running(limit: int = 5) -> list[Campaign]:
    """Those on their way or about to be."""
    return listed(states=[*LIVE, State.PAUSED, State.SCHEDULED, State.UNFUNDED, State.LIMITED], limit=limit)


def uses_import(import_id: int) -> bool:
    """Whether a campaign's people are those of an import."""
    return (
        db.session.scalar(select(Campaign.id).where(Campaign.audience["import_id"].as_integer() == import_id).limit(1))
        is not None
    )


def names(campaign_ids: Sequence[int]) -> dict[int, str]:
    """The names of some campaigns."""
    rows = db.session.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(campaign_ids)))
    return {row[0]: row[1] for row in rows}


def begun(since: datetime | None = None, until: datetime | None = None, limit: int = BEGUN_MAX) -> list[int]:
    """Those launched whose sending began, or will, in a span of time; the newest first."""
    return list(begun_at(since, until, limit))


def begun_at(
    since: datetime | None = None, until: datetime | None = None, limit: int = BEGUN_MAX
) -> dict[int, datetime]:
    """The same with their moments."""
    at = func.greatest(Campaign.launched_at, Campaign.scheduled_at)
    query = select(Campaign.id, at).where(Campaign.launched_at.is_not(None)).order_by(Campaign.id.desc()).limit(limit)
    if since is not None:
        query = query.where(at >= since)
    if until is not None:
        query = query.where(at < until)
    return {row[0]: row[1] for row in db.session.execute(query)}
