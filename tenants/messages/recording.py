"""What the carrier said at once, written down in one go: accepted, refused for good, to be tried again, or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, case, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.core import bulk, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages import fallback
from tenants.messages.models import Attempt, Message, Submission
from tenants.messages.moving import Columns, Tally, book, shift
from tenants.messages.states import State

ATTEMPTS_MAX = 5
# What only had to wait so often is an attempt from then on: a carrier that is always busy is no way at all.
WAITS_MAX = 20
# How long a message rests before it is tried again where it failed, by how often that was.
RESTS_S = (2.0, 5.0, 15.0, 60.0)


class Answer(StrEnum):
    """ACCEPTED: the carrier has it. REFUSED: it does not and never will. AGAIN: it does not, another try may help.
    LATER: it never left, or was told to wait; this was no attempt. DOUBT: nobody knows."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    AGAIN = "again"
    LATER = "later"
    DOUBT = "doubt"


class Result(NamedTuple):
    """The answer for one message of a slice. `refs` are those of all its parts when it has several, empty where the
    carrier did not take the part."""

    id: int
    attempt: int
    answer: Answer
    provider_ref: str = ""
    code: str = ""
    refs: tuple[str, ...] = ()


def record(
    results: Sequence[Result], *, channel_id: int, basis: str, key: str, index_refs: bool, others: bool = False,
    revoke_at: datetime | None = None,
) -> int:  # fmt: skip
    """Write the answers of one slice; how many messages are to be tried again. The tenant's scope.

    `index_refs`: the channel's receipts carry only the carrier's reference, so keep the way from it to the message.
    `others`: another channel takes them too, so what this one cannot do is tried there at once.
    `revoke_at`: what is accepted is taken back then if nobody has received it.
    """
    at = now()
    results = _bounded(results)
    by_answer = {answer: [each for each in results if each.answer is answer] for answer in Answer}
    as_sms = fallback.helped({each.id: each.code for each in by_answer[Answer.REFUSED]})
    tallies = _accept(by_answer[Answer.ACCEPTED], channel_id, basis, key, at, index_refs, revoke_at)
    refused = [each for each in by_answer[Answer.REFUSED] if each.id not in as_sms]
    tallies += _move(refused, State.REJECTED, "refused", basis, key, at, final=True)
    if index_refs:  # of a message that was taken in part
        _index([each for each in [*refused, *by_answer[Answer.DOUBT]] if each.refs], channel_id, at)
    tallies += _move(by_answer[Answer.DOUBT], State.IN_DOUBT, "in_doubt", basis, key, at, final=False)
    patient = [each for each in by_answer[Answer.LATER] if each.code]
    tallies += _requeue(by_answer[Answer.AGAIN], basis, key, at, at_once=others)
    tallies += _requeue(patient, basis, key, at, waits=Message.waits + 1)
    tallies += _put_back([each for each in by_answer[Answer.LATER] if not each.code], basis, key)
    tallies += _requeue([each for each in by_answer[Answer.REFUSED] if each.id in as_sms], basis, key, at, at_once=True)
    fallback.go(sorted(as_sms))
    book(tallies, key)
    return len(by_answer[Answer.AGAIN])


def _bounded(results: Sequence[Result]) -> list[Result]:
    """What was told to wait too often has made an attempt; what has made too many is refused."""
    open_ = [each.id for each in results if each.answer in (Answer.AGAIN, Answer.LATER)]
    if not open_:
        return list(results)
    rows = db.session.execute(select(Message.id, Message.waits).where(Message.id.in_(open_), Message.waits > 0))
    waits = {row.id: row.waits for row in rows}
    return [_bound(each, waits.get(each.id, 0)) for each in results]


def _bound(result: Result, waits: int) -> Result:
    answer = result.answer
    if answer is Answer.LATER and result.code and waits >= WAITS_MAX:
        answer = Answer.AGAIN
    if answer is Answer.AGAIN and result.attempt - waits >= ATTEMPTS_MAX:
        answer = Answer.REFUSED
    return result._replace(answer=answer)


def _accept(
    results: Sequence[Result], channel_id: int, basis: str, key: str, at: datetime, index_refs: bool,
    revoke_at: datetime | None,
) -> list[Tally]:  # fmt: skip
    if not results:
        return []
    columns = _columns(results) | {"provider_ref": (Text, [each.provider_ref for each in results])}
    tallies = shift(State.ACCEPTED, "accepted", basis, key, columns, answered_at=at, due_at=revoke_at)
    if sum(tally.count for tally in tallies) < len(results):
        _note_answer(columns, at, revoke_at)
    if index_refs:
        _index(results, channel_id, at)
    return tallies


def _columns(results: Sequence[Result]) -> Columns:
    """Which attempts of which messages: what was said of one attempt is nothing to the next."""
    return {
        "id": (BigInteger, [each.id for each in results]),
        "attempt": (SmallInteger, [each.attempt for each in results]),
    }


def _note_answer(columns: Columns, at: datetime, revoke_at: datetime | None) -> None:
    """A receipt overtook the answer, and may have ended the message: keep the carrier's reference all the same."""
    given = bulk.arrays("given", columns)
    db.session.execute(
        update(Message)
        .where(Message.id == given.c.id, Message.attempt == given.c.attempt, Message.answered_at.is_(None))
        .values(
            provider_ref=given.c.provider_ref,
            answered_at=at,
            due_at=case((Message.state == State.ACCEPTED, revoke_at), else_=Message.due_at),
        )
    )


def _index(results: Sequence[Result], channel_id: int, at: datetime) -> None:
    """The way from each of the carrier's references back to its message; what was written before stays."""
    rows = [
        (ref, each.id, each.attempt, part, len(refs))
        for each in results
        for refs in (each.refs or (each.provider_ref,),)
        for part, ref in enumerate(refs, 1)
        if ref
    ]
    if not rows:
        return
    names = ("provider_ref", "message_id", "attempt", "part", "parts")
    given = bulk.arrays(
        "given",
        {
            name: (Submission.__table__.columns[name].type, values)
            for name, values in zip(names, zip(*rows, strict=True), strict=True)
        },
    )
    chosen = [given.c[name] for name in names]
    known = select(*chosen, literal(channel_id), literal(scopes.tenant_id()), literal(at))
    new = insert(Submission).from_select([*names, "channel_id", "tenant_id", "at"], known)
    db.session.execute(new.on_conflict_do_nothing())


def _move(
    results: Sequence[Result], to: State, outcome: str, basis: str, key: str, at: datetime, *, final: bool
) -> list[Tally]:
    if not results:
        return []
    columns = _columns(results) | {"code": (Text, [each.code for each in results])}
    return shift(to, outcome, basis, key, columns, answered_at=at, **({"done_at": at} if final else {}))


def _requeue(
    results: Sequence[Result], basis: str, key: str, at: datetime, *, at_once: bool = False, **alike: Any
) -> list[Tally]:
    """Back to the queue; the attempt that came to nothing is kept in the attempts table."""
    if not results:
        return []
    ids = [each.id for each in results]
    columns = _columns(results) | {
        "code": (Text, [each.code for each in results]),
        "due_at": (DateTime(True), [at if at_once else _rested(at, each.attempt - 1) for each in results]),
    }
    # The money stays held, as it does in doubt: the next attempt is paid by the same hold.
    tallies = shift(State.QUEUED, "in_doubt", basis, key, columns, answered_at=at, **alike)
    superseded = select(
        Message.id, Message.attempt, Message.channel_id, Message.provider_ref,
        literal(int(State.REJECTED), SmallInteger), Message.code, Message.submitted_at, Message.answered_at,
    ).where(Message.id.in_(ids), Message.state == State.QUEUED)  # fmt: skip
    db.session.execute(insert(Attempt).from_select(list(Attempt.__table__.columns.keys()), superseded))
    return tallies


def _put_back(results: Sequence[Result], basis: str, key: str) -> list[Tally]:
    """Back to the queue as if it had never been taken."""
    if not results:
        return []
    return shift(
        State.QUEUED, "in_doubt", basis, key, _columns(results),
        attempt=Message.attempt - 1, channel_id=None, submitted_at=None,
    )  # fmt: skip


def _rested(at: datetime, before: int) -> datetime:
    return at + timedelta(seconds=RESTS_S[min(before, len(RESTS_S) - 1)])
