"""Moving messages from state to state, many at once, with their counts and their money. The one writer of states.

`shift` is one UPDATE; it answers with tallies (so many from here to there, worth so much, of this campaign and hold),
and `book` turns tallies into the run's counts and one ledger transaction for each campaign of the set.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Uuid, and_, any_, case, cast, func, literal, select, update
from sqlalchemy.sql.elements import ColumnElement

from tenants import ledger, quotas, routing
from tenants.core import agenda, bulk, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.ledger.outcomes import due
from tenants.messages.models import Message, Run
from tenants.messages.states import OPEN, TRANSITIONS, State


@dataclass(frozen=True)
class Tally:
    """How many messages of a campaign and hold went from `before` to `after`, and what became of their money.
    `unused` are the parts of those that end and never left: they count against no limit.

    Where a channel had them: which one, on which side, with which code, after a wait on which step of routing's scale;
    `by_receipt` when a receipt said so and not the answer.
    """

    campaign_id: int
    hold_id: int
    before: State
    after: State
    count: int
    post_micro: int = 0
    release_micro: int = 0
    unused: int = 0
    channel_id: int | None = None
    country: str = ""
    operator: str = ""
    code: str = ""
    wait: int = 0
    by_receipt: bool = False


NEVER_LEFT = frozenset({State.CANCELLED, State.OPTED_OUT, State.EXPIRED})  # where a queued message ends
Columns = dict[str, tuple[Any, Sequence[Any]]]


def txn_of(key: str, campaign_id: int) -> uuid.UUID:
    """The id of the ledger transaction that settles a campaign's part of the set named `key`."""
    return uuid.UUID(hashlib.md5(f"{key}:{campaign_id}".encode(), usedforsecurity=False).hexdigest())


def shift(
    to: State, outcome: str, basis: str, key: str, columns: Columns, **alike: Any
) -> list[Tally]:  # fmt: skip
    """Move the messages whose ids are given in `columns["id"]` to `to`, if their state may become it.

    With "attempt" among the columns only that attempt is moved; other columns are set under their own name, and `alike`
    to one value for all. Rows that may not move are left as they are.
    """
    money = due(outcome, basis)
    given = bulk.arrays("given", columns)
    # Locked in one order, so that two sets over the same messages never wait for each other in a circle; and looked up
    # by their ids before anything is joined, for a join alone reads a small table from end to end.
    locked = (
        select(Message.id, Message.attempt, Message.state, Message.settle_txn)
        .where(Message.id == any_(bulk.array(*columns["id"])))
        .order_by(Message.id)
        .with_for_update()
        .cte("locked")
    )
    same = locked.c.id == given.c.id
    if "attempt" in columns:
        same = and_(same, locked.c.attempt == given.c.attempt)
    set_ = {name: given.c[name] for name in columns if name not in {"id", "attempt"}}
    # Statistics may say that hardly any message is in these states; of a sum they say nothing. Else it might seem cheap
    # to compare each with each.
    state = locked.c.state + 0
    old = (
        select(locked.c.id, locked.c.state, locked.c.settle_txn, *set_.values())
        .where(same, state.in_(TRANSITIONS.before(to)))
        .cte("old")
    )
    unsettled = old.c.settle_txn.is_(None)
    values: dict[str, Any] = {name: old.c[name] for name in set_} | alike
    if money != "keep":
        values["settle_txn"] = case((unsettled, settling_txn(key)), else_=old.c.settle_txn)
    moved = (
        update(Message)
        .where(Message.id == old.c.id)
        .values(state=to, **values)
        .returning(
            Message.campaign_id, Message.hold_id, old.c.state.label("before"),
            case((unsettled, Message.unit_micro * Message.segments), else_=0).label("cost"),
            case((unsettled & (old.c.state == State.QUEUED), taken_parts()), else_=0).label("parts"),
            Message.channel_id, Message.country, Message.operator, func.coalesce(Message.code, "").label("code"),
            routing.step(Message.submitted_at, func.coalesce(Message.done_at, Message.answered_at)).label("wait"),
        )
        .cte("moved")
    )  # fmt: skip
    return _tallies(to, money, moved, by_receipt="done_at" in columns)


def settling_txn(key: str) -> ColumnElement[uuid.UUID]:
    """`txn_of` as an expression on the message's own row."""
    return cast(func.md5(func.concat(key, ":", Message.campaign_id)), Uuid)


def taken_parts() -> ColumnElement[int]:
    """What a message took of the day's limit: an RCS that goes as SMS by now took one part."""
    return case((Message.batch_no < 0, 1), else_=Message.segments)


def _tallies(to: State, money: str, moved: Any, by_receipt: bool) -> list[Tally]:
    alike = [
        moved.c[name]
        for name in ("campaign_id", "hold_id", "before", "channel_id", "country", "operator", "code", "wait")
    ]
    sums = (func.count().label("n"), func.sum(moved.c.cost), func.sum(moved.c.parts))
    rows = db.session.execute(select(*alike, *sums).group_by(*alike))
    return [
        Tally(campaign_id, hold_id, State(before), to, count,
              post_micro=int(cost) if money == "post" else 0, release_micro=int(cost) if money == "release" else 0,
              unused=int(parts) if to in NEVER_LEFT else 0,
              channel_id=channel_id, country=country, operator=operator, code=code, wait=wait, by_receipt=by_receipt)
        for campaign_id, hold_id, before, channel_id, country, operator, code, wait, count, cost, parts in rows
    ]  # fmt: skip


def book(tallies: Sequence[Tally], key: str) -> None:
    """Bring the runs' counts and the ledger in line with what was moved, in the same transaction."""
    by_campaign: dict[int, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_campaign[tally.campaign_id].append(tally)
    # All runs first, the wallet last: whoever holds the wallet waits for nobody's run.
    for campaign_id in sorted(by_campaign):
        _count(campaign_id, by_campaign[campaign_id])
    routing.note(sight for tally in tallies for sight in _sights(tally))
    _give_back(tallies)
    for campaign_id in sorted(by_campaign):
        _settle(campaign_id, by_campaign[campaign_id], key)


def _give_back(tallies: Sequence[Tally]) -> None:
    """Parts that never left return to the day they were taken from: that of their hold."""
    unused: Counter[int] = Counter()
    for tally in tallies:
        unused[tally.hold_id] += tally.unused
    wanted = {hold_id: parts for hold_id, parts in unused.items() if parts}
    if wanted:
        held = ledger.held_at([*wanted])
        by_day: Counter[date] = Counter()
        for hold_id, parts in wanted.items():
            by_day[quotas.day_of(held[hold_id])] += parts
        for day in sorted(by_day):
            quotas.give_back(by_day[day], day)


def _sights(tally: Tally) -> list[routing.Sight]:
    """What a channel is seen by: its answers, its doubts, its receipts."""
    if tally.channel_id is None:
        return []
    found = [(_said(tally), tally.wait if tally.by_receipt else 0)]
    if tally.before is State.SUBMITTING and tally.by_receipt:
        found.append(("accepted", 0))  # the receipt overtook the answer
    elif tally.after is State.ACCEPTED and routing.is_slow(tally.wait):
        found.append(("slow", 0))
    return [
        routing.Sight(tally.channel_id, tally.country, tally.operator, what, wait, tally.count)
        for what, wait in found
        if what
    ]


def _said(tally: Tally) -> str:
    fault = routing.blame(tally.code)
    if tally.by_receipt:
        unhappy = "undelivered" if fault is routing.Blame.MESSAGE else "failed"
        return {State.DELIVERED: "delivered", State.UNDELIVERED: unhappy, State.QUEUED: "failed"}.get(tally.after, "")
    if tally.before is not State.SUBMITTING:
        return ""
    refused = {routing.Blame.MESSAGE: "rejected", routing.Blame.PACE: "throttled"}.get(fault, "refused")
    answers = {State.ACCEPTED: "accepted", State.IN_DOUBT: "doubted", State.REJECTED: refused, State.QUEUED: refused}
    return answers.get(tally.after, "")


def _count(campaign_id: int, tallies: Sequence[Tally]) -> None:
    change: Counter[str] = Counter()
    for tally in tallies:
        change[tally.before.label] -= tally.count
        change[tally.after.label] += tally.count
        change["posted_micro"] += tally.post_micro
        change["released_micro"] += tally.release_micro
        change["held_micro"] -= tally.post_micro + tally.release_micro
    values = {name: Run.__table__.columns[name] + amount for name, amount in change.items() if amount}
    if not values:
        return
    is_open = sum((Run.__table__.columns[state.label] for state in OPEN), literal(0, BigInteger))
    ended = db.session.scalar(
        update(Run)
        .where(Run.campaign_id == campaign_id)
        .values(values)
        .returning(and_(is_open == 0, Run.flow != "filling"))
    )
    if ended:
        agenda.put(Job.FINISH_CAMPAIGN, campaign_id)


def _settle(campaign_id: int, tallies: Sequence[Tally], key: str) -> None:
    legs: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for tally in tallies:
        legs[tally.hold_id][0] += tally.post_micro
        legs[tally.hold_id][1] += tally.release_micro
    wanted = [ledger.Leg(hold_id, *sums) for hold_id, sums in sorted(legs.items()) if any(sums)]
    if wanted:
        ledger.settle(
            f"{key}:{campaign_id}", scopes.tenant_id(), wanted,
            ref=("campaign", campaign_id), txn_id=txn_of(key, campaign_id),
        )  # fmt: skip
