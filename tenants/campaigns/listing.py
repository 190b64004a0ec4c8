"""Lists of campaigns, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from tenants.campaigns.models import Campaign
from tenants.campaigns.states import LIVE, State
from tenants.core.db import db

PAGE = 30


def listed(*, states: Sequence[str] = (), before: int | None = None, limit: int = PAGE) -> list[Campaign]:
    """One page, newest first, optionally of some states; `before` is the id the page begins below."""
    query = select(Campaign).order_by(Campaign.id.desc()).limit(limit)
    if states:
        query = query.where(Campaign.state.in_(states))
    if before is not None:
        query = query.where(Campaign.id < before)
    return list(db.session.scalars(query))


def running(limit: int = 5) -> list[Campaign]:
    """Those on their way or about to be."""
    return listed(states=[*LIVE, State.PAUSED, State.SCHEDULED, State.UNFUNDED, State.LIMITED], limit=limit)
