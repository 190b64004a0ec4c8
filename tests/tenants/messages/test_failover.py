"""Receipts that send a message on another way, and those that must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from tenants import ledger, messages
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages import Answer, Incoming, Result
from tenants.messages.models import Attempt, Batch, Message
from tenants.routing.models import Channel
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import CREDIT_MICRO, PRICE_MICRO
from workers.jobs.messages import retry_messages

FIRST, SECOND = 900_001, 900_002


@pytest.fixture(autouse=True)
def two_channels(app: Flask) -> Iterator[None]:
    with scopes.platform(Reason.SWEEPS):
        for id, name in ((FIRST, "one"), (SECOND, "two")):
            row = {"id": id, "name": name, "kind": "simulator", "settings": {}, "created_at": now()}
            db.session.execute(insert(Channel).values(row))
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel))


def leave(run: arrange.Arranged, channel_id: int = FIRST, *, others: bool = True) -> list[messages.Picked]:
    """One slice leaves by a channel and is taken."""
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim is not None
    with scopes.tenant(run.tenant_id):
        signature_id = messages.writer(run.campaign_id, vault()).signature_id
        picked = messages.begin_slice(claim, channel_id, 100, signature_id, f"slice:{claim.lease}", others=others)
        db.session.commit()
        assert picked is not None
        taken = [Result(each.id, each.attempt, Answer.ACCEPTED, provider_ref=f"r{each.id}") for each in picked]
        messages.record(taken, channel_id=channel_id, basis="delivered", key=f"a:{claim.lease}", index_refs=False)
        messages.give_back(claim)
    return picked


def receipt(ground: Settings, run: arrange.Arranged, picked: messages.Picked, outcome: str, code: str) -> None:
    reference = messages.reference(ground.qunfa_secret, run.tenant_id, picked.id, picked.attempt)
    with scopes.platform(Reason.RECEIPTS):
        messages.store(FIRST, [Incoming("", reference, outcome, code, now())], ground.qunfa_secret)
    with scopes.tenant(run.tenant_id):
        messages.settle("delivered")


def retry(run: arrange.Arranged) -> None:
    retry_messages(run.tenant_id, run.campaign_id)


def test_a_message_another_way_may_bring_leaves_again_by_another_channel(ground: Settings) -> None:
    run = arrange.run(["000", "000"])
    lost, fine = leave(run)
    receipt(ground, run, lost, "undelivered", "carrier_unreachable")
    assert run.states() == {"accepted": 1, "queued": 1}
    assert run.balance().held == 2 * PRICE_MICRO, "the money stays held"
    retry(run)
    assert leave(run) == [], "not by the channel that just failed it"
    (again,) = leave(run, SECOND)
    assert (again.id, again.attempt) == (lost.id, 2)
    receipt(ground, run, again, "delivered", "")
    receipt(ground, run, lost, "delivered", "")
    receipt(ground, run, fine, "delivered", "")
    assert run.states() == {"delivered": 2}
    assert run.balance() == ledger.Balance(CREDIT_MICRO - 2 * PRICE_MICRO, 0)
    with scopes.tenant(run.tenant_id):
        attempt = db.session.scalars(select(Attempt)).one()
        story = messages.story(lost.id, vault())
    assert (attempt.channel_id, attempt.attempt, attempt.code) == (FIRST, 1, "carrier_unreachable")
    told = [(event.what, event.values.get("effect")) for event in story.events]
    assert ("receipt", "moved_on") in told and told[-1][0] == "receipt"
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


@pytest.mark.parametrize("code", ["absent", "number_invalid", "blocked", "content_rejected", "validity_expired"])
def test_what_no_channel_can_bring_ends(ground: Settings, code: str) -> None:
    run = arrange.run(["000"])
    receipt(ground, run, leave(run)[0], "undelivered", code)
    assert run.states() == {"undelivered": 1}


@pytest.mark.parametrize(("kind", "state"), [("marketing", "undelivered"), ("notice", "queued")])
def test_an_unknown_failure_is_worth_another_try_only_for_some_kinds(ground: Settings, kind: str, state: str) -> None:
    run = arrange.run(["000"], kind=kind)
    receipt(ground, run, leave(run)[0], "undelivered", "unknown_failure")
    assert run.states() == {state: 1}


def test_without_another_channel_it_ends(ground: Settings) -> None:
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Channel).where(Channel.id == SECOND).values(breaker="open"))
    run = arrange.run(["000"])
    receipt(ground, run, leave(run, others=False)[0], "undelivered", "carrier_unreachable")
    assert run.states() == {"undelivered": 1}


def test_what_is_in_doubt_ends_by_its_receipt_and_never_leaves_again(ground: Settings) -> None:
    run = arrange.run(["000"])
    (picked,) = leave(run)
    with scopes.tenant(run.tenant_id):
        db.session.execute(update(Message).values(state=int(messages.State.IN_DOUBT)))
        db.session.execute(update(messages.models.Run).values(accepted=0, in_doubt=1))
    receipt(ground, run, picked, "undelivered", "carrier_unreachable")
    assert run.states() == {"undelivered": 1}


def test_a_message_moves_on_a_bounded_number_of_times(ground: Settings) -> None:
    run = arrange.run(["000"])
    for turn in range(3):
        (picked,) = leave(run, (FIRST, SECOND)[turn % 2])
        receipt(ground, run, picked, "undelivered", "carrier_busy")
        retry(run)
    assert run.states() == {"undelivered": 1}


def test_what_is_too_old_never_leaves_again(ground: Settings) -> None:
    run = arrange.run(["000", "000"])
    first, second = leave(run)
    receipt(ground, run, first, "undelivered", "carrier_busy")
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).values(valid_until=now() - timedelta(seconds=1)))
    receipt(ground, run, second, "undelivered", "carrier_busy")
    assert run.states() == {"queued": 1, "undelivered": 1}, "the second came too late to move on"
    retry(run)
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim is not None and claim.overdue
    with scopes.tenant(run.tenant_id):
        assert messages.begin_slice(claim, SECOND, 10, 1, "late") == [], "nor within a claim that grew too old"
        messages.expire(run.campaign_id, claim.batch_no, "delivered")
    assert run.states() == {"expired": 1, "undelivered": 1}


def test_whoever_pays_for_what_is_taken_pays_once(ground: Settings) -> None:
    run = arrange.run(["000"], basis="submitted")
    for channel in (FIRST, SECOND):
        (picked,) = leave_paid(run, channel)
        if channel == FIRST:
            receipt(ground, run, picked, "undelivered", "carrier_busy")
            retry(run)
    assert run.balance() == ledger.Balance(CREDIT_MICRO - PRICE_MICRO, 0)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def leave_paid(run: arrange.Arranged, channel_id: int) -> list[messages.Picked]:
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim is not None
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, channel_id, 100, 1, f"slice:{claim.lease}", others=True) or []
        taken = [Result(each.id, each.attempt, Answer.ACCEPTED, provider_ref="r") for each in picked]
        messages.record(taken, channel_id=channel_id, basis="submitted", key=f"a:{claim.lease}", index_refs=False)
        messages.give_back(claim)
    return picked
