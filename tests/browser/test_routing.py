"""Routes, their form, and the health of a channel in a browser: accessible and inside the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from tenants import routing
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing import rules
from tenants.routing.models import Channel, Health, PointChange, Points, Route
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.tenants.routing.test_choose import channel
from tests.web.signed_in import staff_client
from workers.jobs.health import judge_channels

pytestmark = pytest.mark.browser


@pytest.fixture
def channels(app: Flask) -> Iterator[list[int]]:
    """Three channels, a rule, and one that has just lost its points."""
    made = [channel("移动 华东-1", weight=70), channel("移动 备用", weight=30)]
    made.append(channel("国际 Vonage", countries=["SG"]))
    with scopes.tenant(factories.business().id):
        for id, good, bad in ((made[0], 12, 28), (made[1], 40, 0)):
            seen = {"accepted": 40, "delivered": good, "failed": bad}
            routing.note([routing.Sight(id, "CN", "mobile", what, 4, n) for what, n in seen.items()])
    judge_channels()
    with scopes.platform(Reason.DISPATCH):
        for _ in range(3):
            routing.called(made[2], "carrier_unreachable")
    with scopes.platform(Reason.STAFF):
        rules.add(rules.Wish("CN", "mobile", "notice", ways=((made[0], 70), (made[1], 30)), note="备案在此"), by=1)
    yield made
    with scopes.platform(Reason.STAFF):
        for model in (Channel, Route, Points, PointChange, Health):
            db.session.execute(delete(model))


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], channels: list[int], size: dict[str, int], look: str
) -> None:
    paths = ("/staff/routes?number=13800138000&kind=notice", "/staff/routes/new", f"/staff/channels/{channels[0]}")
    page = opener(staff_client(app), "", size)
    for path in paths:
        visit(page, path, look, complaints)
