"""Contacts, imports and opt-outs in a browser: accessible, inside the window, and an import from file to list."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from tenants import contacts, optouts
from tenants.contacts import Purpose
from tenants.core import scopes
from tests import factories, pipeline
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.tenants.contacts.arrange import HEADER, confirm, imported, lines, upload
from tests.web.signed_in import client_of
from web.public import public

pytestmark = pytest.mark.browser

# A crowded machine answers late.
PATIENCE_MS = 20_000
FILE = HEADER + "13800138000,陈晨,320\n1380013,林晓,7\n13900139000,王梓涵,2026/13/02\n13900139000,王梓涵,5\n"


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    hemu, empty = factories.business("禾木咖啡"), factories.business("空白商行")
    done = imported(hemu, FILE)
    waiting, table, odd = upload(hemu, lines(["13700137000"])), upload(hemu, FILE), upload(hemu, "姓名,积分\n陈晨,3\n")
    confirm(hemu, waiting)
    with scopes.tenant(hemu.id):
        optouts.add("13800138000", "电话要求退订", by=None)
        person, list_ = contacts.people()[0].id, contacts.lists()[-1].id
        keys = [public("import", id) for id in (done.id, waiting, table, odd)]
        rest = [f"/contacts/{public('contact', person)}", f"/contacts/lists/{public('list', list_)}/edit"]
    paths = [
        "/contacts",
        "/contacts/new",
        "/imports",
        "/imports/new",
        "/optouts",
        *rest,
        *(f"/imports/{key}" for key in keys),
    ]
    for business, each in ((hemu, paths), (empty, ["/contacts", "/imports", "/optouts"])):
        client = client_of(app, business)
        page = opener(client, "", size)
        for path in each:
            visit(page, path, look, complaints)


def test_a_file_is_read_anew_mapped_watched_and_its_list_opened(app: Flask, opener: Opener) -> None:
    page = opener(client_of(app, factories.business()), "/imports/new?lang=en")
    file = {"name": "members.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload and choose columns").click()
    page.wait_for_url("**/imports/imp_*", wait_until="load")
    header = page.get_by_label("First row")
    header.select_option("no")
    expect(page.get_by_role("rowheader", name="A", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    header.select_option("yes")
    expect(page.get_by_role("rowheader", name="手机")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("[data-summary]")).to_be_focused(timeout=PATIENCE_MS)
    page.get_by_label("How they agreed to hear from you").select_option("event")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Waiting its turn")).to_be_visible(timeout=PATIENCE_MS)
    pipeline.work_off()
    page.get_by_role("link", name="See the list “members”").click()
    expect(page.get_by_role("rowheader", name="139 •••• 9000")).to_be_visible(timeout=PATIENCE_MS)


def test_stopping_an_import_asks_first(app: Flask, opener: Opener) -> None:
    acme = factories.business()
    import_id = upload(acme, lines(["13700137000"]), Purpose.AUDIENCE)
    confirm(acme, import_id)
    with scopes.tenant(acme.id):
        here = f"/imports/{public('import', import_id)}?lang=en"
    page = opener(client_of(app, acme), here)
    page.get_by_role("button", name="Stop importing").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop importing").click()
    expect(page.get_by_text("The import was stopped.")).to_be_visible(timeout=PATIENCE_MS)
