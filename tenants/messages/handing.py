"""Batches of channels with links: a job hands them over, the gateway that keeps the channel takes them up.

    ready ──▶ leased (by the job) ──▶ handed ──▶ leased (by the gateway) ──▶ sent
      ▲                                  │
      └──────── nobody took it up ◀──────┘

Platform scope. The ready-list stays the queue: a channel has a few batches at a time.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import timedelta

import redis
from flask import current_app
from sqlalchemy import ColumnElement, and_, func, or_, select, update

from tenants import routing
from tenants.core import jobs
from tenants.core import redis as valkey
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.messages.claiming import LEASE, Claim, claimed
from tenants.messages.models import Batch

# Batches a channel has at a time, handed over or being sent, by lane: a code never waits behind bulk.
HANDED_MAX = {Lane.BULK: 12, Lane.URGENT: 100}
# What was handed over and not taken up after so long is anybody's again.
TAKEN_WITHIN = timedelta(seconds=20)
RETURNED_MAX = 200
# Where gateways listen for batches; a bell that is lost costs a second.
BELL = "gateway:handed"


def hand(claim: Claim, channel_id: int) -> bool:
    """Hand a leased batch to a channel; False when it has enough, or nobody keeps it."""
    there = select(func.count()).where(
        Batch.channel_id == channel_id, Batch.state.in_(("handed", "leased")), Batch.lane == claim.lane
    )
    if (db.session.scalar(there) or 0) >= HANDED_MAX[Lane(claim.lane)] or not routing.is_kept(channel_id):
        return False
    db.session.execute(
        update(Batch)
        .where(Batch.id == claim.id, Batch.lease == claim.lease)
        .values(state="handed", channel_id=channel_id, lease=None, lease_until=None, ready_at=func.clock_timestamp())
    )
    return True


def ring(channel_id: int) -> None:
    """Tell whoever keeps the channel that there is a batch."""
    with suppress(redis.RedisError, OSError):
        valkey.client(current_app.config["SETTINGS"].redis_url).publish(BELL, str(channel_id))


def take_up(channel_id: int, limit: int) -> Sequence[Claim]:
    """Lease batches that were handed to a channel: urgent ones first, then as they came."""
    handed = (
        select(Batch.id)
        .where(Batch.channel_id == channel_id, Batch.state == "handed")
        .order_by((Batch.lane == Lane.URGENT).desc(), Batch.ready_at, Batch.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    leased = (
        update(Batch)
        .where(Batch.id.in_(handed))
        .values(state="leased", lease=func.gen_random_uuid(), lease_until=func.now() + LEASE)
        .returning(Batch, Batch.valid_until < func.now())
    )
    rows = db.session.execute(leased, execution_options={"synchronize_session": False}).all()
    return [claimed(batch, batch.lease, overdue) for batch, overdue in rows if batch.lease]


def renew(claims: Collection[Claim]) -> set[uuid.UUID]:
    """Hold on to batches that are being sent; the leases that still are ours."""
    leases = [claim.lease for claim in claims]
    held = update(Batch).where(Batch.lease.in_(leases)).values(lease_until=func.now() + LEASE).returning(Batch.lease)
    found = db.session.scalars(held, execution_options={"synchronize_session": False})
    return {lease for lease in found if lease is not None}


def taken_from_us(claims: Collection[Claim]) -> set[int]:
    """Campaigns of batches that are another's by now, or over; the rest stays ours until this transaction ends. The
    tenant's scope."""
    leases = [claim.lease for claim in claims]
    ours = set(db.session.scalars(select(Batch.lease).where(Batch.lease.in_(leases)).with_for_update()))
    return {claim.campaign_id for claim in claims if claim.lease not in ours}


def revoke(channel_ids: Collection[int]) -> None:
    """These channels have a new keeper: what the one before was sending ends at once, as after a death."""
    theirs = and_(Batch.channel_id.in_(channel_ids), Batch.state == "leased")
    ended = update(Batch).where(theirs).values(lease=func.gen_random_uuid(), lease_until=func.now())
    batches = ended.returning(Batch.tenant_id, Batch.campaign_id, Batch.batch_no)
    for batch in db.session.execute(batches, execution_options={"synchronize_session": False}):
        jobs.after_commit(Job.RECOVER_BATCH, *batch)


def return_handed(channel_id: int) -> int:
    """What was handed to a channel and not taken up is ready for any channel again; how many batches."""
    return _return(Batch.channel_id == channel_id)


def return_forgotten() -> int:
    """The same for every channel whose gateway is gone or does not take things up."""
    channels = db.session.scalars(select(Batch.channel_id).where(Batch.state == "handed").distinct()).all()
    gone = [channel_id for channel_id in channels if channel_id is not None and not routing.is_kept(channel_id)]
    return _return(or_(Batch.channel_id.in_(gone), Batch.ready_at < func.clock_timestamp() - TAKEN_WITHIN))


def _return(these: ColumnElement[bool]) -> int:
    batches = select(Batch.id).where(Batch.state == "handed", these).limit(RETURNED_MAX)
    back = update(Batch).where(Batch.id.in_(batches.with_for_update(skip_locked=True)))
    done = db.session.execute(
        back.values(state="ready", channel_id=None, ready_at=func.clock_timestamp()).returning(Batch.id),
        execution_options={"synchronize_session": False},
    )
    return len(done.all())
