"""The live board of channels: what each does at this moment, what waits for it, how its links and points are.

So many statements however many channels there are. Platform scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from tenants.core.clock import now
from tenants.core.db import db
from tenants.reports.queues import Queue, queues
from tenants.routing import State, board, leases, seeing, tending
from tenants.routing.board import Figures, Line
from tenants.routing.judging import POINTS_MAX
from tenants.routing.models import Channel, Health, LinkState, PointChange

BACK = timedelta(hours=3)
MINUTE_S = 60
ANSWERS = ("accepted", "throttled", "refused", "rejected", "doubted")
UP = frozenset({"bound", "listening", "resting"})


@dataclass(frozen=True)
class Pace:
    """What a channel handed over a second: in the last whole span of some seconds, and in the last minute."""

    now: float = 0.0
    minute: float = 0.0


@dataclass(frozen=True)
class Row:
    """A channel on the board. `lines` are its points over time by side."""

    channel: Channel
    figures: Figures
    answered: Pace
    queue: Queue
    links: Sequence[LinkState] = ()
    lines: Mapping[tuple[str, str], Line] = field(default_factory=dict)
    fall: PointChange | None = None

    @property
    def points(self) -> int:
        return self.worst.now if self.worst else POINTS_MAX

    @property
    def worst(self) -> Line | None:
        """Of its sides the one that is worst off, now or before."""
        return min(self.lines.values(), key=lambda line: (line.now, min(y for _x, y in line.steps)), default=None)

    @property
    def pace(self) -> float:
        """Parts a second as the gateway counts them; of a channel without links, messages that were answered."""
        return sum(each.submitted_s for each in self.links if is_fresh(each)) if self.links else self.answered.now

    @property
    def window(self) -> tuple[int, int]:
        """How much of the windows of its links is used, and how large they are."""
        fresh = [each for each in self.links if is_fresh(each)]
        return sum(each.window_used for each in fresh), sum(each.window_size for each in fresh)

    @property
    def is_down(self) -> bool:
        """Whether it should take messages and cannot."""
        unlinked = bool(self.links) and not any(is_fresh(each) and each.links for each in self.links)
        return self.channel.state == State.ACTIVE and (self.channel.breaker == "open" or unlinked)

    @property
    def is_resting(self) -> bool:
        """Whether it takes nothing by the will of staff, has nothing left to send and did nothing lately."""
        did = any(asdict(self.figures.sums).values())
        return self.channel.state != State.ACTIVE and not self.queue.messages and not did

    @property
    def counts(self) -> dict[str, int]:
        """The delivery bar: what arrived, what is on its way, what is in doubt, what failed."""
        sums = self.figures.sums
        failed = sums.failed + sums.undelivered
        return {
            "delivered": sums.delivered, "awaiting": max(0, sums.accepted - sums.delivered - failed),
            "in_doubt": sums.doubted, "failed": failed + sums.refused + sums.rejected,
        }  # fmt: skip


def is_fresh(link: LinkState) -> bool:
    """Whether its gateway spoke of it lately."""
    return link.updated_at > now() - leases.LIFE


def is_up(link: LinkState) -> bool:
    return is_fresh(link) and link.state in UP


def rows() -> tuple[list[Row], Queue]:
    """Every channel, trouble on top; and what waits though no channel takes it."""
    channels, (figures, _sides), answered = tending.listed(), board.figures(), _answered()
    ids = [channel.id for channel in channels]
    (waiting, stranded), lines, falls = queues(channels), board.lines(ids, BACK), _falls()
    links: dict[int, list[LinkState]] = defaultdict(list)
    for each in leases.all_links():
        links[each.channel_id].append(each)
    found = [
        Row(
            channel, figures.get(channel.id, Figures()), answered.get(channel.id, Pace()), waiting[channel.id],
            links[channel.id], lines.get(channel.id, {}), falls.get(channel.id),
        )
        for channel in channels
    ]  # fmt: skip
    return sorted(found, key=lambda row: (not row.is_down, row.points, row.channel.name)), stranded


def _answered() -> dict[int, Pace]:
    """Messages a second that were answered; the present span is not over and does not count."""
    until, span = seeing.span_of(now()), timedelta(seconds=seeing.span_s())
    since = until - max(timedelta(seconds=MINUTE_S), span)
    answers = sum((getattr(Health, name) for name in ANSWERS), start=0)
    latest = func.coalesce(func.sum(answers).filter(Health.at >= until - span), 0)
    found = db.session.execute(
        select(Health.channel_id, latest, func.sum(answers))
        .where(Health.at >= since, Health.at < until)
        .group_by(Health.channel_id)
    )
    minute_s = (until - since).total_seconds()
    return {id: Pace(int(last) / span.total_seconds(), int(all) / minute_s) for id, last, all in found}


def _falls() -> dict[int, PointChange]:
    """Of each channel the latest change for the worse."""
    latest = (
        select(PointChange)
        .where(PointChange.at >= now() - BACK, PointChange.reason.not_in(("recovered", "breaker_closed")))
        .ext(distinct_on(PointChange.channel_id))
        .order_by(PointChange.channel_id, PointChange.at.desc(), PointChange.id.desc())
    )
    return {each.channel_id: each for each in db.session.scalars(latest)}


def last_trouble(row: Row) -> tuple[datetime, LinkState | PointChange] | None:
    """What went wrong last with a channel and when: an error of a link, or a change for the worse."""
    found: list[tuple[datetime, LinkState | PointChange]] = [
        (each.since, each) for each in row.links if each.error and not (is_fresh(each) and each.state == "bound")
    ]
    found += [(row.fall.at, row.fall)] if row.fall else []
    return max(found, key=lambda each: each[0], default=None)
