"""Billing: the balance and its causes, the statement as a file, and paying in through the local Stripe."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import insert

from tenants import ledger, resellers
from tenants.accounts.models import Identity, Member
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.ledger.models import Topup
from tenants.resellers.starter_prices import STARTER_PRICES
from tests import factories
from tests.factories import Business
from tests.tenants.campaigns import arrange
from tests.web.signed_in import client_of
from tests.workers.payments.arrange import LocalStripe, credited, deliver, local_stripe, state_of

YUAN = 1_000_000
HTMX = {"HX-Request": "true"}


@pytest.fixture
def local(app: Flask, tmp_path: Path) -> Iterator[LocalStripe]:
    with local_stripe(app, tmp_path) as running:
        yield running


def member_of(business: Business) -> int:
    with scopes.platform(Reason.SIGN_UP):
        bob = factories.identity(f"bob-{business.id}@example.com", name="Bob")
        row = {"tenant_id": business.id, "identity_id": bob, "role": "member", "created_at": now()}
        db.session.execute(insert(Member).values(row))
    return bob


def topups(business: Business) -> list[Topup]:
    with scopes.tenant(business.id):
        return ledger.recent_topups()


def money(text: str) -> str:
    """As the page sets it, decimals smaller."""
    whole, _point, decimals = text.partition(".")
    return f'{whole}<span class="dec">.{decimals}</span>'


def test_the_page_says_what_is_there_held_settled_and_returned(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000 * YUAN)
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(f"page:{acme.id}", acme.id, 300 * YUAN, ref=("campaign", 404))
        legs = [ledger.Leg(hold_id, 120 * YUAN, 30 * YUAN)]
        ledger.settle(f"page:{acme.id}", acme.id, legs, ref=("campaign", 404))
    page = client_of(app, acme).get("/billing?lang=en").text
    for shown in ("¥730.00", "¥150.00", "¥120.00", "¥30.00"):
        assert money(shown) in page, shown
    assert "Settled ¥120.00 · held ¥150.00 · returned ¥30.00" in page
    assert "Opening ¥0.00, closing ¥730.00" in page


def test_a_campaigns_line_leads_to_it(app: Flask) -> None:
    ready = arrange.ready(3)
    with scopes.tenant(ready.tenant_id):
        ledger.hold(f"link:{ready.tenant_id}", ready.tenant_id, YUAN, ref=("campaign", ready.campaign_id))
    acme = Business(ready.tenant_id, ready.owner_id, "")
    page = client_of(app, acme).get("/billing?kind=usage&lang=en").text
    assert re.search(r'<a href="/campaigns/cmp_\w+">', page)


def test_an_amount_is_quoted_while_it_is_typed(app: Flask) -> None:
    with scopes.platform(Reason.DEMO):
        resellers.publish(STARTER_PRICES)
    client = client_of(app, factories.business(credit_micro=100 * YUAN))
    said = client.get("/billing/quote?amount=4,800.00&lang=en", headers=HTMX).text
    assert "Balance after it: ¥4,900.00 · about 100,000 more parts" in said and "Pay ¥4,800.00" in said
    assert "about 2,000 parts left" in client.get("/billing?lang=en").text
    for nonsense in ("", "x", "-5", "1.234", "NaN", "1e99"):
        said = client.get(f"/billing/quote?amount={nonsense}&lang=en", headers=HTMX).text
        assert "Enter an amount" in said, nonsense
    for beyond in ("0.5", "50000.01", "99999999"):
        said = client.get(f"/billing/quote?amount={beyond}&lang=en", headers=HTMX).text
        assert "Between ¥1.00 and ¥50,000.00" in said and "Balance after" not in said, beyond


def test_paying_in_from_the_form_to_the_balance(local: LocalStripe) -> None:
    acme = factories.business()
    client = client_of(local.app, acme)
    answer = client.post("/billing/top-up", data={"amount": "1,234.50"})
    assert answer.status_code == 200
    address = re.search(r'href="(http://127[^"]+/c/pay/(cs_\w+))"', answer.text)
    assert address and answer.headers["Refresh"] == f"0; url={address[1]}"
    [topup] = topups(acme)
    assert (topup.state, topup.session_id, topup.amount_micro) == ("created", address[2], 1_234_500_000)
    session = local._get(f"/v1/checkout/sessions/{topup.session_id}")
    assert (session["amount_total"], session["currency"], session["mode"]) == (123_450, "cny", "payment")
    back = session["success_url"].removeprefix("http://localhost")
    assert session["client_reference_id"] in back

    local.pay(topup)
    waiting = client.get(back, query_string={"lang": "en"}).text
    assert "Waiting for the payment notification" in waiting and 'hx-trigger="every 2s' in waiting
    assert credited(acme) == 0, "only the notification credits"
    over = client.get(back, query_string={"lang": "en", "tries": 30}, headers=HTMX).text
    assert "The notification has not come yet" in over and "hx-trigger" not in over
    for event in local.events(topup.session_id):
        deliver(local.app, event)
    assert client.get(back, headers=HTMX).headers["HX-Refresh"] == "true"
    assert "¥1,234.50 were credited" in client.get(back, query_string={"lang": "en"}).text
    assert (credited(acme), state_of(topup)) == (1_234_500_000, "paid")
    with scopes.tenant(acme.id):
        assert ledger.statement().lines[0].kind == "topup"


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("", "Enter an amount"),
        ("abc", "Enter an amount"),
        ("10.005", "Enter an amount"),
        ("0.99", "Between ¥1.00 and ¥50,000.00"),
        ("50000.01", "Between ¥1.00 and ¥50,000.00"),
        ("-5", "Between ¥1.00 and ¥50,000.00"),
    ],
)
def test_a_wrong_amount_is_said_beside_the_field_and_kept(app: Flask, amount: str, says: str) -> None:
    acme = factories.business()
    answer = client_of(app, acme).post("/billing/top-up?lang=en", data={"amount": amount})
    assert answer.status_code == 422
    assert says in answer.text and 'aria-invalid="true"' in answer.text
    assert not amount or f'value="{amount}"' in answer.text
    assert topups(acme) == []


def test_a_trial_pays_in_a_thousand_a_day_open_payments_counted(local: LocalStripe, owner: sa.Engine) -> None:
    acme = factories.business(state="trial")
    client = client_of(local.app, acme)
    assert client.post("/billing/top-up", data={"amount": "600"}).status_code == 200
    refused = client.post("/billing/top-up?lang=en", data={"amount": "401"})
    assert refused.status_code == 429 and "¥400.00 are left" in refused.text
    with owner.begin() as connection:  # nobody paid within the hour
        old = now() - ledger.PAYABLE_FOR
        connection.execute(sa.update(Topup).where(Topup.tenant_id == acme.id).values(created_at=old))
    assert client.post("/billing/top-up", data={"amount": "401"}).status_code == 200


def test_only_an_owner_pays_in(app: Flask) -> None:
    acme = factories.business()
    bob = client_of(app, acme, member_of(acme))
    assert "Only an owner" in bob.get("/billing?lang=en").text
    assert bob.post("/billing/top-up", data={"amount": "100"}).status_code == 403
    assert topups(acme) == []


def test_an_unverified_address_pays_nothing_in(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business()
    with owner.begin() as connection:
        connection.execute(sa.update(Identity).where(Identity.id == acme.owner_id).values(verified_at=None))
    answer = client_of(app, acme).post("/billing/top-up?lang=en", data={"amount": "100"})
    assert answer.status_code == 429 and "Confirm your e-mail" in answer.text
    assert topups(acme) == []


def test_payments_are_throttled(local: LocalStripe) -> None:
    acme = factories.business()
    client = client_of(local.app, acme)
    answers = [client.post("/billing/top-up?lang=en", data={"amount": "1"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "Too many" in answers[-1].text
    assert len(topups(acme)) == 10


def test_a_payment_page_that_cannot_be_opened_charges_nothing(app: Flask) -> None:
    acme = factories.business()
    answer = client_of(app, acme).post("/billing/top-up?lang=en", data={"amount": "100"})
    assert answer.status_code == 503 and "Nothing was charged" in answer.text


def test_anothers_top_up_does_not_exist(local: LocalStripe) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    client_of(local.app, acme).post("/billing/top-up", data={"amount": "100"})
    session = local._get(f"/v1/checkout/sessions/{topups(acme)[0].session_id}")
    for view in ("success_url", "cancel_url"):
        path = session[view].removeprefix("http://localhost")
        assert client_of(local.app, acme).get(path).status_code == 200
        assert client_of(local.app, rival).get(path).status_code == 404


def test_the_file_agrees_with_the_balance_to_the_micro_and_holds_no_formula(app: Flask) -> None:
    """M11."""
    acme = factories.business()
    odd = 10**16 + 1  # beyond what a float holds
    with scopes.platform(Reason.PAYMENTS):
        ledger.grant(f"csv:in:{acme.id}", acme.id, "CNY", odd, note="=HYPERLINK(1)")
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(f"csv:{acme.id}", acme.id, 45_001, ref=("campaign", 404))
        ledger.settle(f"csv:{acme.id}", acme.id, [ledger.Leg(hold_id, 45_001)], ref=("campaign", 404))
        balance = ledger.balance(acme.id).available
    answer = client_of(app, acme).get("/billing/statement.csv?lang=en")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    head, closing, *lines, opening = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head == [
        "Time", "Matter", "Cause", "Note", "Settled", "Held", "Returned", "Amount", "Balance", "Currency",
    ]  # fmt: skip
    moved = sum(Decimal(line[7]) for line in lines)
    assert Decimal(opening[8]) + moved == Decimal(closing[8]) == Decimal(balance) / 1_000_000
    assert [line[7] for line in lines] == ["-0.045001", "10000000000.000001"]
    assert lines[1][3] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "after=x", "month=9999-12", "month=0001-01"])
def test_an_address_somebody_invented_is_not_found(app: Flask, query: str) -> None:
    assert client_of(app, factories.business()).get(f"/billing?{query}").status_code == 404


def test_a_month_without_movements_says_so(app: Flask) -> None:
    assert "Nothing moved" in client_of(app, factories.business()).get("/billing?month=2024-02&lang=en").text
