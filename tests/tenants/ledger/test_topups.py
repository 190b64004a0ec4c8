"""What becomes of a top-up when Stripe says something about its session: the table of S1 and S2, without Stripe."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.errors import Conflict, NotFound
from tenants.core.scopes import Reason
from tenants.ledger import Paid
from tenants.ledger.models import Topup
from tests import factories
from tests.factories import Business

AMOUNT = 20_000_000


def opened(business: Business) -> Topup:
    with scopes.tenant(business.id):
        topup = ledger.open_topup(AMOUNT, by=business.owner_id)
        ledger.link_topup(topup.id, f"cs_{uuid.uuid4().hex}")
        return ledger.get_topup(topup.id)


def said(topup: Topup, state: str, **others: object) -> str:
    facts = {"payment_intent": f"pi_{topup.session_id}", "amount_micro": AMOUNT, "currency": "CNY", "account": ""}
    with scopes.platform(Reason.PAYMENTS):
        return ledger.settle_topup(Paid(topup.session_id, state=state, **{**facts, **others}))  # type: ignore[arg-type]


def now_of(business: Business, topup: Topup) -> tuple[str, int]:
    with scopes.tenant(business.id):
        return ledger.get_topup(topup.id).state, ledger.balance(business.id).posted


@pytest.mark.parametrize("news", list(itertools.permutations(["open", "paid", "expired", "failed"], 3)))
def test_whatever_is_said_in_whatever_order_paid_is_paid_once(app: Flask, news: tuple[str, ...]) -> None:
    acme = factories.business()
    topup = opened(acme)
    for state in news:
        said(topup, state)
        said(topup, state)
    closed = [state for state in news if state in {"expired", "failed"}]
    assert now_of(acme, topup) == (("paid", AMOUNT) if "paid" in news else (closed[0], 0))


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"account": "acct_evil"}, "unknown"),
        ({"amount_micro": AMOUNT - 1}, "mismatch"),
        ({"currency": "USD"}, "mismatch"),
        ({"payment_intent": ""}, "mismatch"),
    ],
)
def test_another_account_amount_currency_or_no_payment_credits_nothing(
    app: Flask, wrong: dict[str, object], answer: str
) -> None:
    acme = factories.business()
    topup = opened(acme)
    assert said(topup, "paid", **wrong) == answer
    assert now_of(acme, topup) == ("created", 0)


def test_one_payment_pays_one_top_up(app: Flask) -> None:
    acme = factories.business()
    first, second = opened(acme), opened(acme)
    assert said(first, "paid", payment_intent=f"pi_{acme.id}") == "paid"
    with pytest.raises(Conflict):
        said(second, "paid", payment_intent=f"pi_{acme.id}")
    assert now_of(acme, second) == ("created", AMOUNT)


def test_many_handlers_at_once_credit_once(app: Flask) -> None:
    acme = factories.business()
    topup = opened(acme)

    def handle(_: int) -> str:
        with app.app_context():
            return said(topup, "paid")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(handle, range(16))) == {"paid"}
    assert now_of(acme, topup) == ("paid", AMOUNT)


def test_a_session_is_linked_once(app: Flask, trail: Callable[[], set[str]]) -> None:
    acme = factories.business()
    topup = opened(acme)
    with scopes.tenant(acme.id):
        ledger.link_topup(topup.id, "cs_other")
        assert ledger.get_topup(topup.id).session_id == topup.session_id
    assert trail() >= {"topup.open"}


def test_a_tenant_neither_sees_anothers_top_up_nor_pays_its_own(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    topup = opened(acme)
    with pytest.raises(NotFound), scopes.tenant(rival.id):
        ledger.get_topup(topup.id)
    with pytest.raises(Exception, match="permission denied"), scopes.tenant(acme.id):
        ledger.get_topup(topup.id).state = "paid"
