"""Taking work: a lease on one batch (platform scope), then slice after slice of its messages (tenant scope).

The ready-list is shared.batches; the tenant served longest ago goes first, and no tenant has more than its bound of
batches leased at once, so neither a big tenant nor a slow carrier starves the others.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, case, false, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from tenants import accounts, optouts, quotas, routing
from tenants.accounts.models import Tenant
from tenants.accounts.vaults import vault
from tenants.core import agenda
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.message_templates.kinds import RULES, Kind
from tenants.messages.models import Batch, Message, Run, Turn
from tenants.messages.moving import Tally, book, settling_txn, taken_parts
from tenants.messages.states import State

LEASE = timedelta(seconds=120)
HEADS_MAX = 20
SLICE_MAX = 2_000
RECEIPT_WAIT = timedelta(hours=72)
_UNSEEN = {"synchronize_session": False}


@dataclass(frozen=True)
class Claim:
    """A leased batch."""

    id: int
    lease: uuid.UUID
    tenant_id: int
    campaign_id: int
    batch_no: int
    country: str
    operator: str
    kind: str
    lane: str
    tries: int
    left: int
    overdue: bool
    product: str = "sms"


class Picked(NamedTuple):
    """A message that is `submitting` and must now leave."""

    id: int
    attempt: int
    segments: int
    sealed: bytes


def claim(lane: str) -> Claim | None:
    """Lease the next batch of a lane; None when nothing is ready. Platform scope."""
    for batch_id in _heads(lane):
        found = db.session.execute(
            select(Batch).where(Batch.id == batch_id, Batch.state == "ready").with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if found is not None:
            return _lease(found)
    return None


def _heads(lane: str) -> Sequence[int]:
    """The first ready batch of each tenant that may have another one under way, the longest unserved tenant first."""
    heads = (
        select(Batch.id, Batch.tenant_id)
        .where(Batch.state == "ready", Batch.lane == lane, Batch.ready_at <= func.now())
        .where(Batch.tenant_id.not_in(accounts.stopped()))
        .ext(distinct_on(Batch.tenant_id))
        .order_by(Batch.tenant_id, Batch.ready_at, Batch.id)
        .cte("heads")
    )
    leased = (
        select(Batch.tenant_id, func.count().label("n"))
        .where(Batch.state.in_(("leased", "handed")))
        .group_by(Batch.tenant_id)
        .cte("leased")
    )
    return db.session.scalars(
        select(heads.c.id)
        .join(Tenant, Tenant.id == heads.c.tenant_id)
        .outerjoin(leased, leased.c.tenant_id == heads.c.tenant_id)
        .outerjoin(Turn, (Turn.tenant_id == heads.c.tenant_id) & (Turn.lane == lane))
        .where(func.coalesce(leased.c.n, 0) < quotas.in_flight_most())
        .order_by(Turn.served_at.asc().nulls_first())
        .limit(HEADS_MAX)
    ).all()


def _lease(batch: Batch) -> Claim:
    lease = uuid.uuid4()
    overdue = db.session.scalar(
        update(Batch)
        .where(Batch.id == batch.id)
        .values(state="leased", lease=lease, lease_until=func.now() + LEASE)
        .returning(Batch.valid_until < func.now())
    )
    turn = insert(Turn).values(tenant_id=batch.tenant_id, lane=batch.lane, served_at=func.clock_timestamp())
    db.session.execute(
        turn.on_conflict_do_update(
            index_elements=[Turn.tenant_id, Turn.lane], set_={"served_at": turn.excluded.served_at}
        )
    )
    return claimed(batch, lease, bool(overdue))


def claimed(batch: Batch, lease: uuid.UUID, overdue: bool) -> Claim:
    """A batch as whoever leased it needs it."""
    return Claim(
        batch.id, lease, batch.tenant_id, batch.campaign_id, batch.batch_no, batch.country, batch.operator,
        batch.kind, batch.lane, batch.tries, batch.left, overdue, batch.product,
    )  # fmt: skip


def begin_slice(
    claim: Claim, channel_id: int, parts: int, signature_id: int, key: str, *, fence: int | None = None,
    others: bool = False,
) -> list[Picked] | None:  # fmt: skip
    """Mark up to `parts` parts of the batch `submitting`; the caller commits before anything leaves.

    Opt-outs and the platform's blocks are looked up once more here: who came on a list since planning is left out and
    the money given back. An empty list means nothing is left (or the run is paused); None that the lease is lost and
    the caller must stop, or, with a `fence`, that another gateway keeps the channel by now. With `others`, what this
    channel failed last is left to them.
    """
    mine = and_(Batch.id == claim.id, Batch.lease == claim.lease)
    if fence is not None:
        mine = and_(mine, routing.fences(channel_id, fence))
    renewed = db.session.execute(
        update(Batch).where(mine).values(lease_until=func.now() + LEASE), execution_options=_UNSEEN
    )
    if not renewed.rowcount:  # type: ignore[attr-defined]
        return None
    statement = _slice(claim, channel_id, parts, signature_id, key, others).execution_options(synchronize_session=False)
    rows = db.session.execute(statement).all()
    blocked = _block([row for row in rows if row.state == State.SUBMITTING], key)
    stopped = [row for row in rows if row.state == State.OPTED_OUT or row.id in blocked]
    picked = [Picked(*row[:4]) for row in rows if row.state == State.SUBMITTING and row.id not in blocked]
    tallies = [Tally(claim.campaign_id, 0, State.QUEUED, State.SUBMITTING, len(picked))] if picked else []
    tallies += [
        Tally(
            claim.campaign_id, row.hold_id, State.QUEUED, State.OPTED_OUT, 1, release_micro=row.cost, unused=row.parts
        )
        for row in stopped
    ]
    book(tallies, key)
    return picked


def _block(rows: Sequence[Any], key: str) -> set[int]:
    """Stop those of the messages just marked whose numbers the platform blocks; their ids.

    The platform's index is of the number, not of the business's index, so the numbers are opened here, in the same
    transaction; while nothing is blocked at all, nothing is.
    """
    if not rows or not rows[0].blocks:
        return set()
    keys = vault()
    number_of = {row.id: keys.open("messages", row.id, row.sealed)[0] for row in rows}
    numbers = optouts.blocked_for_all(list(set(number_of.values())))
    ids = {id for id, number in number_of.items() if number in numbers}
    if ids:
        db.session.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(
                state=State.OPTED_OUT, attempt=Message.attempt - 1, channel_id=None, submitted_at=None,
                settle_txn=func.coalesce(Message.settle_txn, settling_txn(key)), done_at=func.now(),
            ),
            execution_options=_UNSEEN,
        )  # fmt: skip
    return ids


def fit_for(claim: Claim, channel_id: int, others: bool) -> list[ColumnElement[bool]]:
    """What says that a message of a batch may be tried by a channel now. With `others`, what it failed is theirs."""
    due = or_(Message.due_at.is_(None), Message.due_at <= func.clock_timestamp())
    elsewhere = [or_(Message.channel_id.is_(None), Message.channel_id != channel_id)] if others else []
    own = and_(Message.campaign_id == claim.campaign_id, Message.batch_no == claim.batch_no)
    return [own, Message.state == State.QUEUED, due, *elsewhere]


def _slice(claim: Claim, channel_id: int, parts: int, signature_id: int, key: str, others: bool) -> Any:
    """One UPDATE. A message may begin while a part of the grant is left, so that a long one never waits for ever."""
    waiting = (
        select(
            Message.id, Message.settle_txn.is_(None).label("unsettled"),
            (func.sum(Message.segments).over(order_by=Message.id) - Message.segments).label("before"),
        )
        .where(*fit_for(claim, channel_id, others))
        .order_by(Message.id)
        .limit(SLICE_MAX)
        .cte("waiting")
    )  # fmt: skip
    applies = RULES[Kind(claim.kind)].opt_outs_apply
    blocked = optouts.blocked(Message.phone_index, signature_id) if applies else false()
    flow = select(Run.flow).where(Run.campaign_id == claim.campaign_id).scalar_subquery()
    # Never sent late, however long the batch has been at it.
    valid_until = select(Batch.valid_until).where(Batch.id == claim.id).scalar_subquery()
    return (
        update(Message)
        .where(
            Message.id == waiting.c.id, waiting.c.before < literal(parts, BigInteger),
            Message.state == State.QUEUED, flow == "open", valid_until > func.clock_timestamp(),
        )
        .values(
            state=case((blocked, int(State.OPTED_OUT)), else_=int(State.SUBMITTING)),
            attempt=case((blocked, Message.attempt), else_=Message.attempt + 1),
            channel_id=case((blocked, None), else_=channel_id),
            # Paid for by an earlier attempt that the carrier took, it stays paid for.
            settle_txn=case((and_(blocked, waiting.c.unsettled), settling_txn(key)), else_=Message.settle_txn),
            done_at=case((blocked, func.now()), else_=None),
            submitted_at=case((blocked, None), else_=func.clock_timestamp()),
            provider_ref=None, answered_at=None, code=None, due_at=None,
        )
        .returning(
            Message.id, Message.attempt, Message.segments, Message.sealed, Message.state, Message.hold_id,
            case((waiting.c.unsettled, Message.unit_micro * Message.segments), else_=0).label("cost"),
            case((waiting.c.unsettled, taken_parts()), else_=0).label("parts"),
            optouts.any_blocked_for_all().label("blocks"),
        )
    )  # fmt: skip


def waiting(campaign_id: int, batch_no: int) -> int:
    """How many messages of a batch are still queued."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Message.campaign_id == campaign_id, Message.batch_no == batch_no, Message.state == State.QUEUED
            )
        )
        or 0
    )


def _left(claim: Claim) -> tuple[int, datetime | None]:
    """How many are still queued, and from when on the first of them may be tried; None: at once."""
    undue = func.count().filter(or_(Message.due_at.is_(None), Message.due_at <= func.clock_timestamp()))
    row = db.session.execute(
        select(func.count().label("left"), undue.label("undue"), func.min(Message.due_at).label("due_at")).where(
            Message.campaign_id == claim.campaign_id, Message.batch_no == claim.batch_no,
            Message.state == State.QUEUED,
        )
    ).one()  # fmt: skip
    return row.left, None if row.undue else row.due_at


def give_back(claim: Claim, *, wait_s: float = 0.0, next_try: bool = False) -> None:
    """End the lease: what is left becomes ready again after `wait_s`, or the batch only waits for receipts.

    What may only be tried later is waited for. With `wait_s`, the tenant's other ready batches of the route group wait
    too: one asking is enough to know the pace.
    """
    # Locked before it is counted: a receipt may put a message back into the batch at any moment.
    db.session.execute(select(Batch.id).where(Batch.id == claim.id).with_for_update())
    left, due_at = _left(claim)
    flow = db.session.scalar(select(Run.flow).where(Run.campaign_id == claim.campaign_id))
    ready_at = func.greatest(func.clock_timestamp() + timedelta(seconds=wait_s), due_at)
    state = "sent" if not left else "ready" if flow == "open" else "held"
    db.session.execute(
        update(Batch)
        .where(Batch.id == claim.id, Batch.lease == claim.lease)
        .values(
            state=state, left=left, ready_at=ready_at, lease=None, lease_until=None, channel_id=None,
            tries=Batch.tries + (1 if next_try else 0),
            expires_at=func.now() + RECEIPT_WAIT if not left else None,
        )
    )  # fmt: skip
    if left and flow == "stopped":
        # Cancelled while this slice was out, and some came back to the queue: they are cancelled too.
        agenda.put(Job.CANCEL_CAMPAIGN, claim.campaign_id)
    if wait_s and left and not next_try:
        db.session.execute(
            update(Batch)
            .where(
                Batch.tenant_id == claim.tenant_id, Batch.lane == claim.lane, Batch.state == "ready",
                Batch.country == claim.country, Batch.operator == claim.operator, Batch.kind == claim.kind,
                Batch.product == claim.product,
                Batch.ready_at < ready_at, Batch.id != claim.id,
            )
            .values(ready_at=ready_at)
        )  # fmt: skip
