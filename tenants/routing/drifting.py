"""Points drift: every few seconds the channels of each side are judged by what was seen since their points changed, and
each change is written down with its reason. Platform scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from tenants.core.clock import now
from tenants.core.db import db
from tenants.routing import seeing
from tenants.routing.judging import POINTS_MAX, Bad, Change, Standing, Sums, changes
from tenants.routing.models import Channel, Health, PointChange, Points
from tenants.routing.seeing import COUNTS, STEPS_S

# How many periods back anything counts; a drop must rest for so many before points rise, each rise for so many.
WINDOW, REST, PACE = 3, 4, 2
# Delivered only after this long is late.
LATE_S = 256.0
LATE_STEP = STEPS_S.index(LATE_S) + 1
KEPT = timedelta(days=90)
Side = tuple[str, str]


def judge() -> list[Change]:
    """Judge every channel on every side where anything was seen or points are missing; what changed."""
    at, period = now(), timedelta(seconds=seeing.period_s())
    since = at - WINDOW * period
    points = {(row.channel_id, row.country, row.operator): row for row in db.session.scalars(
        select(Points).with_for_update().execution_options(populate_existing=True)
    )}  # fmt: skip
    seen = _seen(since)
    channels = db.session.scalars(
        select(Channel).where(Channel.state == "active").execution_options(populate_existing=True)
    ).all()
    done: list[Change] = []
    for side in sorted({(key[1], key[2]) for key in (*seen, *points)}):
        serving = [each for each in channels if _serves(each, side)]
        standings = [_standing(each.id, side, points, seen, at, period) for each in serving]
        for change in changes(standings, {each.id: _peers(each, serving) for each in serving}):
            _write(change, side, at)
            done.append(change)
    return done


def _seen(since: datetime) -> dict[tuple[int, str, str], Sums]:
    """What each channel did on each side, since its points there changed last and no longer ago than `since`."""
    same = and_(
        Points.channel_id == Health.channel_id, Points.country == Health.country, Points.operator == Health.operator
    )
    late = func.sum(case((Health.wait >= LATE_STEP, Health.delivered), else_=0))
    rows = db.session.execute(
        select(
            Health.channel_id, Health.country, Health.operator,
            *[func.sum(Health.__table__.columns[name]) for name in COUNTS], late,
        )
        .outerjoin(Points, same)
        .where(Health.at >= seeing.span_of(since), Health.at >= func.coalesce(Points.changed_at, since - timedelta(1)))
        .group_by(Health.channel_id, Health.country, Health.operator)
    )  # fmt: skip
    names = (*COUNTS, "late")
    return {(row[0], row[1], row[2]): Sums(**dict(zip(names, map(int, row[3:]), strict=True))) for row in rows}


def _serves(channel: Channel, side: Side) -> bool:
    country, operator = side
    return (not channel.countries or country in channel.countries) and (
        not channel.operators or operator in channel.operators
    )


def _peers(channel: Channel, serving: Sequence[Channel]) -> list[int]:
    """Others that could take over: in order, open to everybody or to the same, for the same kinds and products."""
    return [
        other.id
        for other in serving
        if other.id != channel.id and other.breaker == "closed"
        and (not other.tenant_ids or set(channel.tenant_ids) & set(other.tenant_ids))
        and (not other.kinds or not channel.kinds or set(channel.kinds) & set(other.kinds))
        and set(channel.products) & set(other.products)
    ]  # fmt: skip


def _standing(
    channel_id: int, side: Side, points: Mapping[Any, Points], seen: Mapping[Any, Sums], at: datetime, period: timedelta
) -> Standing:
    key = (channel_id, *side)
    row = points.get(key)
    if row is None:
        return Standing(channel_id, POINTS_MAX, seen.get(key, Sums()))
    rested = at - row.dropped_at >= REST * period and at - row.changed_at >= PACE * period
    return Standing(channel_id, row.points, seen.get(key, Sums()), rested)


def _write(change: Change, side: Side, at: datetime) -> None:
    country, operator = side
    key = {"channel_id": change.channel_id, "country": country, "operator": operator}
    # What was counted in the present span may be from before: the next judgement begins with the next one.
    fresh = seeing.span_of(at) + timedelta(seconds=seeing.span_s())
    dropped = {"dropped_at": at} if change.bad else {}
    new = upsert(Points).values(**key, points=change.after, changed_at=fresh, dropped_at=at)
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=list(key),
            set_={"points": change.after, "changed_at": fresh, **dropped},
        )
    )
    if not change.bad and change.after == POINTS_MAX:
        db.session.execute(delete(Points).where(*(getattr(Points, name) == value for name, value in key.items())))
    db.session.execute(
        insert(PointChange).values(
            **key, before=change.before, after=change.after, at=at,
            reason=change.bad.reason if change.bad else "recovered", detail=_detail(change.bad),
        )
    )  # fmt: skip


def _detail(bad: Bad | None) -> dict[str, Any]:
    """Percentages, for the sentence on the screen."""
    if bad is None:
        return {}
    found: dict[str, Any] = {"share": round(bad.share * 100), "seen": bad.seen}
    return found if bad.others is None else found | {"others": round(bad.others * 100)}


def tidy() -> None:
    """Forget what nobody looks at any more, and points of channels that are gone."""
    seeing.tidy()
    db.session.execute(delete(PointChange).where(PointChange.at < now() - KEPT))
    db.session.execute(delete(Points).where(Points.channel_id.not_in(select(Channel.id))))


def history(channel_id: int, limit: int) -> Sequence[PointChange]:
    """The latest changes of a channel's points and breaker, the newest first."""
    return db.session.scalars(
        select(PointChange)
        .where(PointChange.channel_id == channel_id)
        .order_by(PointChange.at.desc(), PointChange.id.desc())
        .limit(limit)
    ).all()


def now_of(channel_id: int) -> dict[Side, int]:
    """The points a channel has at present, where it is not all of them."""
    rows = db.session.scalars(select(Points).where(Points.channel_id == channel_id))
    found: dict[Side, int] = defaultdict(lambda: POINTS_MAX)
    return found | {(row.country, row.operator): row.points for row in rows}
