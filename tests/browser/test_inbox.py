"""The inbox in a browser: accessible, inside the window, and a reply opted out by hand."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select, update

from tenants import optouts
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Message, Turn
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.factories import Business
from tests.tenants.campaigns import arrange
from tests.tenants.messages.inbound.test_replies import CHANNEL, hear
from tests.web.signed_in import client_of
from workers.jobs import campaigns as jobs
from workers.jobs.replies import route_replies

pytestmark = pytest.mark.browser

TEXTS = [
    "TD",
    "请问周末几点开门？可以带宠物吗，我家有一只很乖的小狗，想一起去坐坐",
    "收到，谢谢",
    "Please take me off your list, I moved",
]
PATIENCE_MS = 20_000


def answered() -> Business:
    """A business with a campaign some people answered."""
    ready = arrange.ready(people=len(TEXTS))
    ready.launch()
    jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Message).values(channel_id=CHANNEL, submitted_at=now()))
        found = db.session.execute(select(Message.id, Message.sealed).order_by(Message.id)).all()
        numbers = [vault().open("messages", id, sealed)[0] for id, sealed in found]
    with scopes.platform(Reason.DISPATCH):
        db.session.merge(Turn(tenant_id=ready.tenant_id, lane="bulk", served_at=now()))
    for number, text in zip(numbers, TEXTS, strict=True):
        hear(number, text)
    route_replies()
    return Business(ready.tenant_id, ready.owner_id, "")


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_the_inbox_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    for business in (answered(), factories.business("空白商行")):
        page = opener(client_of(app, business), "", size)
        for path in ("/inbox", "/inbox?show=stops"):
            visit(page, path, look, complaints)


def test_somebody_is_opted_out_by_hand(app: Flask, opener: Opener) -> None:
    business = answered()
    page = opener(client_of(app, business), "/inbox?lang=en")
    row = page.get_by_role("row").filter(has_text="Please take me off")
    row.locator("summary").click()
    row.get_by_role("button", name="Opt out").click()
    page.get_by_role("dialog").get_by_role("button", name="Opt out").click()
    expect(page.get_by_text("gets nothing more.")).to_be_visible(timeout=PATIENCE_MS)
    with scopes.tenant(business.id):
        assert optouts.count() == 2
