"""What staff look at: what each channel did lately, how long receipts took, how its points went. Platform scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tenants.core.clock import now
from tenants.core.db import db
from tenants.routing import seeing
from tenants.routing.judging import POINTS_MAX, Sums
from tenants.routing.models import Health, PointChange, Points
from tenants.routing.seeing import COUNTS, STEPS_S

LOOK_BACK = timedelta(minutes=15)
# The pace is that of whole spans: the present one is not over.
PACE_SPANS = 3
Side = tuple[str, str]


@dataclass
class Figures:
    """A channel, or one side of it: what it did, answers a second, and how many receipts waited how long."""

    sums: Sums = field(default_factory=Sums)
    pace: float = 0.0
    waits: dict[int, int] = field(default_factory=dict)

    def waited(self, share: float) -> float | None:
        """The seconds within which this share of the delivered messages had their receipt."""
        return percentile(self.waits, share)


def figures() -> tuple[dict[int, Figures], dict[int, dict[Side, Figures]]]:
    """Each channel of the last minutes as a whole, and by side."""
    at, recent = now(), Health.at >= _paced_from()
    answers = sum(
        Health.__table__.columns[name] for name in ("accepted", "throttled", "refused", "rejected", "doubted")
    )
    paced = func.coalesce(func.sum(answers).filter(recent, Health.at < seeing.span_of(at)), 0)
    rows = db.session.execute(
        select(
            Health.channel_id, Health.country, Health.operator, Health.wait, paced,
            *[func.sum(Health.__table__.columns[name]) for name in COUNTS],
        )
        .where(Health.at >= at - LOOK_BACK)
        .group_by(Health.channel_id, Health.country, Health.operator, Health.wait)
    ).all()  # fmt: skip
    whole: dict[int, Figures] = defaultdict(Figures)
    sides: dict[int, dict[Side, Figures]] = defaultdict(lambda: defaultdict(Figures))
    for channel_id, country, operator, wait, n, *counts in rows:
        sums = Sums(**dict(zip(COUNTS, map(int, counts), strict=True)))
        for each in (whole[channel_id], sides[channel_id][country, operator]):
            each.sums.add(sums)
            each.pace += n / (PACE_SPANS * seeing.span_s())
            if wait:
                each.waits[wait] = each.waits.get(wait, 0) + sums.delivered
    return whole, sides


def _paced_from() -> datetime:
    return seeing.span_of(now()) - timedelta(seconds=PACE_SPANS * seeing.span_s())


def percentile(waits: Mapping[int, int], share: float) -> float | None:
    """Between the two ends of the step on which the share lies, as far as it lies there."""
    total = sum(waits.values())
    wanted, below = share * total, 0
    for step in sorted(waits):
        if waits[step] and below + waits[step] >= wanted:
            low = STEPS_S[step - 1]
            high = STEPS_S[min(step, len(STEPS_S) - 1)]
            return low + (high - low) * (wanted - below) / waits[step]
        below += waits[step]
    return None


@dataclass(frozen=True)
class Line:
    """Points over time: (share of the time that has passed, points), and what they are now."""

    steps: Sequence[tuple[float, int]]
    now: int


def lines(channel_ids: Iterable[int], back: timedelta) -> dict[int, dict[Side, Line]]:
    """How the points of channels went, side by side; a side whose points never changed has no line."""
    at, ids = now(), list(channel_ids)
    current = {
        (row.channel_id, row.country, row.operator): row.points
        for row in db.session.scalars(select(Points).where(Points.channel_id.in_(ids)))
    }
    changes = db.session.execute(
        select(
            PointChange.channel_id, PointChange.country, PointChange.operator, PointChange.before, PointChange.after,
            PointChange.at,
        )
        .where(PointChange.channel_id.in_(ids), PointChange.at >= at - back, PointChange.before.is_not(None))
        .order_by(PointChange.at, PointChange.id)
    ).all()  # fmt: skip
    steps: dict[tuple[int, str, str], list[tuple[float, int]]] = {key: [] for key in current}
    for row in changes:
        found = steps.setdefault((row.channel_id, row.country, row.operator), [])
        passed = 1 - (at - row.at) / back
        found += [(0.0, row.before)] if not found else []
        found += [(passed, row.before), (passed, row.after)]
    known: dict[int, dict[Side, Line]] = defaultdict(dict)
    for (channel_id, country, operator), found in steps.items():
        points = current.get((channel_id, country, operator), POINTS_MAX)
        known[channel_id][country, operator] = Line([*(found or [(0.0, points)]), (1.0, points)], points)
    return known


def latest(limit: int) -> Sequence[PointChange]:
    """The latest changes of all channels, the newest first."""
    return db.session.scalars(
        select(PointChange).order_by(PointChange.at.desc(), PointChange.id.desc()).limit(limit)
    ).all()


def drawn(line: Line | None, width: int, height: int) -> str:
    """Pure: a line as the points of an SVG polyline."""
    steps = line.steps if line else [(0.0, POINTS_MAX), (1.0, POINTS_MAX)]
    return " ".join(f"{x * width:.1f},{1 + (1 - y / POINTS_MAX) * (height - 2):.1f}" for x, y in steps)
