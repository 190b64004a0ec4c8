"""Everything pressed twice, as hurried people do."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect

from tenants import contacts
from tenants.core import scopes
from tests import factories
from tests.browser.conftest import Opener
from tests.web.signed_in import client_of

PATIENCE_MS = 20_000


def test_two_presses_are_one_act(app: Flask, opener: Opener) -> None:
    acme = factories.business()
    page = opener(client_of(app, acme), "/imports/new?lang=en")
    file = {"name": "members.csv", "mimeType": "text/csv", "buffer": b"phone\n13800138000\n"}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload and choose columns").dblclick()
    page.wait_for_url("**/imports/imp_*", wait_until="load")
    page.goto("/contacts/lists/new?lang=en")
    page.get_by_label("Name").fill("Members")
    page.locator("main form[method=post] button[type=submit]").dblclick()
    page.wait_for_url("**/contacts?list=*", wait_until="load")
    with scopes.tenant(acme.id):
        assert len(contacts.imports()) == 1
        assert len(contacts.lists()) == 1


def test_a_refused_form_may_be_sent_again_at_once(app: Flask, opener: Opener) -> None:
    page = opener(client_of(app, factories.business()), "/imports/new?lang=en")
    upload = page.get_by_role("button", name="Upload and choose columns")
    upload.click()
    expect(page.locator("[data-summary]")).to_be_focused(timeout=PATIENCE_MS)
    file = {"name": "members.csv", "mimeType": "text/csv", "buffer": b"phone\n13800138000\n"}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    upload.click()
    page.wait_for_url("**/imports/imp_*", wait_until="load")
