"""A run from first to last: opened, filled chunk by chunk, let go, paused, stopped, recovered, expired."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, func, insert, select, update

from tenants.core import agenda, bulk, jobs, scopes
from tenants.core.clock import now
from tenants.core.db import db, tenant_ids
from tenants.core.jobs import Job
from tenants.core.secrets import Vault, json_text
from tenants.messages.claiming import RECEIPT_WAIT
from tenants.messages.models import Batch, Message, Run
from tenants.messages.moving import Columns, book, shift
from tenants.messages.states import State

BATCH_SIZE = 2_000
# Only an RCS may go another way: nothing else pays for the columns.
FALLBACK_COLUMNS: dict[str, tuple[str, ...]] = {
    "sms": (), "mms": (), "rcs": ("fallback_micro", "fallback_rule_id", "fallback_segments"),
}  # fmt: skip
# Bells rung when a run begins; each job rings again while there is work.
FIRST_BELLS = 4


@dataclass(frozen=True)
class Fallback:
    """What an RCS costs when it goes as SMS."""

    segments: int
    unit_micro: int
    rule_id: int

    @property
    def cost_micro(self) -> int:
        return self.segments * self.unit_micro


@dataclass(frozen=True)
class Planned:
    """A message to be: to whom, with which variables, of how many parts at what price."""

    phone_index: bytes
    number: str
    values: dict[str, str]
    country: str
    operator: str
    segments: int
    unit_micro: int
    rule_id: int
    fallback: Fallback | None = None

    @property
    def most_micro(self) -> int:
        """What it costs at most, whichever way it goes."""
        cost_micro, other = self.segments * self.unit_micro, self.fallback
        return cost_micro if other is None else max(cost_micro, other.cost_micro)


def open_run(
    campaign_id: int, *, kind: str, signature_id: int, text: dict[str, Any], vault: Vault, product: str = "sms"
) -> None:
    """Begin the run of a campaign: nothing leaves before `let_go`."""
    db.session.execute(
        insert(Run).values(
            campaign_id=campaign_id, flow="filling", kind=kind, product=product, signature_id=signature_id,
            text=vault.seal("runs", campaign_id, text),
        )
    )  # fmt: skip


def fill(
    campaign_id: int, planned: Sequence[Planned], *, first_batch: int, lane: str, kind: str, hold_id: int,
    valid_until: datetime, vault: Vault, product: str = "sms",
) -> int:  # fmt: skip
    """Add a chunk of messages, cut into held batches by route group; the number of the next batch."""
    ids = bulk.take_ids(tenant_ids, len(planned))
    ordered = sorted(planned, key=_route_group)
    sealed = vault.seal_many("messages", ids, [json_text([each.number, each.values]) for each in ordered])
    queued = int(State.QUEUED)
    rows: list[tuple[Any, ...]] = []
    batches: list[tuple[int, str, str, int]] = []
    for (country, operator), members in groupby(ordered, key=_route_group):
        group = list(members)
        for start in range(0, len(group), BATCH_SIZE):
            part = group[start : start + BATCH_SIZE]
            batch_no = first_batch + len(batches)
            batches.append((batch_no, country, operator, len(part)))
            for each in part:
                at = len(rows)
                rows.append((
                    ids[at], campaign_id, batch_no, queued, each.segments, country, operator, each.phone_index,
                    sealed[at], each.unit_micro, each.rule_id, hold_id, *_fallback(each, product),
                ))  # fmt: skip
    columns = (
        "id", "campaign_id", "batch_no", "state", "segments", "country", "operator", "phone_index", "sealed",
        "unit_micro", "rule_id", "hold_id", *FALLBACK_COLUMNS[product],
    )  # fmt: skip
    bulk.copy(Message.__table__, columns, rows)  # type: ignore[arg-type]
    _add_batches(campaign_id, batches, lane, kind, product, valid_until)
    _add_counts(campaign_id, planned)
    return first_batch + len(batches)


def _route_group(planned: Planned) -> tuple[str, str]:
    return planned.country, planned.operator


def _fallback(planned: Planned, product: str) -> tuple[int | None, ...]:
    """The values of the product's fallback columns."""
    if not FALLBACK_COLUMNS[product]:
        return ()
    other = planned.fallback
    return (other.unit_micro, other.rule_id, other.segments) if other else (None, None, None)


def _add_batches(
    campaign_id: int, batches: Sequence[tuple[int, str, str, int]], lane: str, kind: str, product: str,
    valid_until: datetime,
) -> None:  # fmt: skip
    bulk.insert_arrays(
        Batch.__table__,  # type: ignore[arg-type]
        {
            "batch_no": [each[0] for each in batches],
            "country": [each[1] for each in batches],
            "operator": [each[2] for each in batches],
            "total": [each[3] for each in batches],
            "left": [each[3] for each in batches],
        },
        tenant_id=scopes.tenant_id(),
        campaign_id=campaign_id,
        kind=kind,
        product=product,
        lane=lane,
        state="held",
        ready_at=now(),
        valid_until=valid_until,
    )


def _add_counts(campaign_id: int, planned: Sequence[Planned]) -> None:
    parts = sum(each.segments for each in planned)
    cost_micro = sum(each.most_micro for each in planned)
    db.session.execute(
        update(Run)
        .where(Run.campaign_id == campaign_id)
        .values(queued=Run.queued + len(planned), parts=Run.parts + parts, held_micro=Run.held_micro + cost_micro)
    )


def let_go(campaign_id: int) -> None:
    """The run may be sent: after planning, or again after a pause."""
    lane = db.session.scalars(
        update(Batch)
        .where(_own(campaign_id), Batch.state == "held")
        .values(state="ready", ready_at=func.clock_timestamp())
        .returning(Batch.lane)
    ).all()
    db.session.execute(update(Run).where(Run.campaign_id == campaign_id).values(flow="open"))
    for _ in range(min(len(lane), FIRST_BELLS)):
        jobs.after_commit(Job.SEND_BATCH, lane[0])


def pause(campaign_id: int) -> None:
    """Nothing new leaves; what is on its way ends as it would have."""
    db.session.execute(update(Run).where(Run.campaign_id == campaign_id).values(flow="paused"))
    db.session.execute(update(Batch).where(_own(campaign_id), Batch.state == "ready").values(state="held"))


def stop(campaign_id: int) -> bool:
    """Nothing leaves any more: cancel a batch of what is queued and give its money back; False when none was."""
    db.session.execute(update(Run).where(Run.campaign_id == campaign_id, Run.flow != "stopped").values(flow="stopped"))
    batch_no = db.session.scalar(
        select(Message.batch_no)
        .where(Message.campaign_id == campaign_id, Message.state == State.QUEUED)
        .order_by(Message.batch_no)
        .limit(1)
    )
    if batch_no is None:
        db.session.execute(
            update(Batch)
            .where(_own(campaign_id), Batch.state.in_(("ready", "held")))
            .values(state="sent", left=0, expires_at=func.now() + RECEIPT_WAIT)
        )
        return False
    _end_queued(campaign_id, batch_no, State.CANCELLED, "cancelled", f"cancel:{uuid.uuid4()}")
    return True


def recover(campaign_id: int, batch_no: int) -> None:
    """A lease ran out: what was about to leave is in doubt, what was only waiting is ready again."""
    batch = db.session.scalars(
        select(Batch)
        .where(_own(campaign_id), Batch.batch_no == batch_no, Batch.state == "leased", Batch.lease_until < func.now())
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if batch is None:
        return
    ids = _ids(campaign_id, batch_no, [State.SUBMITTING])
    key = f"recover:{scopes.tenant_id()}:{campaign_id}:{batch_no}:{batch.lease}"
    if ids:
        columns: Columns = {"id": (BigInteger, ids)}
        book(shift(State.IN_DOUBT, "in_doubt", "delivered", key, columns, code="lease_lost"), key)
    left = len(_ids(campaign_id, batch_no, [State.QUEUED]))
    flow = db.session.scalar(select(Run.flow).where(Run.campaign_id == campaign_id))
    state = "sent" if not left else "ready" if flow == "open" else "held"
    db.session.execute(
        update(Batch)
        .where(Batch.id == batch.id)
        .values(
            state=state, left=left, lease=None, lease_until=None, channel_id=None,
            ready_at=func.clock_timestamp(),
            expires_at=func.now() + RECEIPT_WAIT if not left else None,
        )
    )  # fmt: skip
    if state == "ready":
        jobs.after_commit(Job.SEND_BATCH, batch.lane)
    elif left and flow == "stopped":
        agenda.put(Job.CANCEL_CAMPAIGN, campaign_id)


def expire(campaign_id: int, batch_no: int, basis: str) -> None:
    """The time is over: queued messages too old to be sent, or receipts that never came."""
    batch = db.session.scalars(
        select(Batch).where(_own(campaign_id), Batch.batch_no == batch_no).with_for_update(skip_locked=True)
    ).one_or_none()
    if batch is None:
        return
    key = f"expire:{uuid.uuid4()}"
    at = db.session.scalars(select(func.now())).one()  # no worker's own clock ends anything
    if batch.state != "sent" and batch.valid_until < at:
        _end_queued(campaign_id, batch_no, State.EXPIRED, "refused", f"{key}:late", code="too_late")
        batch.left, batch.state, batch.expires_at = 0, "sent", at + RECEIPT_WAIT
        batch.lease = batch.lease_until = None
    if batch.state == "sent" and batch.expires_at is not None and batch.expires_at <= at:
        for state, outcome in ((State.ACCEPTED, "expired"), (State.IN_DOUBT, "doubt_expired")):
            _end(_ids(campaign_id, batch_no, [state]), State.EXPIRED, outcome, basis, f"{key}:{outcome}", "no_receipt")
        db.session.delete(batch)


def end_queued(campaign_id: int, batch_no: int) -> None:
    """What is queued in a batch is too old to be sent."""
    _end_queued(campaign_id, batch_no, State.EXPIRED, "refused", f"late:{uuid.uuid4()}", code="too_late")


def _end_queued(campaign_id: int, batch_no: int, to: State, outcome: str, key: str, code: str = "") -> None:
    _end(_ids(campaign_id, batch_no, [State.QUEUED]), to, outcome, "delivered", key, code)


def _end(ids: list[int], to: State, outcome: str, basis: str, key: str, code: str) -> None:
    if not ids:
        return
    columns: Columns = {"id": (BigInteger, ids)}
    book(shift(to, outcome, basis, key, columns, code=code, done_at=now()), key)


def _ids(campaign_id: int, batch_no: int, states: Sequence[State]) -> list[int]:
    return list(
        db.session.scalars(
            select(Message.id).where(
                Message.campaign_id == campaign_id, Message.batch_no == batch_no, Message.state.in_(states)
            )
        )
    )


def _own(campaign_id: int) -> Any:
    return (Batch.tenant_id == scopes.tenant_id()) & (Batch.campaign_id == campaign_id)


def lifetime(validity_s: int) -> datetime:
    """Until when a message launched now may still be sent."""
    return now() + timedelta(seconds=validity_s)
