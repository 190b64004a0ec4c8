"""Long messages: delivered when every part is, failed when one part is, however the receipts come."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from sqlalchemy import insert

from tenants import messages
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Answer, Incoming, Result
from tenants.messages.models import Submission
from tests.tenants.messages import arrange

CHANNEL = 77
_refs = itertools.count(1)


def accepted(parts: int) -> tuple[arrange.Arranged, list[str]]:
    """A run of one message that a channel accepted; the references of its parts."""
    run = arrange.run(["000"], segments=parts)
    refs = [f"part {next(_refs)}" for _ in range(parts)]
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, CHANNEL, 10, 1, f"slice:{refs[0]}")
        assert picked
        result = Result(picked[0].id, 1, Answer.ACCEPTED, refs[0], refs=tuple(refs))
        messages.record([result], channel_id=CHANNEL, basis="delivered", key=f"answers:{refs[0]}", index_refs=True)
    return run, refs


def tell(run: arrange.Arranged, *receipts: tuple[str, str]) -> None:
    """These receipts come in one set, and are settled."""
    with scopes.platform(Reason.RECEIPTS):
        messages.store(CHANNEL, [Incoming(ref, "", outcome, "", now()) for ref, outcome in receipts], "secret")
    with scopes.platform(Reason.RECEIPTS):
        messages.match_new()
    with scopes.tenant(run.tenant_id):
        messages.settle("delivered")


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
