"""The breaker of a channel: after whole calls in a row that came to nothing it opens and the channel is left alone for
a while; then one small slice is let through, and what becomes of it closes the breaker or opens it for longer.

    closed ──failures──▶ open ──pause over──▶ probing ──answered──▶ closed
                          ▲                      └──failed──▶ open, for twice as long

A call is one to an HTTP carrier, or a set of answers that came over links. A channel whose links are all down opens at
once; nobody can try it before it has one again, so there is no pause.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from tenants.core.clock import now
from tenants.core.db import db
from tenants.routing.models import Channel, PointChange

FAILURES_MAX = 3
FIRST_PAUSE = timedelta(seconds=5)
PAUSE_MAX = timedelta(minutes=10)
DOUBLINGS_MAX = 7
PROBE_PARTS = 10
# A probe nobody answers for, because its worker died, is given up after this long.
PROBE_WITHIN = timedelta(seconds=60)
# Codes of a whole call that say the channel cannot be used at all; doubt about every message of it says so too.
BREAKS = frozenset({"carrier_unreachable", "channel_misconfigured", "carrier_credit"})


def called(channel_id: int, failure: str) -> bool:
    """What became of a whole call: `failure` is a code, empty when the carrier answered. Whether the channel is to be
    left alone now. Platform scope."""
    channel = db.session.execute(
        select(Channel).where(Channel.id == channel_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if channel is None:
        return True
    if failure:
        channel.failures += 1
        if channel.breaker == "probing" or (channel.breaker == "closed" and channel.failures >= FAILURES_MAX):
            _open(channel, failure, min(FIRST_PAUSE * 2 ** min(channel.openings, DOUBLINGS_MAX), PAUSE_MAX))
    elif channel.breaker != "open":
        _close(channel)
    return channel.breaker == "open"


def unlinked(channel_id: int, reason: str) -> None:
    """A channel has had no link for a while. Platform scope."""
    channel = db.session.scalars(
        select(Channel).where(Channel.id == channel_id, Channel.breaker != "open").with_for_update()
    ).one_or_none()
    if channel is not None:
        _open(channel, reason, timedelta())


def _open(channel: Channel, reason: str, pause: timedelta) -> None:
    channel.breaker, channel.breaker_reason, channel.openings = "open", reason, channel.openings + 1
    channel.breaker_at = now()
    channel.breaker_until = channel.breaker_at + pause
    _log(channel.id, "breaker_opened", channel.breaker_at, code=reason, pause_s=round(pause.total_seconds()),
         failures=channel.failures)  # fmt: skip


def _close(channel: Channel) -> None:
    if channel.breaker != "closed":
        _log(channel.id, "breaker_closed", now())
        channel.breaker_at = now()
    channel.breaker, channel.breaker_reason, channel.breaker_until = "closed", "", None
    channel.failures = channel.openings = 0


def begin_probe(channel_id: int) -> bool:
    """Take the one probe of an open breaker whose pause is over; False when somebody else has it."""
    due = update(Channel).where(
        Channel.id == channel_id, Channel.breaker.in_(("open", "probing")), Channel.breaker_until <= now()
    )
    taken = db.session.scalars(
        due.values(breaker="probing", breaker_until=now() + PROBE_WITHIN).returning(Channel.id),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    return taken is not None


def end_probe(channel_id: int) -> None:
    """The probe could not be made: the next one who asks may."""
    mine = update(Channel).where(Channel.id == channel_id, Channel.breaker == "probing")
    db.session.execute(
        mine.values(breaker="open", breaker_until=func.now()), execution_options={"synchronize_session": False}
    )


def close(channel: Channel) -> None:
    """Staff put the channel to work again: what was is forgotten."""
    _close(channel)


def _log(channel_id: int, reason: str, at: datetime, **detail: object) -> None:
    db.session.execute(
        insert(PointChange).values(
            channel_id=channel_id, country="", operator="", reason=reason, detail=detail, at=at
        )
    )  # fmt: skip
