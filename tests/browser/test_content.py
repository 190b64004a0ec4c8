"""Signatures, templates, reviews and words in a browser: accessible, inside the window, quick by keys."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tenants import message_templates, moderation, signatures
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.message_templates import Draft
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.factories import Business
from tests.web.signed_in import client_of, staff_client
from web.public import public

pytestmark = pytest.mark.browser

BODY = "{姓名}，限时优惠，点 hemu.example/m1 领取"


def signature(business: Business, text: str) -> tuple[int, int]:
    said = signatures.Application(text, "company", "禾木有限公司", "91330106MA2C")
    with scopes.tenant(business.id):
        made = signatures.apply(said, [signatures.Upload("执照.pdf", io.BytesIO(b"%PDF-1"))], by=business.owner_id)
        return made.id, moderation.submit_signature(made.id, by=business.owner_id)


def template(business: Business, name: str, body: str = BODY) -> tuple[int, int]:
    with scopes.tenant(business.id):
        draft = Draft(name, "notice", "zh", body, message_templates.declared_in(body))
        made = message_templates.create(draft, by=business.owner_id)
        return made.id, moderation.submit_template(made.id, 1, by=business.owner_id)


def decide(review: int, approved: bool) -> None:
    with scopes.platform(Reason.STAFF):
        moderation.decide(review, approved=approved, reason="" if approved else "leads_away\n请删除链接", by=1)


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    hemu = factories.business("禾木咖啡")
    made, rejected = template(hemu, "积分提醒")
    name, approved = signature(hemu, "禾木")
    decide(rejected, False)
    decide(approved, True)
    signature(factories.business("安居置业"), "禾木")
    template(hemu, "取餐提醒")
    with scopes.tenant(hemu.id):
        tpl, sig = public("template", made), public("signature", name)
    of_owner = ("/signatures", "/signatures/new", f"/signatures/{sig}", "/templates", "/templates/new",
                "/templates/starters", f"/templates/{tpl}", f"/templates/{tpl}/edit")  # fmt: skip
    of_staff = ("/staff/reviews", "/staff/words", "/staff/blocks")
    for client, paths in ((client_of(app, hemu), of_owner), (staff_client(app), of_staff)):
        page = opener(client, "", size)
        for path in paths:
            visit(page, path, look, complaints)


def test_a_reviewer_works_by_keys_alone(app: Flask, opener: Opener) -> None:
    acme = factories.business()
    first, second, third = (template(acme, name) for name in ("One", "Two", "Three"))
    page = opener(staff_client(app), "/staff/reviews?lang=en")
    current = page.locator(".queue [aria-current]")
    page.keyboard.press("j")
    page.wait_for_url(f"**/{second[1]}*")
    page.locator("input[name=note]").press("k")  # typed, not a command
    assert page.input_value("input[name=note]") == "k"
    page.locator("#item-title").focus()
    page.keyboard.press("2")
    assert page.locator("input[value=link_not_filed]").is_checked()
    page.keyboard.press("r")
    page.wait_for_url(f"**/{third[1]}*")
    assert "Three" in current.inner_text()
    assert page.evaluate("document.activeElement.id") == "item-title"
    page.keyboard.press("k")
    page.wait_for_url(f"**/{first[1]}*")
    page.uncheck("[data-shortcuts]")
    page.locator("#item-title").focus()
    page.keyboard.press("a")
    page.check("[data-shortcuts]")
    page.locator("#item-title").focus()
    page.keyboard.press("a")
    page.wait_for_url(f"**/{third[1]}*")
    with scopes.platform(Reason.STAFF):
        states = [moderation.get(review).state for _id, review in (first, second, third)]
    assert states == ["approved", "rejected", "pending"]


def test_a_writer_sees_the_preview_grow_and_keeps_the_focus(app: Flask, opener: Opener) -> None:
    page = opener(client_of(app, factories.business()), "/templates/new?lang=en")
    page.fill("#name", "Parcel")
    page.locator("#body").press_sequentially("Hello {name}, your code {code}")
    page.locator("#phone .var").nth(1).wait_for()
    assert page.locator("#phone .bub").inner_text() == "Hello Ada Wong, your code 482913"
    assert page.evaluate("document.activeElement.id") == "body"
    page.select_option("#type-2", "number")
    page.locator("#phone .var", has_text="128").wait_for()
    page.click("text=Save draft")
    page.wait_for_url("**/edit")
    assert page.input_value("#type-2") == "number"


def test_a_refused_form_keeps_the_files_chosen(app: Flask, opener: Opener) -> None:
    page = opener(client_of(app, factories.business()), "/signatures/new?lang=en")
    page.fill("#text", "!")
    page.set_input_files("#evidence", [{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1"}])
    page.click("text=Hand in for review")
    page.locator("#text-error").wait_for()
    assert page.evaluate("document.querySelector('#evidence').files.length") == 1
    page.fill("#text", "Acme")
    page.fill("#company", "Acme Ltd")
    page.fill("#registration_no", "91330106")
    page.click("text=Hand in for review")
    page.wait_for_url("**/signatures/sig_*")
    with page.expect_download() as download:
        page.click("a[download]")
    assert download.value.suggested_filename == "a.pdf"
