"""Media, MMS and RCS in a browser: accessible, inside the window, pieces moved and uploaded without losing a word."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from playwright.sync_api import expect

from tenants import media, message_templates, moderation
from tenants.core import scopes
from tenants.message_templates import Draft
from tenants.message_templates.rich import Act, Card, Frame, Mms, Rcs, Rich, Suggestion, texts
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.factories import Business
from tests.tenants.media import samples
from tests.web.signed_in import client_of, staff_client
from web.public import public

pytestmark = pytest.mark.browser
TAP = Suggestion(Act.OPEN, "附近门店", "https://hemu.example/near")


def template(business: Business, rich: Rich) -> str:
    draft = Draft("上市通知", "marketing", "zh", "", message_templates.declared_in("\n".join(texts(rich))), rich)
    with scopes.tenant(business.id):
        made = message_templates.create(draft, by=business.owner_id)
        moderation.submit_template(made.id, 1, by=business.owner_id)
        return public("template", made.id)


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    hemu = factories.business("禾木咖啡")
    with scopes.tenant(hemu.id):
        latte = media.add(io.BytesIO(samples.png(64, 36)), "桂花拿铁.png", by=hemu.owner_id).id
        jingle = media.add(io.BytesIO(samples.amr()), "jingle.amr", by=hemu.owner_id).id
    card = Card("桂花拿铁", "{姓名}，今日上市", latte, (TAP,))
    made = [
        template(hemu, Mms("桂花拿铁", (Frame("{姓名}，今日上市", latte), Frame("到店即享", jingle)))),
        template(hemu, Rcs(cards=(card, card), suggestions=(TAP,), fallback="{姓名}，今日上市")),
    ]
    own = ["/media", *(f"/templates/{name}/edit" for name in made), f"/templates/{made[1]}"]
    for client, paths in ((client_of(app, hemu), own), (staff_client(app), ["/staff/reviews"])):
        page = opener(client, "", size)
        for path in paths:
            visit(page, path, look, complaints)


def test_frames_are_added_moved_and_filled_without_losing_a_word(app: Flask, opener: Opener) -> None:
    acme = factories.business()
    page = opener(client_of(app, acme), "/templates/new?product=mms&lang=en")
    page.fill("#name", "Latte")
    page.fill("#subject", "Latte day")
    page.fill("#frame-1", "Hello {name}")
    page.fill("#frame-2", "Bye")
    page.click("button[value=add-frame]")
    page.fill("#frame-3", "Third")
    page.click("button[value=up-frame-3]")
    expect(page.locator("#frame-2")).to_have_value("Third")
    expect(page.locator("#frame-3")).to_have_value("Bye")
    photo = {"name": "cup.png", "mimeType": "image/png", "buffer": samples.png(64, 36)}
    page.set_input_files("#file-upload-frame-1", [photo])
    page.locator("#phone img").wait_for()
    page.locator("#phone .var", has_text="Ada Wong").wait_for()
    page.click("text=Save draft")
    page.wait_for_url("**/edit")
    with scopes.tenant(acme.id):
        kept = message_templates.listed()[0].latest.rich
        assert isinstance(kept, Mms)
        assert [frame.text for frame in kept.frames] == ["Hello {name}", "Third", "Bye"]
        assert kept.frames[0].medium == media.listed()[0].id


def test_a_card_becomes_a_carousel_and_gets_a_button(app: Flask, opener: Opener) -> None:
    page = opener(client_of(app, factories.business()), "/templates/new?product=rcs&lang=en")
    page.fill("#name", "Latte")
    page.fill("#card-1", "Latte day")
    page.locator("label", has_text="Carousel").click()
    page.locator("#card-2").wait_for()
    assert page.input_value("#card-1") == "Latte day"
    page.click("button[value=add-suggestion-0-2]")
    page.fill("#card-2-suggestion-1", "Near")
    page.locator("#phone .taps", has_text="Near").wait_for()
    page.click("text=Hand in for review")
    page.locator("[data-summary]").wait_for()
    assert page.input_value("#card-2-suggestion-1") == "Near"
