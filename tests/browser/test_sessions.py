"""A session that ends while somebody writes."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Opener
from tests.web.signed_in import client_of

PATIENCE_MS = 20_000


def test_what_was_typed_is_there_again_after_signing_in(app: Flask, opener: Opener) -> None:
    acme = factories.business()
    page = opener(client_of(app, acme), "/templates/new?lang=en")
    page.context.clear_cookies(name="qunfa")
    page.get_by_label("Template name").fill("Winter")
    page.get_by_text("Marketing", exact=True).click()
    page.get_by_label("Message text").fill("Two hours of writing, {name}")
    page.wait_for_url("**/sign-in?next=/templates/new*", wait_until="load")
    token = client_of(app, acme).get_cookie("qunfa")
    assert token is not None
    page.context.add_cookies([{"name": "qunfa", "value": token.value, "url": page.url.split("/sign-in")[0]}])
    page.goto("/templates/new?lang=en")
    expect(page.get_by_label("Message text")).to_have_value("Two hours of writing, {name}", timeout=PATIENCE_MS)
    expect(page.get_by_label("Template name")).to_have_value("Winter")
    expect(page.locator("[name=kind][value=marketing]")).to_be_checked()
    expect(page.get_by_text("Two hours of writing").last).to_be_visible(timeout=PATIENCE_MS)
    page.goto("/templates/new?lang=en")
    expect(page.get_by_label("Message text")).to_have_value("")
