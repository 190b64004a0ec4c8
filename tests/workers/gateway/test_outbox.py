"""What the answers to the parts of a message come to, and which message is next."""

from __future__ import annotations

import pytest

from tenants.messages import Answer
from workers.channels import Accepted, Code, Doubtful, Refused, SendResult
from workers.gateway.outbox import NEVER_LEFT, Outbox, Parcel

YES, YES_TOO = Accepted("a"), Accepted("b")
NO, BUSY, CREDIT, DOUBT = (
    Refused(Code.NUMBER_INVALID, False), Refused(Code.THROTTLED, True), Refused(Code.CREDIT, True), Doubtful("lost"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("results", "answer", "code"),
    [
        ((YES,), Answer.ACCEPTED, ""),
        ((YES, YES_TOO), Answer.ACCEPTED, ""),
        ((NO,), Answer.REFUSED, "number_invalid"),
        ((CREDIT,), Answer.AGAIN, "carrier_credit"),
        ((CREDIT, CREDIT), Answer.AGAIN, "carrier_credit"),
        ((CREDIT, NO), Answer.REFUSED, "number_invalid"),
        ((BUSY,), Answer.LATER, "throttled"),
        ((NEVER_LEFT, NEVER_LEFT), Answer.LATER, ""),
        ((NEVER_LEFT, BUSY), Answer.LATER, "throttled"),
        ((YES, NO), Answer.REFUSED, "number_invalid"),
        ((YES, CREDIT), Answer.REFUSED, "carrier_credit"),
        ((YES, NEVER_LEFT), Answer.REFUSED, "not_tried"),
        ((DOUBT,), Answer.DOUBT, "answer_lost"),
        ((YES, DOUBT), Answer.DOUBT, "answer_lost"),
        ((NEVER_LEFT, DOUBT), Answer.DOUBT, "answer_lost"),
        ((NO, DOUBT), Answer.REFUSED, "number_invalid"),
    ],
)
def test_the_worst_part_decides(results: tuple[SendResult, ...], answer: Answer, code: str) -> None:
    parcel = Parcel(None, 7, 1, ("pdu",) * len(results), results=dict(enumerate(results)))
    told = parcel.result()
    assert (told.id, told.attempt, told.answer, told.code) == (7, 1, answer, code)
    if answer is Answer.ACCEPTED:
        assert told.provider_ref == "a"
        assert told.refs == ("a", "b")[: len(results)]


def test_the_references_of_parts_that_were_taken_are_kept() -> None:
    for last in (CREDIT, DOUBT):
        assert Parcel(None, 7, 1, ("pdu",) * 2, results={1: YES_TOO, 0: last}).result().refs == ("", "b")


def test_urgent_messages_are_next_and_what_is_put_back_before_them() -> None:
    outbox = Outbox()
    bulk, code, again = (Parcel(None, id, 1, ("x", "y"), urgent=id > 1) for id in (1, 2, 3))
    outbox.add(bulk)
    outbox.add(code)
    outbox.put_back(again)
    assert (outbox.before(True), outbox.before(False), len(outbox)) == (4, 6, 3)
    assert [outbox.take(), outbox.take(), outbox.take(), outbox.take()] == [again, code, bulk, None]
    assert outbox.before(False) == 0


def test_a_message_that_is_given_up_has_not_left() -> None:
    parcel = Parcel(None, 1, 1, ("x", "y"))
    parcel.unsent.popleft()
    parcel.results[0] = YES
    parcel.give_up()
    assert parcel.done and parcel.results[1] is NEVER_LEFT and not parcel.unsent
