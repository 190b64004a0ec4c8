"""Who keeps the links of a channel: gateways that say they live, and one lease a channel. Platform scope.

A lease ends with its gateway's heartbeat, by the database's clock. Whoever takes a channel raises its fence, and what
the one before still wants to commit is refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.core import bulk
from tenants.core.db import db
from tenants.routing.models import Channel, ChannelLease, Gateway, LinkState

LIFE = timedelta(seconds=15)
# A gateway that is not heard of for so long is struck off the list.
FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    """A channel as the gateway that keeps it needs it."""

    channel_id: int
    fence: int
    name: str
    kind: str
    state: str
    tps: int
    settings: dict[str, Any] = field(repr=False)
    secrets: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Share:
    """What a gateway keeps; `taken` is new to it, and `surplus` is how many it should leave to others."""

    kept: Sequence[Kept]
    taken: frozenset[int]
    surplus: int


def beat(gateway: uuid.UUID) -> None:
    """Say that this gateway lives."""
    at = func.clock_timestamp()
    lives = insert(Gateway).values(id=gateway, started_at=at, heartbeat_at=at)
    db.session.execute(lives.on_conflict_do_update(index_elements=[Gateway.id], set_={"heartbeat_at": at}))


def keep(gateway: uuid.UUID, kinds: Collection[str]) -> Share:
    """Take up what this gateway's share of the channels of these kinds allows, and say what it keeps."""
    _tidy(kinds)
    kept = ChannelLease.holder == gateway
    total = db.session.scalar(select(func.count()).select_from(ChannelLease)) or 0
    mine = db.session.scalar(select(func.count()).select_from(ChannelLease).where(kept)) or 0
    share = -(-total // max(len(_living()), 1))
    taken = _take(gateway, share - mine) if mine < share else frozenset()
    return Share(_kept(gateway), taken, max(mine - share, 0))


def _tidy(kinds: Collection[str]) -> None:
    """Every channel that has links has a lease, no other has; gateways long dead are forgotten."""
    wanted = select(Channel.id).where(Channel.kind.in_(kinds))
    missing = wanted.where(Channel.id.not_in(select(ChannelLease.channel_id)))
    db.session.execute(insert(ChannelLease).from_select(["channel_id"], missing).on_conflict_do_nothing())
    for table in (ChannelLease, LinkState):
        db.session.execute(delete(table).where(table.channel_id.not_in(wanted)))
    db.session.execute(delete(Gateway).where(Gateway.heartbeat_at < func.clock_timestamp() - FORGOTTEN))


def _lives() -> ColumnElement[bool]:
    return Gateway.heartbeat_at > func.clock_timestamp() - LIFE


def _living() -> Sequence[uuid.UUID]:
    return db.session.scalars(select(Gateway.id).where(_lives())).all()


def _take(gateway: uuid.UUID, most: int) -> frozenset[int]:
    """Channels nobody living keeps."""
    free = (
        select(ChannelLease.channel_id)
        .where(or_(ChannelLease.holder.is_(None), ChannelLease.holder.not_in(_living())))
        .order_by(ChannelLease.channel_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = db.session.scalars(free).all()
    taken = update(ChannelLease).where(ChannelLease.channel_id.in_(found))
    db.session.execute(
        taken.values(holder=gateway, fence=ChannelLease.fence + 1, taken_at=func.clock_timestamp()),
        execution_options={"synchronize_session": False},
    )
    return frozenset(found)


def _kept(gateway: uuid.UUID) -> Sequence[Kept]:
    rows = db.session.execute(
        select(
            Channel.id, ChannelLease.fence, Channel.name, Channel.kind, Channel.state, Channel.tps, Channel.settings,
            Channel.secrets,
        )
        .join(ChannelLease, ChannelLease.channel_id == Channel.id)
        .where(ChannelLease.holder == gateway)
        .order_by(Channel.id)
    )  # fmt: skip
    return [Kept(*row) for row in rows]


def release(gateway: uuid.UUID, channel_id: int) -> None:
    """Leave a channel to whoever comes."""
    own = and_(ChannelLease.channel_id == channel_id, ChannelLease.holder == gateway)
    db.session.execute(update(ChannelLease).where(own).values(holder=None))


def leave(gateway: uuid.UUID) -> None:
    """The gateway ends: all it kept is free at once."""
    db.session.execute(update(ChannelLease).where(ChannelLease.holder == gateway).values(holder=None))
    db.session.execute(delete(LinkState).where(LinkState.gateway == gateway))
    db.session.execute(delete(Gateway).where(Gateway.id == gateway))


def is_kept(channel_id: int) -> bool:
    """Whether a living gateway has a link of this channel that messages may leave on."""
    found = _kept_link().where(ChannelLease.channel_id == channel_id)
    return bool(db.session.scalar(select(found)))


def _kept_link() -> Exists:
    return exists().where(
        ChannelLease.holder == Gateway.id, LinkState.gateway == Gateway.id,
        LinkState.channel_id == ChannelLease.channel_id, LinkState.links > 0, _lives(),
    )  # fmt: skip


def reachable() -> ColumnElement[bool]:
    """That a channel is none with links, or a living gateway has one that messages may leave on."""
    linked = exists().where(ChannelLease.channel_id == Channel.id)
    return or_(~linked, _kept_link().where(ChannelLease.channel_id == Channel.id))


def fences(channel_id: int, fence: int) -> ColumnElement[bool]:
    """That `fence` is the newest of this channel, as a condition; in the tenant's scope too."""
    newest = select(ChannelLease.fence).where(ChannelLease.channel_id == channel_id).scalar_subquery()
    return newest == literal(fence)


@dataclass(frozen=True)
class Line:
    """What a gateway says of one line of a channel."""

    channel_id: int
    line: int
    state: str
    since: Any
    links: int
    window_size: int
    window_used: int
    submitted_s: float
    submitted: int
    answered: int
    throttled: int
    queued: int
    error: str


def tell(gateway: uuid.UUID, lines: Sequence[Line]) -> None:
    """Write down how the lines of this gateway are; those it no longer has are struck off."""
    at = func.clock_timestamp()
    db.session.execute(delete(LinkState).where(LinkState.gateway == gateway))
    if not lines:
        return
    columns = list(Line.__dataclass_fields__)
    given = bulk.arrays(
        "given",
        {name: (LinkState.__table__.columns[name].type, [getattr(each, name) for each in lines]) for name in columns},
    )
    rows = select(*[given.c[name] for name in columns], literal(gateway), at)
    new = insert(LinkState).from_select([*columns, "gateway", "updated_at"], rows)
    fresh = {name: new.excluded[name] for name in (*columns, "gateway", "updated_at")}
    db.session.execute(new.on_conflict_do_update(index_elements=["channel_id", "line"], set_=fresh))


def links_of(channel_id: int) -> Sequence[LinkState]:
    """The lines of a channel as they were told of last, in order."""
    mine = select(LinkState).where(LinkState.channel_id == channel_id)
    return db.session.scalars(mine.order_by(LinkState.line)).all()


def all_links() -> Sequence[LinkState]:
    """The lines of every channel."""
    return db.session.scalars(select(LinkState).order_by(LinkState.channel_id, LinkState.line)).all()
