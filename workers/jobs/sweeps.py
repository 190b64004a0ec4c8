"""Sweeps: what the clock finds in PostgreSQL and rings for. Each heals one kind of stuck work from the rows alone."""

from __future__ import annotations

import redis
import structlog
from sqlalchemy import func, select

from tenants import filings, messages
from tenants.accounts.models import Mail, Tenant
from tenants.accounts.spares import LOT
from tenants.core import agenda, jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.core.scopes import Reason
from tenants.ledger.models import StripeEvent
from tenants.messages import handing

log = structlog.get_logger()

# Bells on a queue beyond which ringing again adds nothing.
BELLS_MAX = 8
FOUND_MAX = 200


def ring_ready_batches() -> None:
    """Batches whose time has come, in every lane."""
    with scopes.platform(Reason.SWEEPS):
        due = messages.due_lanes()
    for lane, count in due.items():
        job = Job.SEND_URGENT if lane == Lane.URGENT else Job.SEND_BATCH
        for _ in range(min(count, BELLS_MAX - _waiting(Lane(lane)))):
            jobs.ring(job, lane)


def ring_agenda() -> None:
    """Work asked for whose bell was lost."""
    with scopes.platform(Reason.SWEEPS):
        agenda.ring_due()


def ring_receipts() -> None:
    """Receipts in the inbox."""
    with scopes.platform(Reason.SWEEPS):
        there = messages.receipts_due()
    if there and _waiting(Lane.RECEIPTS) < BELLS_MAX:
        jobs.ring(Job.SETTLE_RECEIPTS)


def ring_replies() -> None:
    """Replies nobody has brought to their business."""
    with scopes.platform(Reason.SWEEPS):
        there = messages.inbound.due()
    if there and _waiting(Lane.CHORES) < BELLS_MAX:
        jobs.ring(Job.ROUTE_REPLIES)


def ring_taking_back() -> None:
    """Batches of RCS that reached somebody not in time; no more than the queue has room for."""
    room = BELLS_MAX - _waiting(Lane.CHORES)
    if room <= 0:
        return
    with scopes.platform(Reason.SWEEPS):
        found = messages.revoking.batches_due(room)
    for batch in found:
        jobs.ring(Job.TAKE_BACK, *batch)


def recover_leases() -> None:
    """Batches whose worker died."""
    with scopes.platform(Reason.SWEEPS):
        found = messages.lost_leases(FOUND_MAX)
    for tenant_id, campaign_id, batch_no in found:
        log.warning("lease.lost", tenant=tenant_id, campaign=campaign_id, batch=batch_no)
        jobs.ring(Job.RECOVER_BATCH, tenant_id, campaign_id, batch_no)


def return_handed() -> None:
    """Batches handed to a channel nobody keeps, or nobody takes them up."""
    with scopes.platform(Reason.SWEEPS):
        handing.return_forgotten()


def expire_batches() -> None:
    """Receipts that never came within 72 hours, messages that waited past their validity."""
    with scopes.platform(Reason.SWEEPS):
        found = messages.overdue(FOUND_MAX)
    for tenant_id, campaign_id, batch_no in found:
        jobs.ring(Job.EXPIRE_BATCH, tenant_id, campaign_id, batch_no)


def ring_mail() -> None:
    """Mail that waits."""
    with scopes.platform(Reason.SWEEPS):
        ids = db.session.scalars(select(Mail.id).where(Mail.state == "queued").order_by(Mail.id).limit(FOUND_MAX)).all()
    for id in ids:
        jobs.ring(Job.SEND_MAIL, id)


def ring_payments() -> None:
    """Stripe's events that were stored and not handled."""
    with scopes.platform(Reason.SWEEPS):
        ids = db.session.scalars(select(StripeEvent.id).where(StripeEvent.state == "new").limit(FOUND_MAX)).all()
    for id in ids:
        jobs.ring(Job.HANDLE_STRIPE_EVENT, id)


def ring_reconciling() -> None:
    """Top-ups nobody told us about: asked after by a job, because the clock itself waits for no foreign machine."""
    if _waiting(Lane.CHORES) < BELLS_MAX:
        jobs.ring(Job.RECONCILE_PAYMENTS)


def ring_books() -> None:
    """The books are looked through; what rings is the day, not a row."""
    jobs.ring(Job.CHECK_BOOKS)


def ring_thinning() -> None:
    """What is old and over is forgotten; what rings is the day."""
    jobs.ring(Job.THIN_OUT)


def ring_spares() -> None:
    """Too few spare tenants."""
    with scopes.platform(Reason.SWEEPS):
        ready = db.session.scalar(select(func.count()).where(Tenant.state == "spare")) or 0
    if ready < LOT // 2:
        jobs.ring(Job.MAKE_SPARES)


def ring_filings() -> None:
    """Filings and papers that end soon, or have ended, and nobody was told."""
    with scopes.platform(Reason.SWEEPS):
        there = filings.ending.due()
    if there:
        jobs.ring(Job.REMIND_FILINGS)


def _waiting(lane: Lane) -> int:
    """Bells on a queue; "enough" when Valkey cannot be asked, so that nobody insists."""
    try:
        return int(jobs.queue(lane).count)
    except (redis.RedisError, OSError):
        return BELLS_MAX
