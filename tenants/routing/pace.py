"""The pace of a channel: a bucket of tokens (one a part) in the channel's own row, filled by the database's clock.

A job never waits for pace. It takes a grant of at most two seconds of the channel, sends that much, gives back what it
did not use, and asks no more of a channel that had nothing beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Double, case, cast, func, select, update

from tenants.core.db import db
from tenants.routing.models import Channel

WINDOW_S = 2.0


@dataclass(frozen=True)
class Grant:
    """`parts` that may be sent now; when that is all there was, `wait_s` until it is worth asking again. `bounded`:
    what is not used is to be given back."""

    parts: int
    wait_s: float = 0.0
    bounded: bool = True


def take(channel_id: int, want: int) -> Grant:
    """Take up to `want` tokens, at least one part's worth or nothing."""
    channel = db.session.execute(
        select(Channel.tps, _filled()).where(Channel.id == channel_id).with_for_update()
    ).one_or_none()
    if channel is None:
        return Grant(0, WINDOW_S)
    if not channel.tps:
        return unlimited(want)
    tokens = float(channel[1])
    parts = min(want, int(tokens))
    db.session.execute(
        update(Channel)
        .where(Channel.id == channel_id)
        .values(tokens=tokens - parts, refilled_at=func.clock_timestamp())
    )
    # Half a window's worth, so that a slow channel is asked once a second and not for every single part.
    enough = min(want, max(1.0, channel.tps * WINDOW_S / 2))
    return Grant(parts, 0.0 if parts == want else max(0.05, (enough - (tokens - parts)) / channel.tps))


def unlimited(want: int) -> Grant:
    """The grant of a channel without a pace: its row need not be asked."""
    return Grant(want, bounded=False)


def give_back(channel_id: int, parts: int) -> None:
    """Return tokens that were granted and not used; negative when the last message took more parts than were left."""
    if parts:
        db.session.execute(
            update(Channel)
            .where(Channel.id == channel_id, Channel.tps > 0)
            .values(tokens=func.least(Channel.tokens + parts, Channel.tps * WINDOW_S))
        )


def _filled() -> ColumnElement[float]:
    """The tokens there are at this moment: never more than one window of the channel."""
    elapsed_s = func.extract("epoch", func.clock_timestamp() - Channel.refilled_at)
    grown = Channel.tokens + cast(elapsed_s, Double) * Channel.tps
    return case((Channel.refilled_at.is_(None), Channel.tps * 1.0), else_=func.least(grown, Channel.tps * WINDOW_S))
