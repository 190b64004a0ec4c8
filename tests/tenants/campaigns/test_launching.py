"""From draft to the last receipt through the domain's doors: checked, launched once, planned, paused, cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import insert, select, update

from tenants import campaigns, ledger, moderation, quotas
from tenants.accounts.vaults import vault
from tenants.campaigns import planning
from tenants.contacts.models import Contact
from tenants.core import scopes
from tenants.core.agenda import Task
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, NotEnoughCredit, QuotaReached, WrongState
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.messages.models import Message
from tenants.optouts.models import OptOut
from tests import factories, pipeline
from tests.tenants.campaigns import arrange
from tests.tenants.campaigns.arrange import CREDIT_MICRO, PRICE_MICRO
from tests.workers.simulators.processes import wait_for
from workers.jobs.campaigns import cancel_campaign, finish_campaign, plan_campaign
from workers.jobs.messages import send_batch
from workers.jobs.receipts import settle_receipts


@pytest.fixture
def line(app: Flask, tmp_path: Path) -> Iterator[pipeline.Line]:
    with pipeline.line(app, tmp_path) as made:
        yield made


def test_a_campaign_goes_from_draft_to_its_last_receipt(line: pipeline.Line, trail: Callable[[], set[str]]) -> None:
    ready = arrange.ready(40)
    forecast = ready.preflight()
    assert (forecast["people"], forecast["parts"], forecast["cost_micro"]) == (40, 40, 40 * PRICE_MICRO)
    assert {group["operator"]: group["people"] for group in forecast["groups"]} == dict.fromkeys(arrange.OPERATORS, 10)
    ready.launch()
    pipeline.until(lambda: ready.state() == "finished")
    assert ready.progress().delivered == 40
    assert ready.balance() == ledger.Balance(CREDIT_MICRO - forecast["cost_micro"], 0), "the forecast was the price"
    assert line.carrier.entries("submit")[0]["text"].startswith("【Acme】陈晨，您好")
    assert trail() >= {"campaign.launch"}


def test_launch_pressed_from_ten_sides_launches_once(app: Flask) -> None:
    ready = arrange.ready(10)
    ready.preflight()
    failures: list[Exception] = []

    def press() -> None:
        try:
            with app.app_context(), scopes.tenant(ready.tenant_id):
                campaigns.launch(ready.campaign_id, by=ready.owner_id)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shall see it
            failures.append(error)

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for _ in range(3):
        plan_campaign(ready.tenant_id, ready.campaign_id)
    assert ready.progress().total == 10
    assert ready.balance().held == 10 * PRICE_MICRO


def test_who_opted_out_is_left_out_at_planning_and_again_in_the_claim(line: pipeline.Line) -> None:
    ready = arrange.ready(10)
    with scopes.tenant(ready.tenant_id):
        first, second = db.session.scalars(select(Contact).order_by(Contact.id).limit(2)).all()
        _opt_out(first.phone_index)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    assert ready.progress().total == 9
    with scopes.tenant(ready.tenant_id):
        _opt_out(second.phone_index)
    pipeline.until(lambda: ready.state() == "finished")
    assert (ready.progress().delivered, ready.progress().opted_out) == (8, 1)
    assert ready.balance() == ledger.Balance(CREDIT_MICRO - 8 * PRICE_MICRO, 0)
    with scopes.tenant(ready.tenant_id):
        assert campaigns.get(ready.campaign_id).skipped == {"opted_out": 1}


def test_a_code_reaches_who_opted_out_as_was_forecast(line: pipeline.Line) -> None:
    ready = arrange.ready(3, kind="verification", body="验证码{code}，五分钟内有效")
    with scopes.tenant(ready.tenant_id):
        for person in db.session.scalars(select(Contact)):
            _opt_out(person.phone_index)
        campaign = campaigns.get(ready.campaign_id)
        campaigns.save(ready.campaign_id, campaigns.Draft(
            name="Codes", signature_id=campaign.signature_id, template_id=campaign.template_id,
            version=campaign.version, audience=campaign.audience, bindings={"code": {"value": "4829"}},
        ))  # fmt: skip
    assert ready.preflight()["people"] == 3
    ready.launch()
    pipeline.until(lambda: ready.state() == "finished")
    assert (ready.progress().delivered, ready.progress().opted_out) == (3, 0)


def _opt_out(phone_index: bytes) -> None:
    sealed = vault().seal("optouts", phone_index, "")
    db.session.execute(
        insert(OptOut).values(phone_index=phone_index, signature_id=0, sealed=sealed, source="page", created_at=now())
    )


def test_launching_without_enough_money_says_how_much_is_missing(app: Flask) -> None:
    ready = arrange.ready(10, credit_micro=PRICE_MICRO)
    with pytest.raises(NotEnoughCredit) as refused:
        ready.launch()
    assert refused.value.values == {"missing_micro": 9 * PRICE_MICRO}
    assert ready.state() == "draft"


def test_money_spent_since_the_launch_leaves_the_campaign_unfunded_and_resumable(line: pipeline.Line) -> None:
    ready = arrange.ready(10)
    ready.launch()
    with scopes.tenant(ready.tenant_id):
        ledger.hold(f"elsewhere:{ready.tenant_id}", ready.tenant_id, CREDIT_MICRO - PRICE_MICRO, ref=("test", 1))
    plan_campaign(ready.tenant_id, ready.campaign_id)
    assert (ready.state(), ready.progress().total) == ("unfunded", 0)
    factories.credit(ready.tenant_id, 100 * PRICE_MICRO)
    with scopes.tenant(ready.tenant_id):
        campaigns.resume(ready.campaign_id)
    pipeline.until(lambda: ready.state() == "finished")
    assert ready.progress().delivered == 10


def test_a_trial_business_cannot_launch_beyond_its_daily_parts(app: Flask) -> None:
    ready = arrange.ready(101, state="trial")
    with pytest.raises(QuotaReached):
        ready.launch()
    assert ready.state() == "draft"


def test_a_changed_draft_must_be_checked_again(app: Flask) -> None:
    ready = arrange.ready(5)
    ready.preflight()
    with scopes.tenant(ready.tenant_id):
        campaign = campaigns.get(ready.campaign_id)
        draft = campaigns.Draft(
            name="Other", signature_id=campaign.signature_id, template_id=campaign.template_id,
            version=campaign.version, audience=campaign.audience, bindings={"name": {"value": "朋友"}},
        )  # fmt: skip
        campaigns.save(ready.campaign_id, draft)
    with pytest.raises(WrongState, match="forecast_stale"), scopes.tenant(ready.tenant_id):
        campaigns.launch(ready.campaign_id, by=ready.owner_id)


def test_a_number_that_was_not_seen_is_not_confirmed(app: Flask) -> None:
    ready = arrange.ready(5)
    ready.preflight()
    with pytest.raises(WrongState), scopes.tenant(ready.tenant_id):
        campaigns.launch(ready.campaign_id, by=ready.owner_id, people=4)


def test_a_value_that_breaks_its_type_leaves_the_person_out_with_a_reason(app: Flask) -> None:
    ready = arrange.ready(5, body="{name}您好，请查收")
    with scopes.tenant(ready.tenant_id):
        campaign = campaigns.get(ready.campaign_id)
        campaigns.save(ready.campaign_id, campaigns.Draft(
            name="Other", signature_id=campaign.signature_id, template_id=campaign.template_id,
            version=campaign.version, audience=campaign.audience, bindings={"name": {"value": ""}},
        ))  # fmt: skip
    forecast = ready.preflight()
    assert (forecast["people"], forecast["skipped"]) == (0, {"value_missing": 5})
    with pytest.raises(Invalid) as refused:
        ready.launch()
    assert refused.value.fields == {"audience": "audience_empty"}


def test_who_lives_where_nothing_has_a_price_is_left_out_and_never_sent_for_nothing(app: Flask) -> None:
    ready = arrange.ready(5)
    with scopes.tenant(ready.tenant_id):
        two = select(Contact.id).order_by(Contact.id).limit(2).scalar_subquery()
        db.session.execute(update(Contact).where(Contact.id.in_(two)).values(country="FR", operator="other"))
    forecast = ready.preflight()
    assert (forecast["people"], forecast["skipped"]) == (3, {"no_price": 2})
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    assert (ready.progress().total, ready.balance().held) == (3, 3 * PRICE_MICRO)


def test_a_scheduled_campaign_waits_for_its_hour_and_is_found_by_the_sweep(line: pipeline.Line) -> None:
    ready = arrange.ready(5)
    with scopes.tenant(ready.tenant_id):
        campaign = campaigns.get(ready.campaign_id)
        campaigns.save(ready.campaign_id, campaigns.Draft(
            name="Later", signature_id=campaign.signature_id, template_id=campaign.template_id,
            version=campaign.version, audience=campaign.audience, bindings=campaign.bindings,
            scheduled_at=now() + timedelta(seconds=1.5),
        ))  # fmt: skip
    ready.launch()
    assert ready.state() == "scheduled"
    pipeline.work_off()
    assert ready.progress().total == 0
    pipeline.until(lambda: ready.state() == "finished")
    assert ready.progress().delivered == 5


def test_cancelling_gives_back_everything_that_did_not_leave(line: pipeline.Line) -> None:
    ready = arrange.ready(30)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    with scopes.tenant(ready.tenant_id):
        campaigns.cancel(ready.campaign_id)
    cancel_campaign(ready.tenant_id, ready.campaign_id)
    pipeline.work_off()
    assert ready.state() == "cancelled"
    assert (ready.progress().cancelled, ready.balance()) == (30, ledger.Balance(CREDIT_MICRO, 0))
    assert line.taken() == []


def test_what_was_cancelled_may_be_sent_on_the_same_day(app: Flask) -> None:
    ready = arrange.ready(30, state="trial")
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    with scopes.tenant(ready.tenant_id):
        assert quotas.left() == quotas.TRIAL_PARTS_A_DAY - 30
        campaigns.cancel(ready.campaign_id)
    cancel_campaign(ready.tenant_id, ready.campaign_id)
    with scopes.tenant(ready.tenant_id):
        assert quotas.left() == quotas.TRIAL_PARTS_A_DAY


def test_a_pause_keeps_the_rest_and_a_resume_sends_it(line: pipeline.Line) -> None:
    ready = arrange.ready(30)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    with scopes.tenant(ready.tenant_id):
        campaigns.pause(ready.campaign_id)
    pipeline.work_off()
    assert (ready.state(), line.taken()) == ("paused", [])
    with scopes.tenant(ready.tenant_id):
        campaigns.resume(ready.campaign_id)
    pipeline.until(lambda: ready.state() == "finished")
    assert ready.progress().delivered == 30


def test_words_that_block_stop_the_launch_and_words_to_review_ask_staff(app: Flask) -> None:
    with scopes.platform(Reason.STAFF):
        for word, level in (("斗牛测试甲", "block"), ("斗牛测试乙", "review")):
            moderation.words.add([word], level, "test", by=None)
    blocked = arrange.ready(3, body="斗牛测试甲，敬请光临本店")
    with pytest.raises(ContentRefused):
        blocked.launch()
    asked = arrange.ready(3, body="斗牛测试乙，敬请光临本店")
    asked.launch()
    assert asked.state() == "in_review"
    with scopes.tenant(asked.tenant_id):
        campaigns.decide(asked.campaign_id, True, "", asked.owner_id)
    assert asked.state() == "queued"


def test_a_campaign_is_planned_in_chunks_and_a_second_planner_changes_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK", 10)
    ready = arrange.ready(35)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    plan_campaign(ready.tenant_id, ready.campaign_id)
    with scopes.tenant(ready.tenant_id):
        assert campaigns.get(ready.campaign_id).chunks_n == 4
        assert len(db.session.scalars(select(Message.id)).all()) == 35
    assert ready.state() == "sending"
    assert ready.balance().held == 35 * PRICE_MICRO


def _deliver(ready: arrange.Ready, line: pipeline.Line) -> None:
    """Everything leaves and is settled, and of the bells that follow none is heard."""
    while ready.progress().queued:
        send_batch()
    wait_for(lambda: len(line.carrier.entries("receipt")) >= ready.progress().total)
    wait_for(_settled_all(ready))
    redis.Redis.from_url(current_app.config["SETTINGS"].redis_url).flushall()


def _settled_all(ready: arrange.Ready) -> Callable[[], bool]:
    def look() -> bool:
        settle_receipts()
        return ready.progress().open == 0

    return look


def test_a_campaign_is_finished_though_the_bell_of_its_last_receipt_was_lost(line: pipeline.Line) -> None:
    ready = arrange.ready(8)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    _deliver(ready, line)
    assert ready.state() == "sending"
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Task).values(due_at=now()))
    pipeline.until(lambda: ready.state() == "finished")
    with scopes.platform(Reason.SWEEPS):
        assert db.session.scalars(select(Task)).all() == [], "nothing is asked for any more"


def test_a_campaign_whose_last_receipt_comes_in_a_pause_is_finished(line: pipeline.Line) -> None:
    ready = arrange.ready(8)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    while ready.progress().queued:
        send_batch()
    with scopes.tenant(ready.tenant_id):
        campaigns.pause(ready.campaign_id)
    pipeline.until(lambda: ready.state() == "finished")
    assert ready.progress().delivered == 8


def test_finish_campaign_waits_for_the_last_receipt(app: Flask) -> None:
    ready = arrange.ready(3)
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    finish_campaign(ready.tenant_id, ready.campaign_id)
    assert ready.state() == "sending"
    assert str(Job.PREFLIGHT_CAMPAIGN) == "preflight_campaign"


def test_a_decision_may_be_said_twice_and_a_cancelled_campaign_leaves_the_queue(app: Flask) -> None:
    with scopes.platform(Reason.STAFF):
        moderation.words.add(["斗牛测试丙"], "review", "test", by=None)
    approved, cancelled = (arrange.ready(3, body="斗牛测试丙，敬请光临本店") for _ in range(2))
    approved.launch()
    cancelled.launch()
    with scopes.tenant(approved.tenant_id):
        campaigns.decide(approved.campaign_id, True, "", approved.owner_id)
        campaigns.decide(approved.campaign_id, True, "", approved.owner_id)
    with scopes.tenant(cancelled.tenant_id):
        campaigns.cancel(cancelled.campaign_id)
    cancel_campaign(cancelled.tenant_id, cancelled.campaign_id)
    assert (approved.state(), cancelled.state()) == ("queued", "cancelled")
    with pytest.raises(WrongState), scopes.tenant(cancelled.tenant_id):
        campaigns.decide(cancelled.campaign_id, True, "", cancelled.owner_id)
    with scopes.platform(Reason.STAFF):
        assert [item.review.tenant_id for item in moderation.queue("campaign")] == [approved.tenant_id]


def test_neither_forecast_nor_queue_hold_what_somebody_will_read(app: Flask, owner: sa.Engine) -> None:
    with scopes.platform(Reason.STAFF):
        moderation.words.add(["斗牛测试丁"], "review", "test", by=None)
    ready = arrange.ready(3, body="{name}，斗牛测试丁，敬请光临本店")
    ready.launch()
    with scopes.tenant(ready.tenant_id):
        read = campaigns.preflight.sample(campaigns.get(ready.campaign_id))
    name = read.partition("】")[2].partition("，")[0]
    assert len(name) >= 2
    with owner.connect() as connection:
        for query in (
            f"SELECT preflight::text FROM t_{ready.tenant_id}.campaigns",
            "SELECT shown::text FROM shared.reviews",
        ):
            kept = connection.exec_driver_sql(query).scalars().all()
            assert kept and not [each for each in kept if name in each]
    with scopes.platform(Reason.STAFF):
        [waiting] = [each for each in moderation.queue() if each.review.tenant_id == ready.tenant_id]
        assert "{name}，斗牛测试丁" in waiting.review.shown["text"]
