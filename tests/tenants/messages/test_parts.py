"""Long messages: delivered when every part is, failed when one part is, however the receipts come."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from tenants import ledger, messages
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Answer, Incoming, Result
from tenants.messages.models import Receipt, Submission
from tenants.messages.parts import OTHERS_WAIT
from tenants.routing.models import Channel
from tests.tenants.messages import arrange

CHANNEL = 77
_refs = itertools.count(1)


def accepted(parts: int, *, taken: int | None = None, basis: str = "delivered") -> tuple[arrange.Arranged, list[str]]:
    """A run of one message of which a channel accepted all parts, or so many; the references of its parts."""
    run = arrange.run(["000"], segments=parts, basis=basis)
    refs = [f"part {next(_refs)}" for _ in range(parts)]
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, CHANNEL, 10, 1, f"slice:{refs[0]}")
        assert picked
        result = Result(picked[0].id, 1, Answer.ACCEPTED, refs[0], refs=tuple(refs))
        if taken is not None:
            known = tuple(refs[:taken]) + ("",) * (parts - taken)
            result = Result(picked[0].id, 1, Answer.REFUSED, code="carrier_credit", refs=known)
        messages.record([result], channel_id=CHANNEL, basis=basis, key=f"answers:{refs[0]}", index_refs=True)
    return run, refs


def tell(run: arrange.Arranged, *receipts: tuple[str, str] | tuple[str, str, str]) -> None:
    """These receipts (reference, outcome, code) come in one set, and are settled."""
    come_in = [Incoming(ref, "", outcome, code[0] if code else "", now()) for ref, outcome, *code in receipts]
    with scopes.platform(Reason.RECEIPTS):
        messages.store(CHANNEL, come_in, "secret")
    settle(run)


def settle(run: arrange.Arranged) -> None:
    with scopes.platform(Reason.RECEIPTS):
        messages.match_new()
    with scopes.tenant(run.tenant_id):
        messages.settle("delivered")


def come(run: arrange.Arranged) -> None:
    """What was put off is looked at again."""
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Receipt).values(next_at=now()))
    settle(run)


def test_a_message_is_delivered_with_its_last_part(app: Flask) -> None:
    run, refs = accepted(3)
    for ref in refs[1:]:
        tell(run, (ref, "delivered"))
        assert run.states() == {"accepted": 1}
    tell(run, (refs[1], "delivered"))
    assert run.states() == {"accepted": 1}, "the same part again is no other part"
    tell(run, (refs[0], "delivered"))
    assert run.states() == {"delivered": 1}
    assert run.progress().posted_micro == 3 * arrange.PRICE_MICRO


def test_all_parts_may_come_in_one_set(app: Flask) -> None:
    run, refs = accepted(3)
    tell(run, *[(ref, "delivered") for ref in refs])
    assert run.states() == {"delivered": 1}


@pytest.mark.parametrize("together", [True, False])
def test_one_part_that_fails_is_the_failure_of_the_message(app: Flask, together: bool) -> None:
    run, refs = accepted(2)
    receipts = [(refs[0], "delivered"), (refs[1], "undelivered")]
    for chunk in [receipts] if together else [[each] for each in receipts]:
        tell(run, *chunk)
    assert run.states() == {"undelivered": 1}


def test_a_reference_that_is_known_already_is_left_as_it_is(app: Flask) -> None:
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(
            insert(Submission).values(
                channel_id=CHANNEL, provider_ref="part 0", tenant_id=1, message_id=1, attempt=1, at=now()
            )
        )
    run = arrange.run(["000"])
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, CHANNEL, 10, 1, "slice:known")
        assert picked
        result = Result(picked[0].id, 1, Answer.ACCEPTED, "part 0")
        messages.record([result], channel_id=CHANNEL, basis="delivered", key="answers:known", index_refs=True)
    assert run.states() == {"accepted": 1}


def test_what_never_left_is_as_it_was(app: Flask) -> None:
    run = arrange.run(["000"])
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim
    for number in range(2):
        with scopes.tenant(run.tenant_id):
            picked = messages.begin_slice(claim, CHANNEL, 10, 1, f"slice:{number}")
            assert picked and picked[0].attempt == 1
            result = Result(picked[0].id, 1, Answer.LATER)
            messages.record([result], channel_id=CHANNEL, basis="delivered", key=f"later:{number}", index_refs=True)
        assert run.states() == {"queued": 1}


@pytest.fixture
def another(app: Flask) -> Iterator[None]:
    """A channel everything may leave by."""
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(insert(Channel).values(name="other", kind="simulator", settings={}, created_at=now()))
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel))


UNREACHED = "carrier_unreachable"


@pytest.mark.parametrize("together", [True, False])
def test_a_message_leaves_again_when_all_its_parts_have_failed(another: None, together: bool) -> None:
    run, refs = accepted(2)
    receipts = [(ref, "undelivered", UNREACHED) for ref in refs]
    for chunk in [receipts] if together else [[each] for each in receipts]:
        assert run.states() == {"accepted": 1}
        tell(run, *chunk)
    assert run.states() == {"queued": 1}
    come(run)
    assert run.states() == {"queued": 1}, "what is looked at again is of an attempt that is over"


@pytest.mark.parametrize("first", ["delivered", "undelivered"])
def test_a_message_of_which_a_part_arrived_never_leaves_again(another: None, first: str) -> None:
    run, refs = accepted(3)
    receipts = [(refs[0], "delivered", ""), (refs[1], "undelivered", UNREACHED)]
    for each in receipts if first == "delivered" else reversed(receipts):
        tell(run, each)
        come(run)
    assert run.states() == {"undelivered": 1}
    tell(run, (refs[2], "undelivered", UNREACHED))
    assert run.states() == {"undelivered": 1}


def test_a_failed_part_waits_for_the_others_and_not_for_ever(another: None) -> None:
    run, refs = accepted(2)
    tell(run, (refs[0], "undelivered", UNREACHED))
    come(run)
    assert run.states() == {"accepted": 1}
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Receipt).values(received_at=now() - OTHERS_WAIT))
    come(run)
    assert run.states() == {"undelivered": 1}, "the other may have arrived: nobody reads it twice"
    assert run.balance().held == 0


def test_a_part_that_no_other_way_would_help_ends_the_message_at_once(another: None) -> None:
    run, refs = accepted(2)
    tell(run, (refs[0], "undelivered", "absent"))
    assert run.states() == {"undelivered": 1}


@pytest.mark.parametrize("basis", ["delivered", "submitted"])
def test_a_message_that_was_taken_in_part_is_refused_costs_nothing_and_its_receipts_are_known(
    another: None, basis: str
) -> None:
    run, refs = accepted(2, taken=1, basis=basis)
    assert run.states() == {"rejected": 1}
    assert run.balance() == ledger.Balance(arrange.CREDIT_MICRO, 0)
    tell(run, (refs[0], "delivered"))
    assert run.states() == {"rejected": 1}
    with scopes.platform(Reason.SWEEPS):
        mine = select(Receipt.state, Receipt.part, Receipt.parts).where(Receipt.provider_ref == refs[0])
        assert [tuple(row) for row in db.session.execute(mine)] == [("settled", 1, 2)]
