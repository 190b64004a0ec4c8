"""What the carrier said at once, written down in one go: accepted, refused for good, to be tried again, or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, SmallInteger, Text, insert, literal, select, update

from tenants.core import bulk, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages.models import Attempt, Message, Submission
from tenants.messages.moving import Columns, Tally, book, shift
from tenants.messages.states import State

ATTEMPTS_MAX = 5


class Answer(StrEnum):
    """ACCEPTED: the carrier has it. REFUSED: it does not and never will. AGAIN: it does not, another try may help.
    DOUBT: nobody knows."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    AGAIN = "again"
    DOUBT = "doubt"


@dataclass(frozen=True)
class Result:
    """The answer for one message of a slice."""

    id: int
    attempt: int
    answer: Answer
    provider_ref: str = ""
    code: str = ""


def record(results: Sequence[Result], *, channel_id: int, basis: str, key: str, index_refs: bool) -> int:
    """Write the answers of one slice; how many messages are to be tried again. The tenant's scope.

    `index_refs`: the channel's receipts carry only the carrier's reference, so keep the way from it to the message.
    """
    at = now()
    results = [_exhausted(result) for result in results]
    by_answer = {answer: [each for each in results if each.answer is answer] for answer in Answer}
    tallies = _accept(by_answer[Answer.ACCEPTED], channel_id, basis, key, at, index_refs)
    tallies += _move(by_answer[Answer.REFUSED], State.REJECTED, "refused", basis, key, at, final=True)
    tallies += _move(by_answer[Answer.DOUBT], State.IN_DOUBT, "in_doubt", basis, key, at, final=False)
    tallies += _requeue(by_answer[Answer.AGAIN], basis, key, at)
    book(tallies, key)
    return len(by_answer[Answer.AGAIN])


def _exhausted(result: Result) -> Result:
    if result.answer is Answer.AGAIN and result.attempt >= ATTEMPTS_MAX:
        return Result(result.id, result.attempt, Answer.REFUSED, code=result.code)
    return result


def _accept(
    results: Sequence[Result], channel_id: int, basis: str, key: str, at: datetime, index_refs: bool
) -> list[Tally]:
    if not results:
        return []
    ids, refs = [each.id for each in results], [each.provider_ref for each in results]
    tallies = shift(
        State.ACCEPTED, "accepted", basis, key,
        {"id": (BigInteger, ids), "provider_ref": (Text, refs)}, answered_at=at,
    )  # fmt: skip
    if sum(tally.count for tally in tallies) < len(ids):
        _note_answer(ids, refs, at)
    if index_refs:
        bulk.insert_arrays(
            Submission.__table__,  # type: ignore[arg-type]
            {"provider_ref": refs, "message_id": ids, "attempt": [each.attempt for each in results]},
            channel_id=channel_id, tenant_id=scopes.tenant_id(), at=at,
        )  # fmt: skip
    return tallies


def _note_answer(ids: Sequence[int], refs: Sequence[str], at: datetime) -> None:
    """A receipt overtook the answer and ended the message already: keep the carrier's reference all the same."""
    given = bulk.arrays("given", {"id": (BigInteger, ids), "ref": (Text, refs)})
    db.session.execute(
        update(Message)
        .where(Message.id == given.c.id, Message.answered_at.is_(None))
        .values(provider_ref=given.c.ref, answered_at=at)
    )


def _move(
    results: Sequence[Result], to: State, outcome: str, basis: str, key: str, at: datetime, *, final: bool
) -> list[Tally]:
    if not results:
        return []
    columns: Columns = {
        "id": (BigInteger, [each.id for each in results]),
        "code": (Text, [each.code for each in results]),
    }
    return shift(to, outcome, basis, key, columns, answered_at=at, **({"done_at": at} if final else {}))


def _requeue(results: Sequence[Result], basis: str, key: str, at: datetime) -> list[Tally]:
    """Back to the queue; the attempt that came to nothing is kept in the attempts table."""
    if not results:
        return []
    ids = [each.id for each in results]
    columns: Columns = {
        "id": (BigInteger, ids),
        "code": (Text, [each.code for each in results]),
    }
    # The money stays held, as it does in doubt: the next attempt is paid by the same hold.
    tallies = shift(State.QUEUED, "in_doubt", basis, key, columns, answered_at=at)
    superseded = select(
        Message.id, Message.attempt, Message.channel_id, Message.provider_ref,
        literal(int(State.REJECTED), SmallInteger), Message.code, Message.submitted_at, Message.answered_at,
    ).where(Message.id.in_(ids), Message.state == State.QUEUED)  # fmt: skip
    db.session.execute(insert(Attempt).from_select(list(Attempt.__table__.columns.keys()), superseded))
    return tallies
