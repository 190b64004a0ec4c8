"""When an RCS is taken back, who is asked for, and what an answer, or none, leads to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tenants import messages
from tenants.accounts.models import Tenant
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Answer, Claim, Incoming, Picked, Result, State, revoking
from tenants.messages.models import Batch, Message, Run
from tests.conftest import SECRET
from tests.tenants.campaigns import arrange
from tests.tenants.messages.test_fallback import CARD, batches, begun, receipt, rich_ready, row
from workers.jobs import campaigns as jobs

PATIENCE_S = 600.0
MOMENT = timedelta(seconds=5)


@pytest.fixture
def ready(app: Flask) -> Iterator[arrange.Ready]:
    """Four messages of RCS, one an operator, on their way out."""
    made = rich_ready(CARD)
    made.launch()
    jobs.plan_campaign(made.tenant_id, made.campaign_id)
    while made.state() == "planning":
        jobs.plan_campaign(made.tenant_id, made.campaign_id)
    yield made


def sent(ready: arrange.Ready, patience_s: float = PATIENCE_S, ref: str = "ref") -> tuple[Claim, Picked]:
    """One message the carrier took."""
    claim, picked = begun(ready)
    with scopes.tenant(ready.tenant_id):
        revoke_at = revoking.plan(claim, patience_s)
        messages.record(
            [Result(each.id, each.attempt, Answer.ACCEPTED, ref) for each in picked], channel_id=1, basis="delivered",
            key=f"answers:{claim.lease}", index_refs=False, revoke_at=revoke_at,
        )  # fmt: skip
        messages.give_back(claim)
    return claim, picked[0]


def later(ready: arrange.Ready, by: timedelta) -> None:
    """Let time pass for what was sent."""
    passed = {name: getattr(Message, name) - by for name in ("due_at", "answered_at")}
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Message).where(Message.state == State.ACCEPTED).values(passed))
        db.session.execute(update(Batch).values(revoke_at=Batch.revoke_at - by))


def due(ready: arrange.Ready, claim: Claim) -> list[int]:
    with scopes.tenant(ready.tenant_id):
        return [each.id for each in revoking.due(ready.campaign_id, claim.batch_no)]


def revoke_at(ready: arrange.Ready, claim: Claim, *, anew: bool = True) -> datetime | None:
    with scopes.tenant(ready.tenant_id):
        if anew:
            revoking.rest(ready.campaign_id, claim.batch_no)
        return db.session.scalars(select(Batch.revoke_at).where(Batch.id == claim.id)).one()


def change(ready: arrange.Ready, claim: Claim, **values: Any) -> None:
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Batch).where(Batch.id == claim.id).values(values))


def flow(ready: arrange.Ready, word: str) -> None:
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Run).values(flow=word))


def asked(ready: arrange.Ready, claim: Claim, *, answered: bool) -> None:
    with scopes.tenant(ready.tenant_id):
        wanted = revoking.due(ready.campaign_id, claim.batch_no)
        assert wanted
        revoking.answered(wanted, [] if answered else wanted)


def test_it_is_asked_back_when_the_patience_of_its_channel_is_over(ready: arrange.Ready) -> None:
    claim, picked = sent(ready)
    expected = now() + timedelta(seconds=PATIENCE_S)
    assert abs((row(ready, picked.id).due_at or now()) - expected) < MOMENT
    assert abs((revoke_at(ready, claim) or now()) - expected) < MOMENT
    assert due(ready, claim) == []
    later(ready, timedelta(seconds=PATIENCE_S))
    assert due(ready, claim) == [picked.id]


def test_half_of_a_short_life_is_left_for_the_sms(ready: arrange.Ready) -> None:
    claim, _ = begun(ready)
    change(ready, claim, valid_until=now() + timedelta(minutes=5))
    with scopes.tenant(ready.tenant_id):
        planned = revoking.plan(claim, PATIENCE_S)
    assert planned is not None
    assert abs(planned - now() - timedelta(minutes=2.5)) < MOMENT


def test_the_first_of_several_slices_says_when_to_look(ready: arrange.Ready) -> None:
    claim, _ = begun(ready)
    with scopes.tenant(ready.tenant_id):
        first, second = revoking.plan(claim, 60.0), revoking.plan(claim, PATIENCE_S)
    assert first is not None and second is not None and first < second
    assert revoke_at(ready, claim, anew=False) == first


def test_what_leaves_by_a_channel_without_patience_is_never_taken_back(ready: arrange.Ready) -> None:
    claim, picked = begun(ready)
    with scopes.tenant(ready.tenant_id):
        messages.record(
            [Result(picked[0].id, 1, Answer.ACCEPTED, "r")], channel_id=1, basis="delivered", key="k", index_refs=False
        )
        messages.give_back(claim)
    assert (row(ready, picked[0].id).due_at, revoke_at(ready, claim)) == (None, None)


@pytest.mark.parametrize(
    "change_of",
    [
        {"state": int(State.IN_DOUBT)},
        {"state": int(State.DELIVERED)},
        {"fallback_micro": None},
        {"provider_ref": None},
        {"due_at": None},
    ],
    ids=str,
)
def test_only_what_the_carrier_has_and_could_go_as_sms_is_asked_back(
    ready: arrange.Ready, change_of: dict[str, Any]
) -> None:
    claim, picked = sent(ready, 0.0)
    assert due(ready, claim) == [picked.id]
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Message).where(Message.id == picked.id).values(change_of))
    assert due(ready, claim) == []
    assert revoke_at(ready, claim) is None, "and nobody looks any more"


def test_nothing_is_taken_back_that_could_not_leave_as_sms_any_more(ready: arrange.Ready) -> None:
    claim, _ = sent(ready, 0.0)
    change(ready, claim, valid_until=now() - MOMENT)
    assert due(ready, claim) == []
    assert revoke_at(ready, claim) is None


def test_a_paused_campaign_takes_nothing_back_until_it_goes_on_and_a_cancelled_one_never(ready: arrange.Ready) -> None:
    claim, picked = sent(ready, 0.0)
    flow(ready, "paused")
    assert due(ready, claim) == []
    at = revoke_at(ready, claim)
    assert at is not None and at > now() + revoking.PAUSED - MOMENT
    flow(ready, "open")
    assert due(ready, claim) == [picked.id]
    flow(ready, "stopped")
    assert due(ready, claim) == []
    assert revoke_at(ready, claim) is None


def test_who_was_answered_for_is_not_asked_for_again(ready: arrange.Ready) -> None:
    claim, picked = sent(ready, 0.0)
    asked(ready, claim, answered=True)
    assert due(ready, claim) == []
    assert (row(ready, picked.id).due_at, revoke_at(ready, claim)) == (None, None)


def test_where_no_answer_came_it_is_asked_again_ever_more_seldom_for_a_day(ready: arrange.Ready) -> None:
    claim, picked = sent(ready, 0.0)
    asked(ready, claim, answered=False)
    assert abs((row(ready, picked.id).due_at or now()) - now() - timedelta(minutes=1)) < MOMENT
    rests = []
    for _ in range(30):
        wait = (row(ready, picked.id).due_at or now()) - now()
        later(ready, wait)
        asked(ready, claim, answered=False)
        if row(ready, picked.id).due_at is None:
            break
        rests.append(round(wait.total_seconds()))
    assert row(ready, picked.id).due_at is None, "given up"
    assert rests == sorted(rests) and 5 < len(rests) < 25 and sum(rests) < 25 * 3_600
    assert row(ready, picked.id).state == State.ACCEPTED, "only its receipt, or time, ends it"


def test_a_batch_is_given_out_once_until_its_time_is_over(ready: arrange.Ready) -> None:
    claim, _ = sent(ready, 0.0)
    key = (ready.tenant_id, ready.campaign_id, claim.batch_no)
    with scopes.platform(Reason.SWEEPS):
        assert revoking.batches_due(10) == [key]
    with scopes.platform(Reason.SWEEPS):
        assert revoking.batches_due(10) == [], "somebody is at it"
    change(ready, claim, revoke_at=func.now())
    with scopes.platform(Reason.SWEEPS):
        assert revoking.batches_due(0) == []
        assert revoking.batches_due(10) == [key], "he died"


def test_a_business_that_is_stopped_keeps_what_it_sent(ready: arrange.Ready) -> None:
    sent(ready, 0.0)
    with scopes.platform(Reason.PAYMENTS):
        db.session.execute(update(Tenant).where(Tenant.id == ready.tenant_id).values(state="suspended"))
    with scopes.platform(Reason.SWEEPS):
        assert revoking.batches_due(10) == []


def test_the_sms_does_not_wait_for_the_time_of_the_taking_back(ready: arrange.Ready) -> None:
    claim, picked = sent(ready)
    receipt(ready, picked, "expired", "taken_back")
    gone = row(ready, picked.id)
    assert (gone.state, gone.batch_no, gone.due_at) == (State.QUEUED, ~claim.batch_no, None)
    assert [each.state for each in batches(ready, "sms")] == ["ready"]


def test_a_receipt_that_overtook_the_answer_leaves_it_to_be_taken_back(ready: arrange.Ready) -> None:
    claim, picked = begun(ready)
    receipt(ready, picked[0], "accepted", "")
    results = [Result(picked[0].id, 1, Answer.ACCEPTED, "r")]
    with scopes.tenant(ready.tenant_id):
        at = revoking.plan(claim, 0.0)
        messages.record(results, channel_id=1, basis="delivered", key="k", index_refs=False, revoke_at=at)
        messages.give_back(claim)
    assert due(ready, claim) == [picked[0].id]


def test_what_was_delivered_before_it_was_taken_back_stays_delivered(ready: arrange.Ready) -> None:
    _, picked = sent(ready, 0.0)
    reference = messages.reference(SECRET, ready.tenant_id, picked.id, picked.attempt)
    told = [("delivered", ""), ("expired", "taken_back")]
    with scopes.platform(Reason.RECEIPTS):
        messages.store(1, [Incoming("", reference, outcome, code, None) for outcome, code in told], SECRET)
    with scopes.tenant(ready.tenant_id):
        messages.settle("delivered")
    assert row(ready, picked.id).state == State.DELIVERED
    assert batches(ready, "sms") == []


def test_a_delivery_told_of_before_the_sms_leaves_keeps_it_from_leaving(ready: arrange.Ready) -> None:
    _, picked = sent(ready, 0.0)
    receipt(ready, picked, "expired", "taken_back")
    receipt(ready, picked, "delivered", "")
    assert (row(ready, picked.id).state, row(ready, picked.id).attempt) == (State.DELIVERED, 1)
    assert (ready.progress().delivered, ready.progress().queued) == (1, 3)
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Batch).where(Batch.product == "rcs").values(state="held"))
    with scopes.platform(Reason.DISPATCH):
        again = messages.claim("bulk")
    assert again is not None and again.product == "sms"
    with scopes.tenant(ready.tenant_id):
        assert messages.begin_slice(again, 1, 100, 0, "k") == []
        messages.give_back(again)
        assert [each.state for each in db.session.scalars(select(Batch).where(Batch.product == "sms"))] == ["sent"]
        events = messages.story(picked.id, vault()).events
    effects = [(each.values["outcome"], each.values["effect"]) for each in events if each.what == "receipt"]
    assert effects == [("expired", "taken_back"), ("delivered", "final")]


def test_a_delivery_told_of_after_the_sms_left_changes_nothing_and_is_shown(ready: arrange.Ready) -> None:
    _, picked = sent(ready, 0.0)
    receipt(ready, picked, "expired", "taken_back")
    receipt(ready, picked, "expired", "taken_back")
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Batch).where(Batch.product == "rcs").values(state="held"))
    claim, again = begun(ready)
    assert (claim.product, again[0].attempt, claim.left) == ("sms", 2, 1)
    receipt(ready, picked, "delivered", "")
    assert (row(ready, picked.id).state, row(ready, picked.id).attempt) == (State.SUBMITTING, 2)
    with scopes.tenant(ready.tenant_id):
        events = messages.story(picked.id, vault()).events
    effects = [(each.values["outcome"], each.values["effect"]) for each in events if each.what == "receipt"]
    assert effects == [("expired", "taken_back"), ("expired", "old_attempt"), ("delivered", "old_attempt")]
