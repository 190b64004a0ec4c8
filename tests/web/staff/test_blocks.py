"""The page of the platform's blocks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.optouts.models import GlobalBlock
from tests.web.console.campaign_pages import words
from tests.web.signed_in import staff_client


@pytest.fixture(autouse=True)
def nobody_blocked(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(delete(GlobalBlock))


def test_numbers_are_blocked_found_and_let_go(app: Flask) -> None:
    staff = staff_client(app)
    assert "No number is blocked" in words(staff.get("/staff/blocks?lang=en").text)
    numbers = "13800138000\n13900139000"
    assert staff.post("/staff/blocks", data={"numbers": numbers, "reason": "order"}).status_code == 303
    page = words(staff.get("/staff/blocks?lang=en").text)
    assert "2 numbers are blocked from now." in page and "By order of an authority 2" in page
    found = words(staff.post("/staff/blocks/find?lang=en", data={"number": "138 0013 8000"}).text)
    assert "This number is blocked: By order of an authority" in found and "Since" in found
    kept = staff.post("/staff/blocks/lift?lang=en", data={"number": "13800138000", "why": ""})
    assert kept.status_code == 422 and 'id="why-error"' in kept.text
    assert staff.post("/staff/blocks/lift", data={"number": "13800138000", "why": "withdrawn"}).status_code == 303
    found = words(staff.post("/staff/blocks/find?lang=en", data={"number": "13800138000"}).text)
    assert "This number is not blocked" in found


def test_what_is_no_number_is_said_beside_the_field_and_all_typed_is_kept(app: Flask) -> None:
    answer = staff_client(app).post("/staff/blocks?lang=en", data={"numbers": "13800138000\nhello", "reason": "order"})
    assert answer.status_code == 422
    assert 'id="numbers-error"' in answer.text and "“hello” is no mobile number" in answer.text
    assert "13800138000\nhello" in answer.text
