"""Signing up by hand, and the pages of accounts: accessible and inside the window."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, fits, visit
from tests.web.accounts.arrange import PASSWORD, address, link, mails
from tests.web.signed_in import client_of, staff_client

pytestmark = pytest.mark.browser

STRANGERS = ("/sign-in", "/sign-up", "/sign-up/sent", "/reset", "/reset/token", "/verify/token", "/outbox", "/nothing")


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_the_pages_before_signing_in_are_fit(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    page = opener(None, "", size)
    for path in STRANGERS:
        visit(page, path, look, complaints)
    page.goto(f"/sign-up?{look}")
    page.click("form button[type=submit]")
    fits(page, complaints)


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_the_pages_of_people_and_staff_are_fit(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    trial = factories.business("禾木咖啡", state="trial")
    factories.business("安居置业", state="suspended")
    for client, paths in (
        (client_of(app, trial), ("/settings", "/account", "/audit")),
        (staff_client(app), ("/staff/tenants", "/staff/audit", "/account")),
    ):
        page = opener(client, "", size)
        for path in paths:
            visit(page, path, look, complaints)


def test_a_business_signs_up_proves_its_address_and_signs_in(app: Flask, opener: Opener) -> None:
    email = address()
    page = opener(None, "/sign-up")
    for field, value in {"business": "Acme Coffee", "person": "Ada", "email": email, "password": PASSWORD}.items():
        page.fill(f"#{field}", value)
    page.click("form button[type=submit]")
    page.wait_for_url("**/sign-up/sent")
    page.goto(link(mails(email)[0]))
    page.click("text=Confirm my address")
    page.wait_for_url("**/sign-in?verified=1")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.goto("/settings")
    assert page.input_value("#name") == "Acme Coffee"
    assert page.locator("text=100 are left today").count() == 1
