"""The live board in a browser: accessible and inside the window, in trouble and at rest; it renews itself in place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import insert, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing import breaking
from tenants.routing.models import Channel, PointChange, Points
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, fits
from tests.tenants.reports.test_board import nothing_left, tell, waits  # noqa: F401  # the first is a fixture
from tests.tenants.routing.test_choose import channel
from tests.web.signed_in import staff_client

pytestmark = pytest.mark.browser


@pytest.fixture
def trouble(app: Flask) -> int:
    """Channels well, without points, without links, broken and at rest; messages for them and for nobody."""
    tenant_id = factories.business().id
    good = channel("移动-华东-1", operators=["mobile"], tps=600)
    falling = channel("联通-华东-2", countries=["CN"], tps=240)
    down, broken = channel("电信-直连", operators=["telecom"]), channel("国际 Vonage", countries=["SG"])
    channel("备用", state="paused")
    silent = {"links": 0, "window_size": 0, "window_used": 0, "submitted_s": 0.0}
    tell(down, state="unreachable", error="ConnectionRefusedError", **silent)
    with scopes.tenant(tenant_id):
        sights = (good, "accepted", 0, 900), (good, "delivered", 4, 870), (good, "failed", 4, 8)
        sights += (falling, "accepted", 0, 300), (falling, "delivered", 14, 120), (falling, "failed", 8, 90)
        routing.note([routing.Sight(id, "CN", "mobile", what, wait, n) for id, what, wait, n in sights])
    with scopes.platform(Reason.DISPATCH):
        for _ in range(breaking.FAILURES_MAX):
            routing.called(broken, "carrier_unreachable")
    with scopes.platform(Reason.STAFF):
        side, at = {"channel_id": falling, "country": "CN", "operator": "mobile"}, now()
        db.session.execute(insert(Points).values(**side, points=34, changed_at=at, dropped_at=at))
        for minutes, before, after in ((90, 100, 64), (2, 64, 34)):
            moved = {"before": before, "after": after, "reason": "receipts", "detail": {"share": 43, "seen": 210}}
            db.session.execute(insert(PointChange).values(**side, **moved, at=at - timedelta(minutes=minutes)))
    waits(tenant_id, 3912, age_s=41)
    waits(tenant_id, 64, age_s=8, country="US", operator="")
    return good


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_the_board_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], trouble: int, size: dict[str, int], look: str
) -> None:
    page = opener(staff_client(app), f"/staff/board?{look}", size)
    fits(page, complaints)


def test_the_board_renews_itself_in_place(app: Flask, opener: Opener, trouble: int) -> None:
    page = opener(staff_client(app), "/staff/board?lang=en")
    row = page.locator(f"#channel-{trouble}")
    row.get_by_role("link").focus()
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(Channel).where(Channel.id == trouble).values(state="draining"))
    expect(row).to_contain_text("Draining", timeout=12_000)
    expect(row.get_by_role("link")).to_be_focused()
