"""Doorbells. A lower room writes its state and says `after_commit(Job.PLAN_CAMPAIGN, tenant_id, campaign_id)`; when the
transaction is through, the job is put on its queue. The row is the truth: a lost bell is rung again by a sweep, so
ringing never raises and never delays a page by more than one short time-out.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Any

import redis
import structlog
from flask import current_app
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from tenants.core import redis as valkey
from tenants.core.db import db

log = structlog.get_logger()


class Lane(StrEnum):
    """A queue; each worker process serves one, because a worker on two loses a popped job when it is killed."""

    URGENT = "urgent"
    BULK = "bulk"
    RECEIPTS = "receipts"
    CHORES = "chores"


class Job(StrEnum):
    """Every job, by the name of the function in workers/jobs that does it."""

    SEND_BATCH = "send_batch"
    SEND_URGENT = "send_urgent"
    PLAN_CAMPAIGN = "plan_campaign"
    PREFLIGHT_CAMPAIGN = "preflight_campaign"
    CANCEL_CAMPAIGN = "cancel_campaign"
    RECOVER_BATCH = "recover_batch"
    EXPIRE_BATCH = "expire_batch"
    RETRY_MESSAGES = "retry_messages"
    TAKE_BACK = "take_back"
    FINISH_CAMPAIGN = "finish_campaign"
    SETTLE_RECEIPTS = "settle_receipts"
    CLEAR_DOUBTS = "clear_doubts"
    ROUTE_REPLIES = "route_replies"
    IMPORT_FILE = "import_file"
    TIDY_IMPORT = "tidy_import"
    SEND_MAIL = "send_mail"
    HANDLE_STRIPE_EVENT = "handle_stripe_event"
    RECONCILE_PAYMENTS = "reconcile_payments"
    CHECK_BOOKS = "check_books"
    MAKE_SPARES = "make_spares"
    REMIND_FILINGS = "remind_filings"
    THIN_OUT = "thin_out"


LANE_OF: dict[Job, Lane] = {
    Job.SEND_BATCH: Lane.BULK,
    Job.SEND_URGENT: Lane.URGENT,
    Job.PLAN_CAMPAIGN: Lane.CHORES,
    Job.PREFLIGHT_CAMPAIGN: Lane.CHORES,
    Job.CANCEL_CAMPAIGN: Lane.CHORES,
    Job.RECOVER_BATCH: Lane.CHORES,
    Job.EXPIRE_BATCH: Lane.CHORES,
    # A code that goes by another channel must not wait behind an import.
    Job.RETRY_MESSAGES: Lane.RECEIPTS,
    Job.TAKE_BACK: Lane.CHORES,
    Job.FINISH_CAMPAIGN: Lane.CHORES,
    Job.SETTLE_RECEIPTS: Lane.RECEIPTS,
    Job.CLEAR_DOUBTS: Lane.CHORES,
    Job.ROUTE_REPLIES: Lane.CHORES,
    Job.IMPORT_FILE: Lane.CHORES,
    Job.TIDY_IMPORT: Lane.CHORES,
    Job.SEND_MAIL: Lane.URGENT,
    Job.HANDLE_STRIPE_EVENT: Lane.URGENT,
    Job.RECONCILE_PAYMENTS: Lane.CHORES,
    Job.CHECK_BOOKS: Lane.CHORES,
    Job.MAKE_SPARES: Lane.CHORES,
    Job.REMIND_FILINGS: Lane.CHORES,
    Job.THIN_OUT: Lane.CHORES,
}

# One bell on the queue is enough: the job takes everything there is when it begins.
GATHERING = frozenset({Job.SETTLE_RECEIPTS})
RUN = "workers.jobs.registry.run"
TIMEOUT_S = 600
FAILURE_KEPT_S = 86_400
# After a bell that could not be rung, later ones are skipped for this long: the sweep rings them all.
QUIET_S = 2.0

_quiet_until = 0.0


def after_commit(job: Job, *args: int | str) -> None:
    """Ring for `job` once the present transaction has committed; a rollback takes the bell back."""
    db.session().info.setdefault("bells", []).append((job, args))


def ring(job: Job, *args: int | str) -> bool:
    """Ring now. True when the bell is on its queue; False (logged) when Valkey cannot be reached."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        lane = queue(LANE_OF[job])
        if job not in GATHERING or not lane.count:
            lane.enqueue(RUN, str(job), *args, job_timeout=TIMEOUT_S, result_ttl=0, failure_ttl=FAILURE_KEPT_S)
    except (redis.RedisError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_S
        log.warning("bell.lost", job=str(job), args=args, error=str(error))
        return False
    return True


def queue(lane: Lane) -> Queue:
    url = current_app.config["SETTINGS"].redis_url
    return Queue(str(lane), connection=valkey.client(url), serializer=JSONSerializer)


def _ring_all(session: Session) -> None:
    bells: list[tuple[Job, tuple[Any, ...]]] = session.info.pop("bells", [])
    for job, args in dict.fromkeys(bells):
        ring(job, *args)


def _forget(session: Session) -> None:
    session.info.pop("bells", None)


event.listen(db.session, "after_commit", _ring_all)
event.listen(db.session, "after_rollback", _forget)
