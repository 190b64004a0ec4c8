"""The check before sending: what it shows, what it refuses, and that it launches once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from tenants import campaigns, ledger, moderation
from tenants.campaigns import Campaign
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel
from tests import factories
from tests.tenants.campaigns.arrange import CREDIT_MICRO, PRICE_MICRO
from tests.web.console import campaign_pages
from tests.web.console.campaign_pages import HTMX, Desk, words
from web import zones
from workers.jobs.campaigns import plan_campaign, preflight_campaign


@pytest.fixture
def desk(app: Flask) -> Desk:
    return campaign_pages.desk(app)


def checked(app: Flask, people: int = 20, **options: Any) -> Desk:
    desk = campaign_pages.desk(app, people, **options)
    desk.ready.preflight()
    return desk


def change(desk: Desk, **values: Any) -> None:
    with scopes.tenant(desk.ready.tenant_id):
        db.session.execute(update(Campaign).where(Campaign.id == desk.ready.campaign_id).values(**values))


def aged(desk: Desk) -> None:
    """As if it had been counted some minutes ago."""
    with scopes.tenant(desk.ready.tenant_id):
        campaign = campaigns.get(desk.ready.campaign_id)
        long_ago = (now() - timedelta(minutes=6)).isoformat()
        campaign.preflight = campaign.preflight | {"at": long_ago}


def launch(desk: Desk, **form: Any) -> Any:
    return desk.post("/launch", {"people": 20} | form)


def test_before_anything_was_counted_the_page_offers_to_count(desk: Desk) -> None:
    assert "Not counted yet" in desk.get("/check")
    answer = desk.post("/check")
    assert answer.status_code == 303 and answer.location == f"{desk.here}/check"
    page = desk.get("/check")
    assert "Counting everybody" in page and "every 1s" in page


def test_while_it_is_counted_the_poll_says_nothing_and_then_shows_the_figures_and_stops(desk: Desk) -> None:
    desk.post("/check")
    assert desk.client.get(f"{desk.here}/check/live?state=counting", headers=HTMX).status_code == 204
    preflight_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    shown = desk.get("/check/live?state=counting", headers=HTMX)
    assert "every 1s" not in shown
    assert "Send to 20 people now" in shown


def test_the_figures_are_those_of_the_forecast(app: Flask) -> None:
    desk = checked(app)
    shown = words(desk.get("/check"))
    for operator in ("Mobile", "Unicom", "Telecom", "Broadnet"):
        assert f"{operator} Waits: no channel at present 5 5 ¥0.045 ¥0.23" in shown
    assert "20 numbers given" in shown
    assert "Most this can cost ¥0 .90" in shown
    assert f"After the hold ¥{(CREDIT_MICRO - 20 * PRICE_MICRO) // 1_000_000} .10" in shown


def test_a_channels_pace_says_how_long_it_takes(app: Flask) -> None:
    desk = checked(app, 200)
    assert "not before a channel serves it" in desk.get("/check")
    with scopes.platform(Reason.SWEEPS):
        pace = insert(Channel).values(name="pace", kind="simulator", settings={}, created_at=now(), tps=1)
        channel_id = db.session.scalars(pace.returning(Channel.id)).one()
    try:
        assert "3 minutes at 1 parts/s" in words(desk.get("/check"))
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(update(Channel).where(Channel.id == channel_id).values(tps=0))
        assert "usually under a minute" in desk.get("/check")
    finally:
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Channel).where(Channel.id == channel_id))


def test_the_button_sends_and_leads_to_the_campaign(app: Flask) -> None:
    desk = checked(app)
    answer = launch(desk)
    assert (answer.status_code, answer.location) == (303, desk.here)
    assert desk.ready.state() == "queued"
    assert "On its way to 20 people." in desk.get()
    assert desk.client.get(f"{desk.here}/check").location == desk.here


def test_however_often_and_from_wherever_it_is_pressed_it_is_launched_once(app: Flask) -> None:
    desk = checked(app)
    tabs = [campaign_pages.of(app, desk.ready, desk.ready.campaign_id) for _ in range(2)]
    start, answers = threading.Barrier(6), []

    def press(tab: Desk) -> None:
        with app.app_context():
            start.wait()
            answers.append(launch(tab).status_code)

    threads = [threading.Thread(target=press, args=(tab,)) for tab in tabs for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 6
    for _ in range(3):
        plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    assert desk.ready.progress().total == 20
    assert desk.ready.balance().held == 20 * PRICE_MICRO
    assert _acts(desk) == ["campaign.launch"]
    # The back button shows the old page: pressing there leads to the campaign and changes nothing.
    assert launch(desk, people=7).location == desk.here
    assert desk.ready.progress().total == 20


def _acts(desk: Desk) -> list[str]:
    with scopes.tenant(desk.ready.tenant_id):
        return list(db.session.scalars(select(Entry.action).where(Entry.action == "campaign.launch")))


def test_a_forecast_that_is_too_old_is_not_sent_on_and_counted_again(app: Flask) -> None:
    desk = checked(app)
    aged(desk)
    page = desk.get("/check")
    assert "Count again" in page and 'aria-disabled="true"' in page
    answer = launch(desk)
    assert answer.status_code == 409
    assert "Count again, then send." in answer.text
    assert desk.ready.state() == "draft"
    desk.post("/check")
    preflight_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    assert launch(desk).status_code == 303


def test_another_number_than_the_one_that_was_shown_is_not_sent(app: Flask) -> None:
    desk = checked(app)
    assert launch(desk, people=19).status_code == 409
    assert desk.ready.state() == "draft"


def test_above_ten_thousand_people_their_number_must_be_typed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.checking.TYPED_ABOVE", 10)
    desk = checked(app)
    page = desk.get("/check")
    assert 'data-guard="20"' in page and 'aria-disabled="true"' in page
    assert launch(desk, typed="2").status_code == 422
    assert desk.ready.state() == "draft"
    assert launch(desk, typed=" 20").status_code == 303


def test_too_little_money_makes_the_button_a_top_up_of_what_is_missing(app: Flask) -> None:
    desk = checked(app, 50, credit_micro=PRICE_MICRO)
    page = desk.get("/check")
    assert "Top up ¥3.00" in page and "amount=3" in page  # ¥2.205, in whole yuan
    assert "Send to 50 people now" not in page
    assert launch(desk, people=50).status_code == 422
    factories.credit(desk.ready.tenant_id, CREDIT_MICRO)
    assert "Send to 50 people now" in desk.get("/check")


def test_a_trials_limit_is_named_before_the_button_is_pressed(app: Flask) -> None:
    desk = checked(app, 101, state="trial")
    assert "It needs 101 parts; 100 are left of today’s limit." in words(desk.get("/check"))
    assert launch(desk, people=101).status_code == 422


def test_an_hour_that_has_passed_stops_it(app: Flask) -> None:
    desk = checked(app)
    change(desk, scheduled_at=now() - timedelta(minutes=1))
    assert "Its hour has passed" in desk.get("/check")
    assert launch(desk).status_code == 422


def test_a_scheduled_campaign_says_so_on_the_button_and_waits(app: Flask) -> None:
    desk = campaign_pages.desk(app)
    change(desk, scheduled_at=now() + timedelta(days=1))
    desk.ready.preflight()
    page = desk.get("/check")
    assert "Schedule for 20 people" in page
    assert "people, parts and prices are taken anew and fixed" in page and "Held when it starts" not in page
    assert launch(desk).status_code == 303
    assert desk.ready.state() == "scheduled"
    page = desk.get()
    assert "Starts by itself on" in page and "people, parts and prices are taken anew and fixed" in page


def test_a_start_chosen_on_another_clock_is_shown_on_both(app: Flask) -> None:
    desk = campaign_pages.desk(app)
    # Two o'clock and a half does not exist in New York on that day: it is an hour later.
    start = zones.moment("2099-03-08", "02:30", "America/New_York")
    change(desk, scheduled_at=start, time_zone="America/New_York")
    desk.ready.preflight()
    assert "Start Sun 8 Mar 2099, 15:30 New York Sun 8 Mar 2099, 03:30" in words(desk.get("/check"))
    change(desk, time_zone="Asia/Hong_Kong")
    desk.ready.preflight()
    assert "Hong Kong" not in desk.get("/check")


def test_a_word_that_may_not_be_sent_stops_it_and_one_for_review_is_announced(app: Flask) -> None:
    with scopes.platform(Reason.STAFF):
        for word, level in (("青蛙测试甲", "block"), ("青蛙测试乙", "review")):
            moderation.words.add([word], level, "test", by=None)
    blocked = checked(app, body="青蛙测试甲，敬请光临本店")
    assert "may not be sent" in blocked.get("/check")
    assert launch(blocked).status_code == 422
    desk = checked(app, body="青蛙测试乙，敬请光临本店")
    assert "Read by a person first" in desk.get("/check")
    assert launch(desk).status_code == 303
    assert desk.ready.state() == "in_review"
    assert "One of our reviewers reads it first" in desk.get()


def test_nobody_left_is_said_instead_of_offering_to_send(app: Flask) -> None:
    desk = campaign_pages.desk(app, body="{name}，{门店}今天营业")
    desk.ready.preflight()
    assert "Nobody is left to send to." in desk.get("/check")
    assert "A value is missing 20" in words(desk.get("/check"))


def test_the_money_is_as_the_ledger_has_it(app: Flask) -> None:
    desk = checked(app)
    with scopes.tenant(desk.ready.tenant_id):
        ledger.hold(f"elsewhere:{desk.ready.tenant_id}", desk.ready.tenant_id, CREDIT_MICRO, ref=("test", 1))
    assert "Balance now ¥0 .00" in words(desk.get("/check"))
