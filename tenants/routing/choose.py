"""The choice of a channel for a slice of messages. Platform scope.

A rule says which channels a group may leave by and with which weight; without one, every channel that serves it. Among
those whose breaker is closed the draw goes by weight and points: a channel that lost its points keeps a small share, in
small slices, so that it can be seen to get better. One whose breaker may be tried gets a single small slice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, func, literal, or_, select

from tenants.core.clock import now
from tenants.core.db import db
from tenants.routing import breaking, rules
from tenants.routing.groups import Group
from tenants.routing.leases import reachable
from tenants.routing.models import Channel, Points
from tenants.routing.pace import Grant, take, unlimited

POINTS_MAX = 100
# What is left to a channel without points, and the most parts a channel this low is given at once.
CANARY = 2
LOW = 10
CANARY_PARTS = 20
# A channel takes over what others have no pace for only with this part of the best one's points.
OVERFLOW = 0.5
# Kinds nobody sends to a channel without points only to see how it does.
PRECIOUS = frozenset({"verification"})

Ready = Callable[[Sequence[int]], Collection[int]]

# What becomes of a probe is known soon.
PROBED_S = 1.0
# Links that are down come back soon, or a gateway that was away does.
UNLINKED_S = 1.0


@dataclass(frozen=True)
class Way:
    """A channel that may be used now, and how many parts of it were granted.

    `others`: another channel would take the group too, so what this one failed already may be left to it. What becomes
    of a `probe`, and of a call after `failures` of whole calls in a row, is to be told to the breaker.
    """

    channel_id: int
    name: str
    kind: str
    settings: dict[str, Any]
    secrets: bytes | None
    grant: Grant
    others: bool = False
    failures: int = 0
    probe: bool = False


@dataclass(frozen=True)
class Place:
    """How a channel stands to a batch that was left to it: whether it may take more of it, and whether others would
    take it too. With `most` parts the batch is anybody's again; the breaker waits for what becomes of a `probe`."""

    takes: bool
    others: bool
    most: int | None = None
    probe: bool = False


@dataclass(frozen=True)
class Option:
    """A channel a group may leave by: its weight by rule or its own, and its points on the group's side."""

    channel: Channel
    weight: int
    points: int

    def pull(self, kind: str) -> float:
        """Its part in the draw."""
        return self.weight * max(self.points, 0 if kind in PRECIOUS else CANARY)

    def parts(self, parts: int) -> int:
        return min(parts, CANARY_PARTS) if self.points < LOW else parts


def candidates(group: Group) -> Sequence[Channel]:
    """The active channels that serve a group; of those with links, the ones a gateway keeps."""
    return [option.channel for option in options(group)]


def serves(group: Group) -> ColumnElement[bool]:
    """That a channel is active and serves a group; empty arrays of a channel mean any."""
    empty = func.cardinality
    return and_(
        Channel.state == "active",
        or_(empty(Channel.countries) == 0, literal(group.country) == any_(Channel.countries)),
        or_(empty(Channel.operators) == 0, literal(group.operator) == any_(Channel.operators)),
        or_(empty(Channel.kinds) == 0, literal(group.kind) == any_(Channel.kinds)),
        literal(group.product) == any_(Channel.products),
        or_(Channel.tenant_ids == [], Channel.tenant_ids.contains([group.tenant_id])),
    )


def options(group: Group, *, linked: int | None = None) -> list[Option]:
    """The channels that serve a group by its rule, whatever their breakers say. `linked` has a link, whoever has not
    heard of it yet."""
    rule = rules.of(group)
    points = and_(Points.channel_id == Channel.id, Points.country == group.country, Points.operator == group.operator)
    query = (
        select(Channel, func.coalesce(Points.points, POINTS_MAX))
        .outerjoin(Points, points)
        .where(serves(group), or_(reachable(), Channel.id == linked))
        .execution_options(populate_existing=True)
    )
    weights = None if rule is None else rule.weights
    return [
        Option(channel, channel.weight if weights is None else weights[channel.id], found)
        for channel, found in db.session.execute(query).all()
        if weights is None or channel.id in weights
    ]


def _unlinked(group: Group) -> bool:
    """Whether a channel serves the group whose links are all down at present."""
    return db.session.scalar(select(Channel.id).where(serves(group), ~reachable()).limit(1)) is not None


def choose(
    group: Group, parts: int, *, without: Collection[int] = (), spent: Collection[int] = (), ready: Ready | None = None
) -> Way | float | None:
    """A way for up to `parts` parts, drawn among the channels that have room in their pace.

    `without` names channels that shall not be taken this time, `spent` those whose pace the caller knows to be used up;
    `ready` answers which of the channels given to it have the text filed where that is needed. When all others are at
    their pace or broken: the seconds until the first of them may be asked again. None when no other serves the group.
    """
    found = options(group)
    if not found and _unlinked(group):
        return UNLINKED_S
    found = _filed(found, ready)
    closed = [option for option in found if option.channel.breaker == "closed"]
    avoided = {*without, *spent}
    broken = [option for option in found if option.channel.breaker != "closed" and option.channel.id not in avoided]
    usable = [option for option in closed if option.channel.id not in without]
    if not (group.kind in PRECIOUS and usable) and (probe := _probe(broken, parts, others=bool(closed))):
        return probe
    drawn = _draw(usable, group.kind, parts, spent, others=len(closed) > 1)
    if isinstance(drawn, Way):
        return drawn
    waits = [wait_s for wait_s in (drawn, *map(_again, broken)) if wait_s is not None]
    return min(waits, default=None)


def place(channel_id: int, group: Group, *, ready: Ready | None = None) -> Place:
    """How a channel stands to a batch of a group that was left to the gateway with its links."""
    found = _filed(options(group, linked=channel_id), ready)
    others = any(option.channel.breaker == "closed" for option in found if option.channel.id != channel_id)
    own = next((option for option in found if option.channel.id == channel_id), None)
    if own is None or own.channel.breaker == "open":
        return Place(False, others)
    probe = own.channel.breaker == "probing"
    most = breaking.PROBE_PARTS if probe else CANARY_PARTS if own.points < LOW else None
    return Place(True, others, most, probe)


def _filed(found: list[Option], ready: Ready | None) -> list[Option]:
    if ready is None or not found:
        return found
    filed = set(ready([option.channel.id for option in found]))
    return [option for option in found if option.channel.id in filed]


def _draw(usable: list[Option], kind: str, parts: int, spent: Collection[int], *, others: bool) -> Way | float | None:
    wait_s: float | None = None
    enough = max((option.points for option in usable), default=0) * OVERFLOW
    found = [option for option in usable if option.channel.id not in spent]
    if len(found) < len(usable):
        found = _taking_over(found, enough)
    while found:
        pulls = [option.pull(kind) for option in found]
        option = random.choices(found, pulls if any(pulls) else None)[0]  # nosec B311  # a draw, no secret
        grant = _grant(option.channel, option.parts(parts))
        if grant.parts:
            return _way(option.channel, grant, others=others)
        wait_s = grant.wait_s if wait_s is None else min(wait_s, grant.wait_s)
        found = _taking_over([each for each in found if each is not option], enough)
    return wait_s


def _taking_over(found: list[Option], enough: float) -> list[Option]:
    """Those that may take what others have no pace for."""
    return [option for option in found if option.points >= enough]


def _probe(broken: Sequence[Option], parts: int, *, others: bool) -> Way | None:
    """One small slice through a channel that has been left alone for long enough."""
    for option in broken:
        if _until(option) == 0 and breaking.begin_probe(option.channel.id):
            grant = _grant(option.channel, min(parts, breaking.PROBE_PARTS))
            if grant.parts:
                return _way(option.channel, grant, others=others, probe=True)
            breaking.end_probe(option.channel.id)
    return None


def _until(option: Option) -> float:
    """Seconds until a broken channel may be tried."""
    until = option.channel.breaker_until
    return max(0.0, (until - now()).total_seconds()) if until is not None else 0.0


def _again(option: Option) -> float:
    """Seconds until it is worth asking for a broken channel again."""
    wait_s = _until(option)
    return min(wait_s, PROBED_S) if option.channel.breaker == "probing" else wait_s


def _grant(channel: Channel, parts: int) -> Grant:
    return take(channel.id, parts) if channel.tps else unlimited(parts)


def _way(channel: Channel, grant: Grant, *, others: bool, probe: bool = False) -> Way:
    return Way(
        channel.id,
        channel.name,
        channel.kind,
        channel.settings,
        channel.secrets,
        grant,
        others,
        channel.failures,
        probe,
    )
