"""The books as staff see them, and a wallet adjusted by hand: looked at twice, booked once, on record."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants import ledger
from tenants.core import audit, scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.factories import Business
from tests.web.signed_in import client_of, staff_client

YUAN = 1_000_000
WISH = {"kind": "adjustment", "amount": "100", "reason": "Charged twice, ticket 2083"}


def key_on(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def act(staff: FlaskClient, business: Business, view: str, **wish: str) -> Any:
    data = {**WISH, "key": str(uuid.uuid4()), **wish}
    return staff.post(f"/staff/ledger/wallets/{business.id}/{view}?lang=en", data=data)


def balance(business: Business) -> ledger.Balance:
    with scopes.tenant(business.id):
        return ledger.balance(business.id)


def test_the_books_are_shown_and_checked(app: Flask) -> None:
    acme = factories.business("Golden Crane", credit_micro=12 * YUAN)
    staff = staff_client(app)
    page = staff.get("/staff/ledger?lang=en&name=Golden").text
    assert "Trial balance" in page and "Golden Crane" in page and 'hx-trigger="load"' in page
    total = re.search(r"Sum CNY</th>.*?<b>(.*?)</b>", page, re.S)
    assert total and re.sub("<[^>]*>", "", total[1]) == "¥0.00"
    assert "The books are right" in staff.get("/staff/ledger/check?lang=en").text
    assert client_of(app, acme).get("/staff/ledger").status_code == 404


def test_a_broken_book_is_named(app: Flask, owner: Any) -> None:
    acme = factories.business(credit_micro=YUAN)
    forge = "UPDATE ledger.accounts SET posted = posted {} 5 WHERE tenant_id = " + str(acme.id)
    with owner.begin() as connection:
        connection.exec_driver_sql(forge.format("+"))
    try:
        page = staff_client(app).get("/staff/ledger/check?lang=en").text
        assert "1 invariant is broken" in page and "posted is the sum of entries" in page
    finally:
        with owner.begin() as connection:
            connection.exec_driver_sql(forge.format("-"))


def test_an_adjustment_is_looked_at_and_then_booked_once(app: Flask) -> None:
    acme = factories.business("Golden Crane", credit_micro=50 * YUAN)
    staff = staff_client(app)
    key = key_on(staff.get(f"/staff/ledger/wallets/{acme.id}").text)
    looked = act(staff, acme, "review", key=key)
    assert "Add ¥100.00 to Golden Crane" in looked.text and "¥150" in looked.text
    assert balance(acme).posted == 50 * YUAN, "looking books nothing"
    for _ in range(2):  # a double click
        assert act(staff, acme, "adjust", key=key_on(looked.text)).status_code == 303
    assert balance(acme).posted == 150 * YUAN
    with scopes.platform(Reason.STAFF):
        entry = db.session.scalars(
            select(audit.Entry).where(audit.Entry.tenant_id == acme.id, audit.Entry.action == "ledger.adjustment")
        ).first()
        assert entry and (entry.detail["amount_micro"], entry.detail["reason"]) == (100 * YUAN, WISH["reason"])
    assert WISH["reason"] in client_of(app, acme).get("/billing").text, "the business sees why"


def test_money_is_taken_back_but_not_below_what_is_there(app: Flask) -> None:
    acme = factories.business(credit_micro=50 * YUAN)
    staff = staff_client(app)
    assert "Take ¥18.40 back from" in act(staff, acme, "review", amount="−18.40").text
    assert act(staff, acme, "adjust", amount="-18.40").status_code == 303
    assert act(staff, acme, "review", amount="-31.61").status_code == 422
    refused = act(staff, acme, "adjust", amount="-31.61")
    assert refused.status_code == 409 and "not enough" in refused.text
    assert balance(acme).posted == 31_600_000


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "--5"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "1000000.01"}, "amount"),
        ({"amount": "-5", "kind": "grant"}, "amount"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"kind": "topup"}, "kind"),
        ({"key": ""}, "kind"),
        ({"key": "1"}, "kind"),
    ],
)
def test_a_wish_that_makes_no_sense_is_said_beside_its_field(app: Flask, wish: dict[str, str], field: str) -> None:
    acme = factories.business()
    staff = staff_client(app)
    for view in ("review", "adjust"):
        answer = act(staff, acme, view, **wish)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert balance(acme) == ledger.Balance()


def test_a_key_used_for_another_amount_is_refused(app: Flask) -> None:
    acme = factories.business()
    staff, key = staff_client(app), str(uuid.uuid4())
    assert act(staff, acme, "adjust", key=key).status_code == 303
    assert act(staff, acme, "adjust", key=key, amount="101").status_code == 409
    assert balance(acme).posted == 100 * YUAN


def test_a_gift_comes_from_its_own_account(app: Flask) -> None:
    acme = factories.business()
    assert act(staff_client(app), acme, "adjust", kind="grant").status_code == 303
    with scopes.tenant(acme.id):
        assert [line.kind for line in ledger.statement().lines] == ["grant"]


def test_a_business_that_is_none_is_not_found(app: Flask) -> None:
    assert staff_client(app).get("/staff/ledger/wallets/999999999").status_code == 404


def test_wallets_come_in_pages(app: Flask) -> None:
    made = [factories.business(f"Paged {n}").id for n in range(3)]
    with scopes.platform(Reason.STAFF):
        first, after = ledger.wallets(name="Paged", limit=2)
        rest, end = ledger.wallets(name="Paged", after=after, limit=2)
    assert [each.tenant_id for each in (*first, *rest)] == sorted(made) and end == 0
