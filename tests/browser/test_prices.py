"""Prices and the overview's columns in a browser: accessible and inside the window; a list is written and published."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import resellers
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.resellers.starter_prices import STARTER_PRICES
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, fits
from tests.tenants.messages import arrange
from tests.web.console.test_home import counted, launched
from tests.web.signed_in import client_of, staff_client

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_a_list_is_written_looked_at_and_published(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    with scopes.platform(Reason.DEMO):
        resellers.publish(STARTER_PRICES)
    page = opener(staff_client(app), f"/staff/prices?{look}", size)
    fits(page, complaints)
    page.goto(f"/staff/prices/new?{look}")
    fits(page, complaints)
    page.fill("#price-2", "0.0446")
    page.click("button[value=review]")
    page.wait_for_selector("text=¥0.0446")
    fits(page, complaints)
    page.click("main footer .btn-primary")
    page.wait_for_url("**/staff/prices")
    assert "¥0.0446" in page.inner_text("main")


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_the_columns_of_the_overview_are_fit(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    acme = factories.business(credit_micro=arrange.CREDIT_MICRO)
    counted(acme, launched(acme, ["001"]), queued=0, delivered=900, accepted=50, in_doubt=3, undelivered=20)
    page = opener(client_of(app, acme), f"/?{look}", size)
    page.wait_for_selector(".columns rect")
    page.click(".behind summary")
    fits(page, complaints)
