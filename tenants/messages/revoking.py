"""Taking back what a carrier took and nobody received in time, so that it can go as SMS.

    accepted ──▶ `due_at` ──▶ the carrier is asked ──▶ its receipt is kept ──▶ SMS (`fallback`)
                    ▲                │  └──▶ it was delivered, or a receipt will say: `due_at` empty
                    └── no answer ◀──┘

A message says in `due_at` when it is asked back, its batch in `revoke_at` when the first of its messages is. Whoever
dies in between leaves both as they were. What was taken back without our hearing of it is never sent again: the
carrier no longer knows it, as it would not know one that was delivered.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, literal, select, tuple_, update

from tenants import accounts
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages.claiming import Claim
from tenants.messages.fallback import MAY
from tenants.messages.models import Batch, Message, Run
from tenants.messages.states import State

ASKED_MAX = 100
# A batch whose job died is looked at again after this long: longer than a job and its last requests take.
LEASE = timedelta(seconds=120)
# A carrier that gives no answer is asked again after half of what has passed since, for a day.
AGAIN_MIN = timedelta(minutes=1)
TRIED_FOR = timedelta(hours=24)
# While a campaign is paused nothing of it could leave as SMS.
PAUSED = timedelta(minutes=5)
_UNSEEN = {"synchronize_session": False}


class Due(NamedTuple):
    """A message to be taken back."""

    id: int
    attempt: int
    channel_id: int
    provider_ref: str
    sealed: bytes


def plan(claim: Claim, patience_s: float) -> datetime | None:
    """When what a slice of this batch submits now is taken back: after the channel's patience, but early enough that
    half of its time is left for the SMS. The tenant's scope, before a message is touched."""
    at = now()
    valid_until = db.session.scalars(
        select(Batch.valid_until).where(Batch.id == claim.id).with_for_update()
    ).one_or_none()
    if valid_until is None:
        return None
    revoke_at = at + min(timedelta(seconds=patience_s), max(valid_until - at, timedelta(0)) / 2)
    first = func.least(Batch.revoke_at, revoke_at)
    db.session.execute(update(Batch).where(Batch.id == claim.id).values(revoke_at=first), execution_options=_UNSEEN)
    return revoke_at


def batches_due(limit: int) -> list[tuple[int, int, int]]:
    """Batches with messages to be taken back, put off until whoever is told now must be done. Platform scope."""
    own = (Batch.tenant_id, Batch.campaign_id, Batch.batch_no)
    first = (
        select(Batch.id)
        .where(Batch.revoke_at <= func.now(), Batch.tenant_id.not_in(accounts.stopped()))
        .order_by(Batch.revoke_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    late = update(Batch).where(Batch.id.in_(first)).values(revoke_at=func.now() + LEASE).returning(*own)
    return [(row[0], row[1], row[2]) for row in db.session.execute(late, execution_options=_UNSEEN)]


def due(campaign_id: int, batch_no: int) -> list[Due]:
    """The next messages of a batch to be taken back, while an SMS could still leave. The tenant's scope."""
    valid_until = select(Batch.valid_until).where(_batch(campaign_id, batch_no)).scalar_subquery()
    rows = db.session.execute(
        select(Message.id, Message.attempt, Message.channel_id, Message.provider_ref, Message.sealed)
        .join(Run, Run.campaign_id == Message.campaign_id)
        .where(
            *_open(campaign_id, batch_no), Message.due_at <= func.clock_timestamp(),
            Run.flow == "open", valid_until > func.clock_timestamp(),
        )
        .order_by(Message.due_at, Message.id)
        .limit(ASKED_MAX)
    )  # fmt: skip
    return [Due(row.id, row.attempt, row.channel_id or 0, row.provider_ref or "", row.sealed) for row in rows]


def answered(asked: Collection[Due], unanswered: Collection[Due]) -> None:
    """The carrier was asked for these; those it gave no answer for are asked for again later. The tenant's scope."""
    at = literal(now())
    passed = func.age(at, Message.answered_at)
    later = at + func.greatest(passed / 2, AGAIN_MIN)
    again = Message.id.in_([each.id for each in unanswered]) & (passed < TRIED_FOR)
    same = tuple_(Message.id, Message.attempt).in_([(each.id, each.attempt) for each in asked])
    db.session.execute(
        update(Message)
        .where(same, Message.state == State.ACCEPTED)
        .values(due_at=case((again, later), else_=None)),
        execution_options=_UNSEEN,
    )  # fmt: skip


def rest(campaign_id: int, batch_no: int) -> None:
    """Say in the batch when the next of its messages is due, if any is. The tenant's scope."""
    # Locked before it is looked: a slice that is being written down waits, and says its own time afterwards.
    batch = db.session.execute(
        select(Batch.id, Batch.valid_until).where(_batch(campaign_id, batch_no)).with_for_update()
    ).one_or_none()
    if batch is None:
        return
    flow = db.session.scalar(select(Run.flow).where(Run.campaign_id == campaign_id))
    first = db.session.scalar(select(func.min(Message.due_at)).where(*_open(campaign_id, batch_no)))
    if first is None or flow == "stopped" or batch.valid_until <= now():
        revoke_at = None
    else:
        revoke_at = max(first, now() + PAUSED) if flow == "paused" else first
    db.session.execute(update(Batch).where(Batch.id == batch.id).values(revoke_at=revoke_at), execution_options=_UNSEEN)


def _batch(campaign_id: int, batch_no: int) -> ColumnElement[bool]:
    own = (Batch.tenant_id == scopes.tenant_id()) & (Batch.campaign_id == campaign_id)
    return own & (Batch.batch_no == batch_no)


def _open(campaign_id: int, batch_no: int) -> list[Any]:
    """What can be asked back at all: with the carrier, under its name of it, and worth an SMS."""
    own = (Message.campaign_id == campaign_id, Message.batch_no == batch_no)
    return [
        *own, Message.state == State.ACCEPTED, MAY, Message.due_at.is_not(None), Message.provider_ref.is_not(None),
        Message.channel_id.is_not(None),
    ]  # fmt: skip
