"""One message from first to last: what it said, each attempt and answer, each receipt, and what became of its money.

Everything is read from the rows that made it true; nothing is logged twice for this page's sake.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.core.secrets import Vault
from tenants.ledger.models import Hold, LedgerEntry, Txn
from tenants.message_templates import Product
from tenants.messages import fallback
from tenants.messages.models import Attempt, Batch, Message, Receipt, Run
from tenants.messages.receipts import ENDS
from tenants.messages.states import OPEN, State
from tenants.messages.writing import Writer
from tenants.routing.models import Channel

# Receipts of one message that are shown; carriers have been seen to repeat one for days.
RECEIPTS_MAX = 50
# The code of receipts we asked for, by taking a message back.
TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Event:
    """Something that happened. `what`: planned, submitted, taken, refused, put_back, doubt, receipt, expired,
    cancelled, opted_out; `values` complete its sentence."""

    at: datetime
    what: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Posting:
    """What a booking did with this message's money: hold, settle or return."""

    at: datetime
    what: str
    amount_micro: int


@dataclass(frozen=True)
class Story:
    """A message with everything that happened to it, in order."""

    id: int
    campaign_id: int
    kind: str
    signature_id: int
    state: State
    code: str
    number: str
    phone_index: bytes
    country: str
    operator: str
    whole: str  # the text with its variables still in it
    values: dict[str, str]
    text: str  # as it was sent
    segments: int
    unit_micro: int
    attempts: int
    channel: str
    submitted_at: datetime | None
    done_at: datetime | None
    receipt_until: datetime | None  # given up after this
    leave_until: datetime | None  # not sent after this
    flow: str
    events: Sequence[Event]
    postings: Sequence[Posting]

    @property
    def final(self) -> bool:
        return self.state not in OPEN

    @property
    def cost_micro(self) -> int:
        return self.unit_micro * self.segments

    @property
    def outcome(self) -> str:
        """What became of the money so far: hold, settle or return."""
        return self.postings[-1].what


def story(message_id: int, vault: Vault) -> Story:
    """The message, or NotFound. The tenant's scope."""
    message = db.session.get(Message, message_id, populate_existing=True)
    if message is None:
        raise NotFound
    run = db.session.get_one(Run, message.campaign_id, populate_existing=True)
    product = Product.SMS if fallback.is_twin(message.batch_no) else run.product
    writer = Writer(vault, vault.open("runs", run.campaign_id, run.text), run.signature_id, product)
    number, values = vault.open("messages", message.id, message.sealed)
    earlier = db.session.scalars(
        select(Attempt).where(Attempt.message_id == message_id).order_by(Attempt.attempt)
    ).all()
    channels = _channels([message.channel_id, *(each.channel_id for each in earlier)])
    receipt_until, leave_until = _deadlines(message)
    postings = _postings(message)
    events = [
        Event(postings[0].at, "planned", {"amount_micro": postings[0].amount_micro}),
        *_attempts(message, earlier, channels), *_receipts(message, earlier), *_end(message),
    ]  # fmt: skip
    return Story(
        message.id, message.campaign_id, run.kind, run.signature_id, State(message.state), message.code or "",
        number, message.phone_index, message.country, message.operator, writer.whole("CN" if _home(number) else ""),
        values, writer.shown(message.id, message.sealed), message.segments, message.unit_micro, message.attempt,
        channels.get(message.channel_id or 0, ""), message.submitted_at, message.done_at, receipt_until, leave_until,
        run.flow, sorted(events, key=lambda event: event.at), postings,
    )  # fmt: skip


def _home(number: str) -> bool:
    return number.startswith("+86")


def _channels(ids: Iterable[int | None]) -> dict[int, str]:
    known = [id for id in ids if id is not None]
    return {
        row.id: row.name for row in db.session.execute(select(Channel.id, Channel.name).where(Channel.id.in_(known)))
    }


def _deadlines(message: Message) -> tuple[datetime | None, datetime | None]:
    """Until when a receipt is waited for, and until when it may still leave."""
    if message.state not in OPEN:
        return None, None
    row = db.session.execute(
        select(Batch.expires_at, Batch.valid_until).where(
            Batch.tenant_id == scopes.tenant_id(), Batch.campaign_id == message.campaign_id,
            Batch.batch_no == message.batch_no,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return None, None
    return (None, row.valid_until) if message.state == State.QUEUED else (row.expires_at, None)


def _postings(message: Message) -> list[Posting]:
    """The hold, and how it was settled: posted or given back."""
    cost_micro = message.unit_micro * message.segments
    held_at = db.session.scalars(select(Hold.at).where(Hold.id == message.hold_id)).one()
    found = [Posting(held_at, "hold", cost_micro)]
    if message.settle_txn is not None:
        at, posted = _settled(message.settle_txn, message.state)
        found.append(Posting(at, "settle" if posted else "return", cost_micro))
    return found


def _settled(txn_id: uuid.UUID, state: int) -> tuple[datetime, bool]:
    """When, and whether this message was charged. A transaction that did both charged what the carrier took."""
    entries = select(func.count()).where(LedgerEntry.txn_id == Txn.id).scalar_subquery()
    row = db.session.execute(select(Txn.at, Txn.released, entries.label("n")).where(Txn.id == txn_id)).one()
    return row.at, bool(row.n) and (not row.released or state != State.REJECTED)


def _attempts(message: Message, earlier: Sequence[Attempt], channels: dict[int, str]) -> list[Event]:
    found: list[Event] = []
    for each in earlier:
        # One that a receipt ended had been taken; the receipt says why it was not the last.
        taken = each.outcome == State.UNDELIVERED
        found += _attempt(each, channels, "taken" if taken else "put_back", None if taken else each.code)
    if message.attempt and message.attempt not in {each.attempt for each in earlier}:
        found += _attempt(message, channels, *_answer(message))
    return found


def _answer(message: Message) -> tuple[str, str | None]:
    """What the carrier said to the last attempt. A receipt may have written its own code over the answer's."""
    if message.provider_ref is not None:
        return "taken", None
    if message.state == State.REJECTED:
        return "refused", message.code
    return "doubt", message.code if message.state == State.IN_DOUBT else None


def _attempt(row: Message | Attempt, channels: dict[int, str], answer: str, code: str | None) -> list[Event]:
    if row.submitted_at is None:
        return []
    channel = channels.get(row.channel_id or 0, "")
    found = [Event(row.submitted_at, "submitted", {"attempt": row.attempt, "channel": channel})]
    doubted = isinstance(row, Message) and row.state == State.IN_DOUBT
    if row.answered_at is not None or doubted:  # a process that died wrote no time: doubt begins where it left off
        values = {"code": code or "", "ref": row.provider_ref or ""}
        found.append(Event(row.answered_at or row.submitted_at, answer, values))
    return found


def _receipts(message: Message, earlier: Sequence[Attempt]) -> list[Event]:
    """Every receipt that came in, also those without effect, and why they had none."""
    rows = db.session.scalars(
        select(Receipt)
        .where(Receipt.tenant_id == scopes.tenant_id(), Receipt.message_id == message.id)
        .order_by(Receipt.received_at, Receipt.id)
        .limit(RECEIPTS_MAX)
    ).all()
    ending = _ending(message, rows)
    moved = _moving(rows, earlier)
    return [
        Event(row.received_at, "receipt", {
            "outcome": row.outcome, "code": row.code, "carrier_at": row.at, "ref": row.provider_ref,
            "effect": _moved(row) if row.id in moved else _effect(row, ending, message),
        })
        for row in rows
    ]  # fmt: skip


def _moving(rows: Sequence[Receipt], earlier: Sequence[Attempt]) -> set[int]:
    """The receipts that ended an attempt and not the message: the first of each such attempt."""
    over = {each.attempt for each in earlier if each.outcome == State.UNDELIVERED}
    unhappy = [row for row in rows if row.state == "settled" and ENDS[row.outcome][0] is State.UNDELIVERED]
    return {next((row.id for row in unhappy if row.attempt == attempt), 0) for attempt in over}


def _moved(row: Receipt) -> str:
    return "taken_back" if row.code == TAKEN_BACK else "moved_on"


def _ending(message: Message, rows: Sequence[Receipt]) -> Receipt | None:
    """The receipt that ended the message: of its last attempt, to this end, at this moment."""
    fitting = [
        row
        for row in rows
        if row.state == "settled" and row.attempt == message.attempt and ENDS[row.outcome][0] == message.state
        and row.outcome != "accepted"
    ]  # fmt: skip
    return next((row for row in fitting if row.at == message.done_at), fitting[0] if fitting else None)


def _effect(row: Receipt, ending: Receipt | None, message: Message) -> str:
    """final, between, pending, moved_on (another attempt followed), taken_back (an SMS followed); or why it changed
    nothing: repeated, contradicts, old_attempt, late."""
    if row is ending:
        return "final"
    if row.state != "settled":
        return "pending"
    if row.attempt != message.attempt:
        return "old_attempt"
    if row.outcome == "accepted":
        over = message.done_at is not None and row.received_at > message.done_at
        return "late" if over or (ending is not None and row.id > ending.id) else "between"
    if ending is None:
        return "late"
    return "repeated" if row.outcome == ending.outcome else "contradicts"


def _end(message: Message) -> list[Event]:
    """Ends that no receipt and no answer brought."""
    ends = {State.EXPIRED: "expired", State.CANCELLED: "cancelled", State.OPTED_OUT: "opted_out"}
    what = ends.get(State(message.state))
    if what is None or message.done_at is None:
        return []
    return [Event(message.done_at, what, {"code": message.code or ""})]
