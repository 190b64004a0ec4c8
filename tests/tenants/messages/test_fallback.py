"""An RCS that goes as SMS: where it goes, what it costs, and that it happens once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tenants import campaigns, ledger, messages, resellers
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.ledger import checking
from tenants.ledger.models import Hold
from tenants.message_templates.models import Template, TemplateVersion
from tenants.message_templates.rich import Card, Rcs, Rich, to_json
from tenants.messages import Answer, Incoming, Result, State, fallback
from tenants.messages.models import Attempt, Batch, Message
from tests.tenants.campaigns import arrange
from workers.jobs import campaigns as jobs

SMS_MICRO, RCS_MICRO, MMS_MICRO = 45_000, 120_000, 240_000
LONG = "{name}，" + "桂花酒酿拿铁今日上市" * 8  # two parts
CARD = Rcs(cards=(Card("桂花拿铁", "{name}，今日上市"),), fallback=LONG)


def rich_ready(rich: Rich, people: int = 4, **columns: Any) -> arrange.Ready:
    """A business whose draft sends an MMS or RCS."""
    ready = arrange.ready(people, body=LONG, **columns)
    product = "rcs" if isinstance(rich, Rcs) else "mms"
    with scopes.platform(Reason.PAYMENTS):
        rules = [resellers.Rule("CN", SMS_MICRO), resellers.Rule("CN", RCS_MICRO, product="rcs")]
        resellers.publish([*rules, resellers.Rule("CN", MMS_MICRO, product="mms")])
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Template).values(product=product))
        body = rich.fallback if isinstance(rich, Rcs) else LONG
        db.session.execute(update(TemplateVersion).values(rich=to_json(rich), body=body))
    return ready


@pytest.fixture
def planned(app: Flask) -> Iterator[arrange.Ready]:
    """Four messages of RCS, one an operator, on their way out."""
    ready = rich_ready(CARD)
    ready.launch()
    jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    while ready.state() == "planning":
        jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    yield ready


def begun(ready: arrange.Ready) -> tuple[messages.Claim, list[messages.Picked]]:
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim is not None
    with scopes.tenant(ready.tenant_id):
        picked = messages.begin_slice(claim, 1, 100, 0, f"slice:{claim.lease}")
    assert picked
    return claim, picked


def answered(
    ready: arrange.Ready, claim: messages.Claim, picked: list[messages.Picked], answer: Answer, code: str = ""
) -> None:
    results = [Result(each.id, each.attempt, answer, f"ref{each.id}", code) for each in picked]
    with scopes.tenant(ready.tenant_id):
        messages.record(results, channel_id=1, basis="delivered", key=f"answers:{claim.lease}", index_refs=False)
        messages.give_back(claim)


def receipt(ready: arrange.Ready, picked: messages.Picked, outcome: str, code: str, basis: str = "delivered") -> None:
    secret = "a-secret-of-the-tests-only-" + "0" * 20
    reference = messages.reference(secret, ready.tenant_id, picked.id, picked.attempt)
    with scopes.platform(Reason.RECEIPTS):
        messages.store(1, [Incoming("", reference, outcome, code, None)], secret)
    with scopes.tenant(ready.tenant_id):
        messages.settle(basis)


def row(ready: arrange.Ready, id: int) -> Message:
    with scopes.tenant(ready.tenant_id):
        return db.session.scalars(select(Message).where(Message.id == id)).one()


def batches(ready: arrange.Ready, product: str) -> list[Batch]:
    with scopes.tenant(ready.tenant_id):
        return list(
            db.session.scalars(select(Batch).where(Batch.campaign_id == ready.campaign_id, Batch.product == product))
        )


def test_the_dearer_way_is_forecast_and_held_and_the_rest_comes_back(planned: arrange.Ready) -> None:
    assert RCS_MICRO > 2 * SMS_MICRO
    assert planned.balance().held == 4 * RCS_MICRO
    dearer = rich_ready(Rcs("{name}，你好", fallback=LONG * 2))
    with scopes.platform(Reason.PAYMENTS):
        resellers.publish([resellers.Rule("CN", SMS_MICRO), resellers.Rule("CN", 50_000, product="rcs")])
    assert dearer.preflight()["cost_micro"] == 4 * 3 * SMS_MICRO
    dearer.launch()
    jobs.plan_campaign(dearer.tenant_id, dearer.campaign_id)
    assert dearer.balance().held == 4 * 3 * SMS_MICRO


def test_a_refused_one_goes_as_sms_at_the_price_of_sms(planned: arrange.Ready) -> None:
    claim, picked = begun(planned)
    assert (claim.product, len(picked)) == ("rcs", 1)
    answered(planned, claim, picked, Answer.REFUSED, "carrier_unreachable")
    gone = row(planned, picked[0].id)
    assert (gone.state, gone.attempt, gone.batch_no, gone.segments, gone.unit_micro, gone.fallback_micro) == (
        State.QUEUED, 1, ~claim.batch_no, 2, SMS_MICRO, None,
    )  # fmt: skip
    made = batches(planned, "sms")
    assert [(each.batch_no, each.state, each.left, each.kind) for each in made] == [
        (~claim.batch_no, "ready", 1, "notice")
    ]
    with scopes.tenant(planned.tenant_id):
        assert db.session.scalars(select(Attempt.code)).all() == ["carrier_unreachable"]
    assert planned.progress().queued == 4


def test_the_sms_leaves_and_is_paid_and_the_reserve_returns(planned: arrange.Ready) -> None:
    for _ in range(4):
        answered(planned, *begun(planned), Answer.REFUSED, "carrier_unreachable")
    for _ in range(4):
        claim, picked = begun(planned)
        assert (claim.product, picked[0].attempt) == ("sms", 2)
        answered(planned, claim, picked, Answer.ACCEPTED)
        receipt(planned, picked[0], "delivered", "")
    jobs.finish_campaign(planned.tenant_id, planned.campaign_id)
    assert planned.state() == "finished"
    assert planned.balance() == ledger.Balance(arrange.CREDIT_MICRO - 4 * 2 * SMS_MICRO, 0)
    run = planned.progress()
    assert (run.delivered, run.held_micro, run.posted_micro) == (4, 0, 4 * 2 * SMS_MICRO)
    with scopes.platform(Reason.PAYMENTS):
        assert checking.verify() == []


def test_one_taken_back_undelivered_goes_as_sms(planned: arrange.Ready) -> None:
    claim, picked = begun(planned)
    answered(planned, claim, picked, Answer.ACCEPTED)
    receipt(planned, picked[0], "expired", "carrier_unreachable")
    assert row(planned, picked[0].id).batch_no == ~claim.batch_no
    assert (planned.progress().accepted, planned.progress().queued) == (0, 4)
    with scopes.tenant(planned.tenant_id):
        kept = db.session.scalars(select(Attempt)).one()
    assert (kept.attempt, kept.outcome, kept.provider_ref) == (1, State.UNDELIVERED, f"ref{picked[0].id}")


def test_it_happens_once(planned: arrange.Ready) -> None:
    claim, picked = begun(planned)
    answered(planned, claim, picked, Answer.REFUSED, "carrier_unreachable")
    with scopes.tenant(planned.tenant_id):
        db.session.execute(update(Batch).where(Batch.product == "rcs").values(state="held"))
    claim, picked = begun(planned)
    assert claim.product == "sms"
    answered(planned, claim, picked, Answer.REFUSED, "carrier_unreachable")
    assert row(planned, picked[0].id).state == State.REJECTED
    assert planned.progress().rejected == 1


@pytest.mark.parametrize("code", sorted(fallback.NOT_HELPED))
def test_who_wants_nothing_of_it_gets_no_sms_either(planned: arrange.Ready, code: str) -> None:
    claim, picked = begun(planned)
    answered(planned, claim, picked, Answer.REFUSED, code)
    assert row(planned, picked[0].id).state == State.REJECTED


def test_what_was_charged_by_submission_is_not_charged_again(app: Flask) -> None:
    ready = rich_ready(CARD, people=1, basis="submitted")
    ready.launch()
    jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    claim, picked = begun(ready)
    results = [Result(picked[0].id, 1, Answer.ACCEPTED, "r")]
    with scopes.tenant(ready.tenant_id):
        messages.record(results, channel_id=1, basis="submitted", key="k", index_refs=False)
        messages.give_back(claim)
    receipt(ready, picked[0], "undelivered", "absent", basis="submitted")
    claim, picked = begun(ready)
    assert claim.product == "sms"
    with scopes.tenant(ready.tenant_id):
        results = [Result(picked[0].id, 2, Answer.ACCEPTED, "s")]
        messages.record(results, channel_id=1, basis="submitted", key="l", index_refs=False)
        messages.give_back(claim)
    receipt(ready, picked[0], "delivered", "", basis="submitted")
    jobs.finish_campaign(ready.tenant_id, ready.campaign_id)
    assert ready.balance() == ledger.Balance(arrange.CREDIT_MICRO - RCS_MICRO, 0)


def test_one_without_a_fallback_text_ends_where_it_is(app: Flask) -> None:
    ready = rich_ready(Rcs("{name}，你好"), people=1)
    ready.launch()
    jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    claim, picked = begun(ready)
    answered(ready, claim, picked, Answer.REFUSED, "carrier_unreachable")
    assert row(ready, picked[0].id).state == State.REJECTED


def test_a_cancelled_campaign_gives_everything_back(planned: arrange.Ready) -> None:
    claim, picked = begun(planned)
    answered(planned, claim, picked, Answer.REFUSED, "carrier_unreachable")
    with scopes.tenant(planned.tenant_id):
        campaigns.cancel(planned.campaign_id)
    for _ in range(6):
        with scopes.tenant(planned.tenant_id):
            campaigns.cancel_some(planned.campaign_id)
    assert planned.balance() == ledger.Balance(arrange.CREDIT_MICRO, 0)
    with scopes.tenant(planned.tenant_id):
        assert db.session.scalars(select(Hold.remaining)).all() == [0]


def test_the_story_of_a_message_shows_what_was_sent(planned: arrange.Ready) -> None:
    claim, picked = begun(planned)
    with scopes.tenant(planned.tenant_id):
        assert messages.story(picked[0].id, vault()).text == "桂花拿铁\n陈晨，今日上市\n" + sms()
    answered(planned, claim, picked, Answer.REFUSED, "carrier_unreachable")
    with scopes.tenant(planned.tenant_id):
        assert messages.story(picked[0].id, vault()).text == sms()


def sms() -> str:
    return "【Acme】" + LONG.replace("{name}", "陈晨")
