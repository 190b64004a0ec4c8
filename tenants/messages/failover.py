"""A receipt says a message ended on its way, not that it cannot arrive: it leaves again by another channel.

Only where the carrier's own word says so, by a code that may fare better elsewhere and as often as the kind of message
is worth it; within its time; when another channel would take it. What is in doubt is never sent again. The money stays
held, or charged where the first attempt was charged for already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, SmallInteger, Text, any_, func, literal, select, tuple_, update

from tenants import routing
from tenants.core import agenda, jobs, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.messages.fallback import keep_attempts
from tenants.messages.filling import end_queued
from tenants.messages.models import Batch, Message, Run
from tenants.messages.moving import Columns, Tally, shift
from tenants.messages.states import State

UNDER_WAY = (State.SUBMITTING, State.ACCEPTED)


def elsewhere(rows: Sequence[Any], basis: str, key: str) -> tuple[set[int], list[Tally]]:
    """Put back what may fare better by another channel. The ids of the receipts this settles, and the tallies, not
    booked yet."""
    may = _may([row for row in rows if routing.other_way(row.code)])
    back = [row for row in rows if (row.message_id, row.attempt) in may]
    if not back:
        return set(), []
    columns: Columns = {
        "id": (BigInteger, [row.message_id for row in back]),
        "attempt": (SmallInteger, [row.attempt for row in back]),
        "code": (Text, [row.code for row in back]),
    }
    moved = shift(State.QUEUED, "in_doubt", basis, key, columns, due_at=None)
    tallies = [replace(each, by_receipt=True) for each in moved]
    keep_attempts(sorted({row.message_id for row in back}))
    for campaign_id in sorted({tally.campaign_id for tally in tallies}):
        agenda.put(Job.RETRY_MESSAGES, campaign_id)
    return {row.id for row in back}, tallies


def _may(rows: Sequence[Any]) -> set[tuple[int, int]]:
    """(message, attempt) of those that have the time, the tries and another channel."""
    if not rows:
        return set()
    ids = literal([row.message_id for row in rows], ARRAY(BigInteger))
    found = db.session.execute(
        select(
            Message.id, Message.attempt, Message.waits, Message.channel_id, Message.country, Message.operator,
            Message.campaign_id, Message.batch_no,
        )
        .join(Run, Run.campaign_id == Message.campaign_id)
        .where(Message.id == any_(ids), Message.state.in_(UNDER_WAY), Run.flow.in_(("open", "paused")))
    ).all()  # fmt: skip
    batches = _in_time({(each.campaign_id, each.batch_no) for each in found})
    code_of = {(row.message_id, row.attempt): row.code for row in rows}
    serving: dict[routing.Group, set[int]] = {}
    may = set()
    for each in found:
        code, batch = code_of.get((each.id, each.attempt)), batches.get((each.campaign_id, each.batch_no))
        if code is None or batch is None or each.attempt - each.waits > routing.failovers(code, batch.kind):
            continue
        group = routing.Group(scopes.tenant_id(), each.country, each.operator, batch.kind, batch.product)
        if group not in serving:
            serving[group] = routing.serving(group)
        if serving[group] - {each.channel_id}:
            may.add((each.id, each.attempt))
    return may


def _in_time(keys: set[tuple[int, int]]) -> dict[tuple[int, int], Any]:
    """Kind and product of those batches (campaign and number) whose messages may still be sent."""
    rows = db.session.execute(
        select(Batch.campaign_id, Batch.batch_no, Batch.kind, Batch.product).where(
            Batch.tenant_id == scopes.tenant_id(), tuple_(Batch.campaign_id, Batch.batch_no).in_(keys),
            Batch.valid_until > now(),
        )
    )  # fmt: skip
    return {(row.campaign_id, row.batch_no): row for row in rows}


def retry(campaign_id: int) -> None:
    """Batches that were done with and have messages to send again are ready once more. The tenant's scope."""
    numbers = list(
        db.session.scalars(
            select(Message.batch_no)
            .where(Message.campaign_id == campaign_id, Message.state == State.QUEUED)
            .distinct()
            .order_by(Message.batch_no)
        )
    )
    own = (Batch.tenant_id == scopes.tenant_id()) & (Batch.campaign_id == campaign_id)
    flow = db.session.scalar(select(Run.flow).where(Run.campaign_id == campaign_id))
    state = "ready" if flow == "open" else "held"
    # Waits for whoever has a batch at hand: they count what is left only once they hold its row.
    rows = db.session.execute(
        select(Batch.id, Batch.batch_no, Batch.state, Batch.lane)
        .where(own, Batch.batch_no.in_(numbers))
        .order_by(Batch.id)
        .with_for_update()
    ).all()
    done = [row for row in rows if row.state == "sent"]
    left = (
        select(func.count())
        .where(
            Message.campaign_id == campaign_id, Message.batch_no == Batch.batch_no, Message.state == State.QUEUED
        )
        .scalar_subquery()
    )  # fmt: skip
    db.session.execute(
        update(Batch)
        .where(Batch.id.in_([row.id for row in done]))
        .values(state=state, left=left, ready_at=func.clock_timestamp(), expires_at=None),
        execution_options={"synchronize_session": False},
    )
    for batch_no in set(numbers) - {row.batch_no for row in rows}:  # cleared away in the meantime: it is too late
        end_queued(campaign_id, batch_no)
    for lane in {row.lane for row in done} if state == "ready" else ():
        jobs.after_commit(Job.SEND_URGENT if lane == jobs.Lane.URGENT else Job.SEND_BATCH, lane)
    agenda.done(Job.RETRY_MESSAGES, campaign_id)
