"""Payments: Stripe's events handled one by one, and what it never told us asked after."""

from __future__ import annotations

import structlog
from flask import current_app

from tenants import ledger
from tenants.core import scopes
from tenants.core.scopes import Reason
from workers import payments

log = structlog.get_logger()

CHECKOUT = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)


def handle_stripe_event(event_id: str) -> None:
    """Handle one event. It is only a hint: the session is fetched again, so order and repeats do not matter."""
    with scopes.platform(Reason.PAYMENTS):
        event = ledger.take_event(event_id)
    if event is None:
        return
    if event.type not in CHECKOUT or event.livemode is not _live():
        _close(event_id, "ignored")
        return
    try:
        paid = payments.look_up(str(event.payload["data"]["object"]["id"]), event.account)
    except payments.PaymentsDown as error:
        log.warning("stripe.down", stripe_event=event_id, error=str(error))
        return
    with scopes.platform(Reason.PAYMENTS):
        ledger.close_event(event_id, "done", ledger.settle_topup(paid))


def _close(event_id: str, state: str) -> None:
    with scopes.platform(Reason.PAYMENTS):
        ledger.close_event(event_id, state)


def reconcile_payments() -> None:
    """Ask Stripe about top-ups whose notification never came."""
    with scopes.platform(Reason.PAYMENTS):
        waiting = ledger.unanswered()
    for session_id in waiting:
        try:
            paid = payments.look_up(session_id)
        except payments.PaymentsDown as error:
            log.warning("stripe.down", session=session_id, error=str(error))
            return
        with scopes.platform(Reason.PAYMENTS):
            ledger.settle_topup(paid)


def _live() -> bool:
    """Whether our key is a live one; news of the other mode is not for us."""
    return str(current_app.config["SETTINGS"].stripe_api_key).startswith(("sk_live_", "rk_live_"))
