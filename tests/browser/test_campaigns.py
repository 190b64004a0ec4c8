"""Campaigns in a browser: accessible, inside the window, saved while one types, watched without losing one's place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tenants import campaigns
from tenants.core import scopes
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.web.console import campaign_pages
from tests.web.console.campaign_pages import Desk
from workers.jobs.campaigns import plan_campaign, preflight_campaign

pytestmark = pytest.mark.browser
SAVED_MS = 5_000


@pytest.fixture
def draft(app: Flask) -> Desk:
    return campaign_pages.desk(app, 30, body="{name}，您的{points}积分可兑换一杯")


def draft_of(desk: Desk) -> campaigns.Campaign:
    with scopes.tenant(desk.ready.tenant_id):
        return campaigns.get(desk.ready.campaign_id)


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    desk = campaign_pages.desk(app, 30)
    desk.ready.preflight()
    sent = campaign_pages.desk(app, 30)
    sent.ready.launch()
    plan_campaign(sent.ready.tenant_id, sent.ready.campaign_id)
    for who, paths in (
        (desk, ("/campaigns", f"{desk.here}/edit", f"{desk.here}/check")),
        (sent, (sent.here,)),
    ):
        page = opener(who.client, "", size)
        for path in paths:
            visit(page, path, look, complaints)


def test_a_draft_is_saved_while_one_types_and_the_cursor_stays(draft: Desk, opener: Opener) -> None:
    page = opener(draft.client, f"{draft.here}/edit")
    page.get_by_role("button", name="Check and continue").click()
    expect(page.get_by_role("alert").locator("h2")).to_have_text("1 thing needs correcting")
    expect(page.locator("[data-summary]")).to_be_focused()
    page.locator("#bind-2").select_option("same")
    value = page.locator("#value-2")
    expect(value).to_be_visible(timeout=SAVED_MS)
    value.press_sequentially("320")
    expect(page.locator(".bub").first).to_contain_text("您的320积分", timeout=SAVED_MS)
    expect(value).to_be_focused()
    assert draft_of(draft).bindings["points"] == {"value": "320"}
    page.get_by_role("button", name="Check and continue").click()
    page.wait_for_url("**/check")
    preflight_campaign(draft.ready.tenant_id, draft.ready.campaign_id)
    expect(page.get_by_role("button", name="Send to 30 people now")).to_be_visible(timeout=SAVED_MS)


def test_numbers_are_pasted_without_leaving_the_page(draft: Desk, opener: Opener) -> None:
    page = opener(draft.client, f"{draft.here}/edit")
    page.get_by_text("Paste numbers").click()
    expect(page.get_by_role("main").get_by_text("Members")).to_be_hidden()
    page.get_by_label("Phone numbers").fill("13800138000\n13900139001, 12345")
    page.get_by_role("button", name="Take these numbers").click()
    expect(page.locator("#audience-said")).to_contain_text("2 usable · 1 invalid", timeout=SAVED_MS)
    expect(page.get_by_role("radio", name="Paste numbers")).to_be_checked()


def test_the_button_sleeps_until_the_number_is_typed(
    draft: Desk, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.checking.TYPED_ABOVE", 10)
    with scopes.tenant(draft.ready.tenant_id):
        campaign = campaigns.get(draft.ready.campaign_id)
        campaign.bindings = {"name": {"field": "name"}, "points": {"value": "5"}}
    draft.ready.preflight()
    page = opener(draft.client, f"{draft.here}/check")
    button = page.get_by_role("button", name="Send to 30 people now")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    assert page.url.endswith("/check")
    page.get_by_label("Type 30 to confirm").fill("30")
    expect(button).to_have_attribute("aria-disabled", "false")
    button.click()
    page.wait_for_url(f"**{draft.here}")
    expect(page.get_by_role("status")).to_contain_text("On its way to 30 people.")


def test_the_page_renews_itself_and_an_open_dialog_stays_open(app: Flask, opener: Opener) -> None:
    desk = campaign_pages.desk(app, 30)
    desk.ready.launch()
    plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    page = opener(desk.client, desk.here)
    page.get_by_role("button", name="Cancel the rest…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Cancel the remaining 30 people?")
    _elsewhere(desk, lambda: campaigns.pause(desk.ready.campaign_id))
    expect(page.locator("#state")).to_have_text("Paused", timeout=2 * SAVED_MS)
    expect(dialog).to_be_visible()
    expect(dialog.locator("h2")).to_have_text("Cancel the remaining 30 people?")
    dialog.get_by_role("button", name="Cancel for 30 people").click()
    expect(page.locator("#state")).to_have_text("Cancelling")


def _elsewhere(desk: Desk, act: Callable[[], object]) -> None:
    with scopes.tenant(desk.ready.tenant_id):
        act()


def test_nothing_is_asked_for_once_it_is_over(app: Flask, opener: Opener) -> None:
    desk = campaign_pages.desk(app, 3)
    desk.ready.launch()
    plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
    with scopes.tenant(desk.ready.tenant_id):
        campaigns.cancel(desk.ready.campaign_id)
        while campaigns.cancel_some(desk.ready.campaign_id):
            pass
    page = opener(desk.client, desk.here)
    asked = _requests(page)
    page.wait_for_timeout(4_000)
    assert not [url for url in asked if "/live" in url]


def _requests(page: Page) -> list[str]:
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    return found
