"""Receipts: kept before the carrier is answered, matched to a message, settled many at once.

    new ──▶ matched (tenant and message known) ──▶ settled
     └───▶ unknown (nothing matched within 72 hours)

A receipt may come early (before the answer that names its message), late, twice or in any order: all are ordinary, and
one that comes after the message's end changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, and_, any_, func, select, true, update

from tenants import routing, webhooks
from tenants.core import bulk, crash, jobs, scopes
from tenants.core.clock import now
from tenants.core.db import db, in_order
from tenants.core.jobs import Job
from tenants.core.secrets import platform_index
from tenants.messages import failover, fallback, parts, references
from tenants.messages.models import Receipt, Submission
from tenants.messages.moving import Columns, Tally, book, shift
from tenants.messages.states import State

Place = TypeVar("Place")

SET_MAX = 5_000
MATCH_WAIT = timedelta(hours=72)
# An early receipt is looked at again after this long, doubling.
AGAIN = timedelta(seconds=1)
DOUBLINGS_MAX = 12
# At which looks a receipt may be of a message in doubt: after 31 seconds, when whatever is early has been matched, and
# after four minutes and half an hour, when leases of the dead have ended.
DOUBTED = (5, 8, 11)
RUNG_MAX = 500
# What a receipt may say -> (state, outcome for the money).
ENDS = {
    "delivered": (State.DELIVERED, "delivered"),
    "undelivered": (State.UNDELIVERED, "undelivered"),
    "rejected": (State.UNDELIVERED, "undelivered"),
    "expired": (State.UNDELIVERED, "undelivered"),
    "accepted": (State.ACCEPTED, "accepted"),
}


class Told(Protocol):
    """What an adapter makes of a carrier's receipt."""

    @property
    def provider_ref(self) -> str: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def outcome(self) -> str: ...
    @property
    def code(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def number(self) -> str: ...


class Incoming(NamedTuple):
    """A receipt as a channel's adapter read it; `number` is E.164."""

    provider_ref: str
    reference: str
    outcome: str
    code: str
    at: datetime | None
    number: str = ""

    @classmethod
    def of(cls, told: Told) -> Incoming:
        return cls(told.provider_ref, told.reference or "", told.outcome, told.code or "", told.at, told.number)


class Taken(NamedTuple, Generic[Place]):
    """How many receipts a set had, and where it ended: the next one goes on from there. What was worked off lies dead
    at the front of the queue's index until it is vacuumed, and would be read through for each set anew."""

    number: int
    end: Place


def store(channel_id: int, incoming: Sequence[Incoming], secret: str) -> None:
    """Keep receipts in the inbox; the caller commits and only then answers the carrier. Platform scope."""
    if not incoming:
        return
    found = [references.parse(secret, each.reference) if each.reference else None for each in incoming]
    at = now()
    numbers = {}
    if any(each.number for each in incoming):
        numbers["phone_index"] = [platform_index(secret, each.number) if each.number else None for each in incoming]
    bulk.insert_arrays(
        Receipt.__table__,  # type: ignore[arg-type]
        {
            "provider_ref": [each.provider_ref for each in incoming],
            "reference": [each.reference for each in incoming],
            "outcome": [each.outcome for each in incoming],
            "code": [each.code for each in incoming],
            "at": [each.at for each in incoming],
            "state": ["matched" if known else "new" for known in found],
            "tenant_id": [known[0] if known else None for known in found],
            "message_id": [known[1] if known else None for known in found],
            "attempt": [known[2] if known else None for known in found],
            **numbers,
        },
        channel_id=channel_id,
        received_at=at,
        next_at=at,
    )
    jobs.after_commit(Job.SETTLE_RECEIPTS)


def match_new(after: datetime | None = None) -> Taken[datetime | None]:
    """Find the messages of a set of receipts without our reference. Platform scope."""
    queue = (
        select(Receipt.id, Receipt.channel_id, Receipt.provider_ref, Receipt.received_at, Receipt.tries,
               Receipt.next_at, Receipt.phone_index.is_not(None).label("numbered"))
        .where(Receipt.state == "new", Receipt.next_at <= func.now())
        .where(true() if after is None else Receipt.next_at >= after)
        .order_by(Receipt.next_at)
        .limit(SET_MAX)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    with in_order():
        rows = db.session.execute(queue).all()
    if not rows:
        return Taken(0, after)
    # A carrier brings receipts on any link of an account, also on those of another channel that shares it.
    twins = routing.twins({row.channel_id for row in rows})
    pairs = [(row, channel_id) for row in rows for channel_id in twins.get(row.channel_id, (row.channel_id,))]
    asked = bulk.arrays("asked", {
        "id": (BigInteger, [row.id for row, _ in pairs]),
        "channel_id": (BigInteger, [channel_id for _, channel_id in pairs]),
        "ref": (Text, [row.provider_ref for row, _ in pairs]),
    })  # fmt: skip
    same = and_(Submission.channel_id == asked.c.channel_id, Submission.provider_ref == asked.c.ref)
    matched = set(
        db.session.scalars(
            update(Receipt)
            .where(Receipt.id == asked.c.id, same)
            .values(state="matched", tenant_id=Submission.tenant_id, message_id=Submission.message_id,
                    attempt=Submission.attempt, part=Submission.part, parts=Submission.parts)
            .returning(Receipt.id)
        )
    )  # fmt: skip
    left = [row for row in rows if row.id not in matched]
    _put_off([(row.id, row.received_at, row.tries) for row in left])
    strangers = [row.id for row in left if row.numbered and row.tries in DOUBTED]
    for begin in range(0, len(strangers), RUNG_MAX):
        jobs.after_commit(Job.CLEAR_DOUBTS, *strangers[begin : begin + RUNG_MAX])
    return Taken(len(rows), rows[-1].next_at)


def _put_off(rows: Sequence[tuple[int, datetime, int]]) -> None:
    """What matches nothing yet is looked at again, ever more seldom, and given up as unknown after 72 hours."""
    if not rows:
        return
    at = now()
    given = bulk.arrays("given", {
        "id": (BigInteger, [id for id, _, _ in rows]),
        "state": (Text, ["unknown" if at - received > MATCH_WAIT else "new" for _, received, _ in rows]),
        "next_at": (DateTime(True), [at + AGAIN * 2 ** min(tries, DOUBLINGS_MAX) for _, _, tries in rows]),
    })  # fmt: skip
    db.session.execute(
        update(Receipt)
        .where(Receipt.id == given.c.id)
        .values(state=given.c.state, next_at=given.c.next_at, tries=Receipt.tries + 1)
    )


def tenants_waiting(limit: int = 50) -> list[int]:
    """Tenants that have matched receipts to settle, the longest waiting first. Platform scope."""
    return list(
        db.session.scalars(
            select(Receipt.tenant_id)
            .where(Receipt.state == "matched")
            .group_by(Receipt.tenant_id)
            .order_by(func.min(Receipt.id))
            .limit(limit)
        )
    )


def settle(basis: str, after: int = 0) -> Taken[int]:
    """Settle one set of the tenant's matched receipts, those with ids above `after`. The tenant's scope; the caller
    commits."""
    queue = (
        select(
            Receipt.id,
            Receipt.message_id,
            Receipt.attempt,
            Receipt.outcome,
            Receipt.code,
            Receipt.at,
            Receipt.parts,
            Receipt.received_at,
        )
        .where(Receipt.state == "matched", Receipt.tenant_id == scopes.tenant_id(), Receipt.id > after)
        .order_by(Receipt.id)
        .limit(SET_MAX)
        .with_for_update(skip_locked=True)
    )
    with in_order():
        found = db.session.execute(queue).all()
    done = Taken(len(found), found[-1].id if found else after)
    at = now()
    unsure, kept = parts.failed(found, at)
    parts.put_off(unsure, at)
    rows = [row for row in found if row.id not in unsure]
    if not rows:
        return done
    key = f"receipts:{scopes.tenant_id()}:{rows[0].id}-{rows[-1].id}-{len(rows)}"
    waiting = parts.unfinished(rows)
    told = [row for row in rows if row.id not in waiting]
    # Of several final receipts for one message the first counts, as it would have had they come apart.
    first = {row.message_id: row.id for row in reversed(told) if row.outcome != "accepted"}
    lost = [row for row in told if ENDS[row.outcome][0] is State.UNDELIVERED and first[row.message_id] == row.id]
    as_sms, tallies = fallback.taken_back(lost, basis, f"{key}:sms")
    book(tallies, f"{key}:sms")
    again = [row for row in lost if row.id not in as_sms | kept]
    moved_on, back = failover.elsewhere(again, basis, f"{key}:again")
    book(back, f"{key}:again")
    tallies += back
    told = [row for row in told if row.id not in as_sms | moved_on]
    for to, outcome in dict.fromkeys(ENDS.values()):
        news = [row for row in told if ENDS[row.outcome][0] is to and first.get(row.message_id, row.id) == row.id]
        if news:
            moved = _shift(to, outcome, basis, f"{key}:{outcome}", news, at)
            book(moved, f"{key}:{outcome}")
            tallies += moved
    crash.point("during_settle")
    own = Receipt.id == any_(bulk.array(BigInteger, [row.id for row in rows]))
    # With the state the index of what waits is used, and not that of all the business ever got.
    settled = update(Receipt).where(own, Receipt.state == "matched").values(state="settled")
    db.session.execute(settled.execution_options(synchronize_session=False))
    _tell(tallies)
    return done


def _shift(to: State, outcome: str, basis: str, key: str, rows: Sequence[Any], at: datetime) -> list[Tally]:
    columns: Columns = {
        "id": (BigInteger, [row.message_id for row in rows]),
        "attempt": (SmallInteger, [row.attempt for row in rows]),
    }
    if to is not State.ACCEPTED:
        columns["code"] = (Text, [row.code for row in rows])
        columns["done_at"] = (DateTime(True), [row.at or at for row in rows])
    return shift(to, outcome, basis, key, columns)


def _tell(tallies: Sequence[Tally]) -> None:
    """The business's own systems hear of each campaign's part of the set."""
    for campaign_id in sorted({tally.campaign_id for tally in tallies}):
        counts = Counter[str]()
        for tally in tallies:
            if tally.campaign_id == campaign_id:
                counts[tally.after.label] += tally.count
        webhooks.record("messages.settled", campaign_id, dict(counts))
