"""Top-ups against a local Stripe: credited once whatever the news does, never on a stranger's word, and healed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import stripe
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants import ledger
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.scopes import Reason
from tenants.ledger.models import Topup
from tests import factories
from tests.workers.payments.arrange import (
    KEY,
    YUAN,
    LocalStripe,
    credited,
    deliver,
    event_state,
    local_stripe,
    state_of,
)  # fmt: skip
from workers import payments
from workers.jobs.payments import handle_stripe_event, reconcile_payments


@pytest.fixture
def local(app: Flask, tmp_path: Path) -> Iterator[LocalStripe]:
    with local_stripe(app, tmp_path) as running:
        yield running


def make_old(owner: sa.Engine, topup: Topup, age: timedelta = timedelta(minutes=11)) -> None:
    with owner.begin() as connection:
        connection.execute(sa.update(Topup).where(Topup.id == topup.id).values(created_at=now() - age))


def books_are_right() -> bool:
    with scopes.platform(Reason.SWEEPS):
        return ledger.verify() == []


def test_a_paid_top_up_is_credited_when_its_notification_comes(local: LocalStripe) -> None:
    acme = factories.business()
    topup = local.top_up(acme, 100 * YUAN)
    local.pay(topup)
    assert (state_of(topup), credited(acme)) == ("created", 0), "only the notification credits"
    for event in local.events(topup.session_id):
        deliver(local.app, event)
    assert (state_of(topup), credited(acme)) == ("paid", 100 * YUAN)
    assert books_are_right()


def test_any_order_any_repeats_any_losses_credit_once(local: LocalStripe, owner: sa.Engine) -> None:
    """S1: the news of one payment permuted, doubled, dropped and sent again; in the end the same books."""
    acme = factories.business()

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def play(data: st.DataObject) -> None:
        before = credited(acme)
        with owner.begin() as connection:
            connection.exec_driver_sql("DELETE FROM shared.throttles")
        topup = local.top_up(acme, YUAN)
        local.pay(topup)
        news = local.events(topup.session_id)
        assert len(news) == 4
        copies = data.draw(st.lists(st.sampled_from(range(len(news))), max_size=10))
        for place in copies:
            deliver(local.app, news[place])
        make_old(owner, topup)
        reconcile_payments()
        for place in data.draw(st.lists(st.sampled_from(range(len(news))), max_size=3)):
            deliver(local.app, news[place])
        assert (state_of(topup), credited(acme) - before) == ("paid", YUAN)

    play()
    assert books_are_right()


def test_a_lost_notification_is_asked_after(local: LocalStripe, owner: sa.Engine) -> None:
    acme = factories.business()
    topup = local.top_up(acme, 20 * YUAN)
    local.pay(topup)
    reconcile_payments()
    assert state_of(topup) == "created", "the notification still has its time"
    make_old(owner, topup)
    reconcile_payments()
    reconcile_payments()
    assert (state_of(topup), credited(acme)) == ("paid", 20 * YUAN)


def test_one_session_stripe_does_not_know_stops_no_other(local: LocalStripe, owner: sa.Engine) -> None:
    acme = factories.business()
    lost, unlinked, paid = (local.top_up(acme, 20 * YUAN) for _ in range(3))
    local.pay(paid)
    with owner.begin() as connection:
        connection.execute(sa.update(Topup).where(Topup.id == lost.id).values(session_id=f"cs_gone_{lost.id}"))
        connection.execute(sa.update(Topup).where(Topup.id == unlinked.id).values(session_id=""))
    for topup in (lost, unlinked, paid):
        make_old(owner, topup)
    reconcile_payments()
    assert [state_of(each) for each in (lost, unlinked, paid)] == ["expired", "expired", "paid"]
    assert credited(acme) == 20 * YUAN


def test_news_while_stripe_is_away_waits(local: LocalStripe) -> None:
    acme = factories.business()
    topup = local.top_up(acme, 20 * YUAN)
    local.pay(topup)
    event = local.events(topup.session_id)[-1]
    for _ in range(3):  # stripe-python tries three times
        local.control("faults", path=f"/v1/checkout/sessions/{topup.session_id}", kind="error")
    deliver(local.app, event)
    assert event_state(event["id"]) == ("new", "")
    handle_stripe_event(event["id"])
    assert (event_state(event["id"]), credited(acme)) == (("done", "paid"), 20 * YUAN)


def test_expired_and_failed_payments_close_the_top_up(local: LocalStripe) -> None:
    acme = factories.business()
    expired, failed = local.top_up(acme, 20 * YUAN), local.top_up(acme, 30 * YUAN)
    local.control(f"sessions/{expired.session_id}/expire")
    local.pay(failed, delayed=True)
    for event in local.events(failed.session_id):
        deliver(local.app, event)
    assert state_of(failed) == "created", "the money is on its way"
    local.control(f"sessions/{failed.session_id}/settle", succeeded=False)
    for event in local.events():
        deliver(local.app, event)
    assert [state_of(expired), state_of(failed), credited(acme)] == ["expired", "failed", 0]


def test_a_delayed_payment_is_credited_when_it_came(local: LocalStripe) -> None:
    acme = factories.business()
    topup = local.top_up(acme, 20 * YUAN)
    local.pay(topup, delayed=True)
    local.control(f"sessions/{topup.session_id}/settle", succeeded=True)
    news = local.events(topup.session_id)
    random.Random(7).shuffle(news)
    for event in news:
        deliver(local.app, event)
    assert (state_of(topup), credited(acme)) == ("paid", 20 * YUAN)


def test_a_stranger_with_a_stripe_of_his_own_credits_nobody(local: LocalStripe) -> None:
    """S2: a connected account pays a session of its own that names our top-up, or claims our session."""
    acme = factories.business()
    topup = local.top_up(acme, 20 * YUAN)
    client = stripe.StripeClient(KEY, base_addresses={"api": local.url})
    price = {"currency": "cny", "unit_amount": 2_000, "product_data": {"name": "x"}}
    minted = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "client_reference_id": str(topup.id),
            "metadata": {"topup": str(topup.id), "tenant": str(acme.id)},
            "success_url": "http://localhost",
            "line_items": [{"quantity": 1, "price_data": price}],
        },
        {"stripe_account": "acct_evil"},
    )
    local.control(f"sessions/{minted.id}/pay", card="4242424242424242")
    listed = client.v1.events.list({"limit": 100}, {"stripe_account": "acct_evil"}).to_dict()["data"]
    completed = next(event for event in listed if event["type"] == "checkout.session.completed")
    assert completed["account"] == "acct_evil"
    deliver(local.app, completed)
    assert event_state(completed["id"]) == ("failed", "unknown")

    local.pay(topup)
    ours = next(e for e in local.events(topup.session_id) if e["type"] == "checkout.session.completed")
    deliver(local.app, {**ours, "id": f"evt_claim_{topup.id}", "account": "acct_evil"})
    assert event_state(f"evt_claim_{topup.id}") == ("failed", "unknown")
    assert (state_of(topup), credited(acme)) == ("created", 0)


@pytest.mark.parametrize("wrong", [{"amount_micro": 21 * YUAN}, {"currency": "USD"}])
def test_another_amount_or_currency_than_ours_is_not_credited(
    local: LocalStripe, owner: sa.Engine, wrong: dict[str, object]
) -> None:
    acme = factories.business()
    topup = local.top_up(acme, 20 * YUAN)
    local.pay(topup)
    with owner.begin() as connection:
        connection.execute(sa.update(Topup).where(Topup.id == topup.id).values(**wrong))
    event = local.events(topup.session_id)[-1]
    deliver(local.app, event)
    assert event_state(event["id"]) == ("failed", "mismatch")
    assert (state_of(topup), credited(acme)) == ("created", 0)
    with scopes.platform(Reason.STAFF):
        assert event["id"] in [each.id for each in ledger.unresolved_events()]


def test_live_news_and_unknown_kinds_are_kept_and_ignored(local: LocalStripe) -> None:
    """S4."""
    acme = factories.business()
    topup = local.top_up(acme, 20 * YUAN)
    local.pay(topup)
    ours = next(e for e in local.events(topup.session_id) if e["type"] == "checkout.session.completed")
    deliver(local.app, {**ours, "id": f"evt_live_{topup.id}", "livemode": True})
    deliver(local.app, {**ours, "id": f"evt_odd_{topup.id}", "type": "some.future.kind"})
    assert event_state(f"evt_live_{topup.id}") == event_state(f"evt_odd_{topup.id}") == ("ignored", "")
    assert (state_of(topup), credited(acme)) == ("created", 0)


def test_a_checkout_asked_for_twice_is_one_session(local: LocalStripe) -> None:
    """S6: we died between Stripe's answer and our commit, and ask again."""
    order = payments.Order(
        "top_TWICE", 20 * YUAN, "CNY", name="Balance", email="ada@example.com", language="zh",
        success_url="http://localhost/done", cancel_url="http://localhost/no", expires_at=now() + timedelta(hours=1),
    )  # fmt: skip
    assert payments.checkout(order) == payments.checkout(order)
