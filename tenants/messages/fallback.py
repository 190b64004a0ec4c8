"""An RCS that goes as SMS after all: the number takes no RCS, the carrier refuses it or takes it back undelivered.

The message keeps its id and its hold. It leaves its batch for that batch's twin (the complement of its number), which
is a batch of SMS like any other, and takes on what was planned as its cost as SMS. What was charged for already as RCS,
where a business pays by submission, is not charged again. It happens once: afterwards the message is an SMS.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    SmallInteger,
    Text,
    any_,
    case,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from tenants import ledger
from tenants.core import jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.ledger.models import Hold
from tenants.messages.models import Attempt, Batch, Message, Run
from tenants.messages.moving import Columns, Tally, shift
from tenants.messages.states import OPEN, State

# Another way helps nobody here: the number is wrong, or the person wants nothing of it.
NOT_HELPED = frozenset({"blocked", "number_invalid", "too_often"})
MAY = Message.fallback_micro.is_not(None)  # that a message is an RCS with a fallback


def _among(ids: Sequence[int]) -> ColumnElement[bool]:
    return Message.id == any_(literal(list(ids), ARRAY(BigInteger)))


def twin(batch_no: int) -> int:
    """The batch that holds the SMS of an RCS batch: its complement, so negative."""
    return ~batch_no


def is_twin(batch_no: int) -> bool:
    """Whether a batch holds what goes as SMS instead."""
    return batch_no < 0


def helped(refused: Mapping[int, str]) -> set[int]:
    """Those of these refused messages (id → code) that go as SMS instead, their batches locked."""
    return reachable([id for id, code in refused.items() if code not in NOT_HELPED])


def upcoming(campaign_id: int, batch_no: int, limit: int) -> list[tuple[int, bytes]]:
    """(id, sealed) of the next queued messages of a batch that could go as SMS."""
    wanted = select(Message.id, Message.sealed).where(
        Message.campaign_id == campaign_id, Message.batch_no == batch_no, Message.state == State.QUEUED, MAY
    )
    return [(row.id, row.sealed) for row in db.session.execute(wanted.order_by(Message.id).limit(limit))]


def go(ids: Sequence[int], code: str | None = None) -> int:
    """Let queued messages go as SMS from now on; how many. Their batches are locked already (`reachable`)."""
    if not ids:
        return 0
    unpaid = Message.settle_txn.is_(None)
    moved = db.session.execute(
        update(Message)
        .where(_among(ids), Message.state == State.QUEUED, MAY)
        .values(
            batch_no=literal(-1) - Message.batch_no,
            unit_micro=case((unpaid, Message.fallback_micro), else_=Message.unit_micro),
            rule_id=case((unpaid, Message.fallback_rule_id), else_=Message.rule_id),
            segments=case((unpaid, Message.fallback_segments), else_=Message.segments),
            code=code or Message.code, fallback_micro=None, fallback_rule_id=None, fallback_segments=None,
        )
        .returning(Message.campaign_id, Message.batch_no, Message.attempt),
        execution_options={"synchronize_session": False},
    ).all()  # fmt: skip
    counts = Counter((row.campaign_id, row.batch_no) for row in moved)
    tries = {(row.campaign_id, row.batch_no): row.attempt for row in sorted(moved, key=lambda row: row.attempt)}
    for place in sorted(counts):
        _grow(*place, counts[place], tries[place])
    return len(moved)


def _grow(campaign_id: int, batch_no: int, count: int, tries: int) -> None:
    """Add messages to an SMS twin, made from its RCS batch the first time."""
    flow = db.session.scalar(select(Run.flow).where(Run.campaign_id == campaign_id))
    state = "ready" if flow == "open" else "held"
    own = (Batch.tenant_id == scopes.tenant_id()) & (Batch.campaign_id == campaign_id)
    like = select(
        Batch.tenant_id, Batch.campaign_id, literal(batch_no), Batch.country, Batch.operator, Batch.kind,
        literal("sms"), Batch.lane, literal(state), literal(count), literal(count), literal(tries),
        func.clock_timestamp(), Batch.valid_until,
    ).where(own, Batch.batch_no == twin(batch_no))  # fmt: skip
    columns = (
        "tenant_id", "campaign_id", "batch_no", "country", "operator", "kind", "product", "lane", "state", "total",
        "left", "tries", "ready_at", "valid_until",
    )  # fmt: skip
    made = upsert(Batch).from_select(columns, like)
    at_rest = Batch.state.in_(("sent", "ready", "held"))
    lane = db.session.scalar(
        made.on_conflict_do_update(
            index_elements=[Batch.tenant_id, Batch.campaign_id, Batch.batch_no],
            set_={
                "total": Batch.total + count, "left": Batch.left + count, "expires_at": None,
                "tries": func.greatest(Batch.tries, tries),
                "state": case((at_rest, state), else_=Batch.state),
                "ready_at": case((at_rest, func.clock_timestamp()), else_=Batch.ready_at),
            },
        ).returning(Batch.lane)
    )  # fmt: skip
    assert lane is not None, "the batch of an open message is there"
    if state == "ready":
        jobs.after_commit(Job.SEND_BATCH, lane)


def reachable(ids: Sequence[int]) -> set[int]:
    """Those of these messages that could still go as SMS, their batches locked against being cleared away.

    Whoever lets messages go as SMS holds their batches before he touches a message or a twin, so that nobody waits for
    another in a circle.
    """
    if not ids:
        return set()
    rows = db.session.execute(
        select(Message.id, Message.campaign_id, Message.batch_no).where(_among(ids), Message.state.in_(OPEN), MAY)
    ).all()
    if not rows:
        return set()
    places = {(row.campaign_id, row.batch_no) for row in rows}
    own = Batch.tenant_id == scopes.tenant_id()
    held = db.session.execute(
        select(Batch.campaign_id, Batch.batch_no)
        .where(own, Batch.campaign_id.in_({place[0] for place in places}), Batch.valid_until > func.now())
        .where(Batch.batch_no.in_({place[1] for place in places}))
        .order_by(Batch.id)
        .with_for_update()
    )
    there = {(row.campaign_id, row.batch_no) for row in held}
    return {row.id for row in rows if (row.campaign_id, row.batch_no) in there}


def taken_back(rows: Sequence[Any], basis: str, key: str) -> tuple[set[int], list[Tally]]:
    """Receipts that say an RCS did not arrive: the message goes as SMS. The ids of the receipts this settles, and the
    tallies, not booked yet."""
    may = reachable([row.message_id for row in rows if row.code not in NOT_HELPED])
    back = [row for row in rows if row.message_id in may and row.code not in NOT_HELPED]
    if not back:
        return set(), []
    columns: Columns = {
        "id": (BigInteger, [row.message_id for row in back]),
        "attempt": (SmallInteger, [row.attempt for row in back]),
        "code": (Text, [row.code for row in back]),
    }
    tallies = shift(State.QUEUED, "in_doubt", basis, key, columns, due_at=None)
    ids = sorted({row.message_id for row in back})
    keep_attempts(ids)
    go(ids)
    return {row.id for row in back}, tallies


def keep_attempts(ids: Sequence[int]) -> None:
    """Write down that the last attempt of messages that are queued again did not arrive."""
    superseded = select(
        Message.id, Message.attempt, Message.channel_id, Message.provider_ref,
        literal(int(State.UNDELIVERED), SmallInteger), Message.code, Message.submitted_at, Message.answered_at,
    ).where(_among(ids), Message.state == State.QUEUED)  # fmt: skip
    columns = (
        "message_id", "attempt", "channel_id", "provider_ref", "outcome", "code", "submitted_at", "answered_at",
    )  # fmt: skip
    db.session.execute(insert(Attempt).from_select(columns, superseded))


def release_rest(campaign_id: int) -> int:
    """Give back what was held for the dearer way and not needed, once nothing of a run is open; how much."""
    tenant_id = scopes.tenant_id()
    left = db.session.execute(
        select(Hold.id, Hold.remaining).where(
            Hold.tenant_id == tenant_id, Hold.ref_type == "campaign", Hold.ref_id == campaign_id, Hold.remaining > 0
        )
    ).all()
    if not left:
        return 0
    rest = sum(int(row.remaining) for row in left)
    change = {"held_micro": Run.held_micro - rest, "released_micro": Run.released_micro + rest}
    db.session.execute(update(Run).where(Run.campaign_id == campaign_id).values(change))
    legs = [ledger.Leg(row.id, release=row.remaining) for row in sorted(left)]
    ledger.settle(f"rest:{uuid.uuid4()}", tenant_id, legs, ref=("campaign", campaign_id))
    return rest
