"""The list of campaigns, and one on its way: exact counts, polls that stop, what may be done, who failed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from tenants import campaigns, ledger, messages
from tenants.accounts.models import Member
from tenants.campaigns import Campaign
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Message
from tests import factories, pipeline
from tests.tenants.campaigns import arrange
from tests.tenants.campaigns.arrange import CREDIT_MICRO, PRICE_MICRO
from tests.web.console import campaign_pages
from tests.web.console.campaign_pages import HTMX, Desk, words
from tests.web.signed_in import signed_in
from web.watching import Pace
from workers.jobs.campaigns import cancel_campaign, plan_campaign


@pytest.fixture
def line(app: Flask, tmp_path: Path) -> Iterator[pipeline.Line]:
    with pipeline.line(app, tmp_path) as made:
        yield made


def launched(app: Flask, people: int = 20, **options: object) -> Desk:
    """A campaign that is planned, its batches let go, no channel to take them."""
    desk = campaign_pages.desk(app, people, **options)
    desk.ready.launch()
    plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    return desk


def polled(page: str) -> str:
    """The address the page asks next; empty when it asks no more."""
    return page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&") if "data-poll" in page else ""


def test_a_business_without_campaigns_is_told_what_will_be_here(app: Flask) -> None:
    acme = factories.business()
    client = signed_in(app, acme.owner_id, acme.id)
    assert "No campaign yet" in client.get("/campaigns").text


def test_the_list_is_filtered_by_state_and_paged_both_ways(app: Flask) -> None:
    desk = campaign_pages.desk(app)
    with scopes.tenant(desk.ready.tenant_id):
        for number in range(70):
            campaigns.create(f"Draft {number:02d}", by=None)
    first = desk.client.get("/campaigns").text
    assert "Draft 69" in first and "Draft 40" in first and "Draft 39" not in first
    assert "Previous page" not in first
    second = desk.client.get(_link(first, "next")).text
    assert "Draft 39" in second and "Draft 40" not in second
    third = desk.client.get(_link(second, "next")).text
    assert "Weekend" in third and "Next page" not in third
    back = desk.client.get(_link(third, "prev")).text
    assert "Draft 39" in back and "Draft 10" in back and "Previous page" in back
    assert "Nothing matches this filter" in desk.client.get("/campaigns?state=running").text
    desk.ready.launch()
    running = desk.client.get("/campaigns?state=running").text
    assert "Weekend" in running and "Draft 69" not in running


def _link(page: str, rel: str) -> str:
    return page.split(f'rel="{rel}" href="')[1].split('"')[0].replace("&amp;", "&")


def test_the_page_shows_the_exact_counts_and_the_money(line: pipeline.Line, app: Flask) -> None:
    desk = campaign_pages.desk(app, 12)
    desk.ready.launch()
    pipeline.until(lambda: desk.ready.state() == "finished")
    shown = words(desk.get())
    assert "12 of 12 people have a final result" in shown and "Delivered 12 100% of receipts" in shown
    assert "Settled ¥0 .54" in shown
    for operator in ("Mobile", "Unicom", "Telecom", "Broadnet"):
        assert f"{operator} 3 100% 0" in shown


def test_a_finished_campaign_is_not_asked_for_again(line: pipeline.Line, app: Flask) -> None:
    desk = launched(app, 4)
    address = polled(desk.get())
    assert "every 3s" in desk.get() and address
    pipeline.until(lambda: desk.ready.state() == "finished")
    last = desk.client.get(address, headers=HTMX).text
    assert polled(last) == ""
    assert 'id="acts"' in last and "Copy into a draft" in last


def test_a_poll_is_answered_with_nothing_until_something_changes(app: Flask) -> None:
    desk = launched(app)
    address = polled(desk.get())
    assert desk.client.get(address, headers=HTMX).status_code == 204
    desk.post("/pause")
    changed = desk.client.get(address, headers=HTMX)
    assert changed.status_code == 200 and "Paused: 20 people wait" in changed.text
    for part in ("state", "acts", "cancel-ask", "cancel-text", "cancel-verb", "purse", "purse-top"):
        assert f'id="{part}" ' in changed.text and "hx-swap-oob" in changed.text


def test_the_pace_is_measured_between_polls_and_falls_to_nought_when_nothing_moves() -> None:
    begun = Pace(1000.0, 100)
    assert begun.next(150, 1005.0) == begun
    measured = begun.next(300, 1010.0)
    assert measured == Pace(1010.0, 300, 20.0)
    assert measured.next(300, 1030.0) == measured
    assert measured.next(300, 1041.0).rate == 0.0
    assert Pace.read({"t": "1010.0", "n": "300", "r": "20.0"}) == measured
    assert Pace.read({"t": "x", "n": "300"}) is None


def test_pause_go_on_and_cancel_keep_every_count_and_cent(app: Flask) -> None:
    desk = launched(app)
    assert desk.post("/pause").location == desk.here
    page = desk.get()
    assert "Go on" in page and 'action="' + desk.here + '/pause"' not in page
    assert desk.post("/resume").status_code == 303
    assert desk.ready.state() == "sending"
    shown = words(desk.get())
    assert "Cancel the remaining 20 people?" in shown and "About ¥0.90 of what is held" in shown
    assert desk.post("/cancel").status_code == 303
    assert "Being cancelled: 20 people to go" in words(desk.get())
    cancel_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    shown = words(desk.get())
    assert "Not sent to: 20 cancelled" in shown and "¥0.90 returned" in shown
    assert "Cancelled before anybody got it" in shown
    assert desk.ready.balance() == ledger.Balance(CREDIT_MICRO, 0)
    with scopes.tenant(desk.ready.tenant_id):
        acts = db.session.scalars(select(Entry.action).order_by(Entry.id)).all()
    assert list(acts) == ["campaign.create", "campaign.launch", "campaign.pause", "campaign.resume", "campaign.cancel"]


def test_a_cancelled_campaign_says_whom_it_had_been_handed_over_to_before(line: pipeline.Line, app: Flask) -> None:
    desk = campaign_pages.desk(app, 5, ending="925")  # taken, and no receipt
    desk.ready.launch()
    pipeline.until(lambda: desk.ready.progress().accepted == 5)
    desk.post("/cancel")
    cancel_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    shown = words(desk.get())
    assert "Nobody was left to cancel it for" in shown and "handed over to 5 people before" in shown


def test_what_is_no_longer_possible_is_refused(app: Flask) -> None:
    desk = launched(app)
    desk.post("/cancel")
    assert desk.post("/pause").status_code == 409
    assert desk.post("/discard").status_code == 409


def test_an_unfunded_campaign_says_what_is_missing_and_goes_on_after_a_top_up(app: Flask) -> None:
    desk = campaign_pages.desk(app, 50)
    desk.ready.launch()
    with scopes.tenant(desk.ready.tenant_id):
        ledger.hold(f"elsewhere:{desk.ready.tenant_id}", desk.ready.tenant_id, CREDIT_MICRO, ref=("test", 1))
    plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    shown = desk.get()
    assert "¥2.25 are missing" in shown and "Top up ¥3.00" in shown and "amount=3" in shown
    factories.credit(desk.ready.tenant_id, 50 * PRICE_MICRO)
    assert "There is enough money now" in desk.get()
    desk.post("/resume")
    plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    assert desk.ready.progress().queued == 50


def test_doubt_is_named_with_the_moment_until_which_receipts_are_awaited(line: pipeline.Line, app: Flask) -> None:
    desk = campaign_pages.desk(app, 4, ending="937")  # the carrier breaks while answering
    desk.ready.launch()
    pipeline.until(lambda: desk.ready.progress().in_doubt == 4)
    shown = words(desk.get())
    assert "4 people in doubt" in shown and "until" in shown and "at the latest" in shown


def test_failures_are_counted_by_reason_and_exported_masked(line: pipeline.Line, app: Flask) -> None:
    desk = campaign_pages.desk(app, 6, ending="902")
    desk.ready.launch()
    pipeline.until(lambda: desk.ready.state() == "finished")
    shown = words(desk.get())
    assert "Failed 6 not charged" in shown and "Why it failed 6" in shown
    rows = _sheet(desk, "/failed.csv")
    assert rows[0] == ["Phone number", "Operator", "Reason", "Ended at"]
    assert len(rows) == 7 and all("••••" in row[0] for row in rows[1:])
    assert rows[1][2] and rows[1][2] in shown


def _sheet(desk: Desk, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(desk.get(path).removeprefix("\ufeff"))))


def test_only_an_owner_gets_the_numbers_in_full_and_it_is_recorded(line: pipeline.Line, app: Flask) -> None:
    desk = campaign_pages.desk(app, 2, ending="902")
    desk.ready.launch()
    pipeline.until(lambda: desk.ready.state() == "finished")
    rows = _sheet(desk, "/failed.csv?numbers=full")
    assert all(row[0].startswith("'+8613") for row in rows[1:])  # no spreadsheet takes it for a formula
    with scopes.tenant(desk.ready.tenant_id):
        assert "campaign.export_numbers" in db.session.scalars(select(Entry.action)).all()
    with scopes.platform(Reason.SIGN_UP):
        bob = factories.identity(f"bob-{desk.ready.tenant_id}@example.com", name="Bob")
        row = {"tenant_id": desk.ready.tenant_id, "identity_id": bob, "role": "member", "created_at": now()}
        db.session.execute(insert(Member).values(row))
    member = signed_in(app, bob, desk.ready.tenant_id)
    assert "numbers=full" not in member.get(desk.here).text
    assert member.get(f"{desk.here}/failed.csv").status_code == 200
    assert member.get(f"{desk.here}/failed.csv?numbers=full").status_code == 403


def test_the_sides_of_a_run_are_kept_for_a_moment_and_survive_a_lost_valkey(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = launched(app)
    with scopes.tenant(desk.ready.tenant_id):
        before = messages.breakdown(desk.ready.campaign_id, total=20, ended=False)
        assert [side.total for side in before.sides] == [5, 5, 5, 5]
        counted = select(func.count()).select_from(Message).where(Message.campaign_id == desk.ready.campaign_id)
        assert db.session.scalar(counted) == sum(side.total for side in before.sides)
        db.session.execute(update(Message).values(state=int(messages.State.DELIVERED)))
        assert messages.breakdown(desk.ready.campaign_id, total=20, ended=False) == before
        lost = replace(app.config["SETTINGS"], redis_url="redis://127.0.0.1:1/0")
        monkeypatch.setitem(app.config, "SETTINGS", lost)
        after = messages.breakdown(desk.ready.campaign_id, total=20, ended=False)
        assert [side.bar["delivered"] for side in after.sides] == [5, 5, 5, 5]
        db.session.rollback()


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        ("in_review", "", "One of our reviewers reads it first"),
        ("rejected", "exaggerated\nNo lowest prices", "Exaggerated or absolute claims"),
        ("scheduled", "", "Starts by itself on"),
        ("limited", "quota_reached", "Today’s limit is reached"),
        ("queued", "", "Nothing leaves before all are."),
    ],
)
def test_every_waiting_state_says_whom_it_waits_for(app: Flask, state: str, reason: str, said: str) -> None:
    desk = campaign_pages.desk(app)
    desk.ready.launch()
    with scopes.tenant(desk.ready.tenant_id):
        at = now() + timedelta(days=1) if state == "scheduled" else None
        own = update(Campaign).where(Campaign.id == desk.ready.campaign_id)
        db.session.execute(own.values(state=state, reason=reason, scheduled_at=at))
    assert said in desk.get()


def test_another_businesss_campaign_does_not_exist(app: Flask) -> None:
    desk, rival = launched(app), arrange.ready(1)
    eve = signed_in(app, rival.owner_id, rival.tenant_id)
    for path in ("", "/edit", "/check", "/live", "/failed.csv"):
        assert eve.get(desk.here + path).status_code == 404
    for path in ("/pause", "/cancel", "/copy", "/discard", "/launch", "/draft", "/edit", "/numbers", "/check"):
        assert eve.post(desk.here + path).status_code == 404
