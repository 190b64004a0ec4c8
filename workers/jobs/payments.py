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
# What came of an event and needs a person: somebody paid who should not, or otherwise than asked.
SUSPECT = frozenset({"unknown", "mismatch"})


def handle_stripe_event(event_id: str) -> None:
    """Handle one event. It is only a hint: the session is fetched again, so order and repeats do not matter."""
    with scopes.platform(Reason.PAYMENTS):
        event = ledger.take_event(event_id)
        if event is None:
            return
        if event.type not in CHECKOUT or event.livemode is not _live():
            ledger.close_event(event_id, "ignored")
            return
        session_id, account = str(event.payload["id"]), event.account
        if not ledger.is_our_topup(session_id, account):
            # Anybody with a Stripe account of his own can mint sessions that speak of us; nobody is asked about them.
            log.error("topup.stranger", session=session_id, account=account)
            ledger.close_event(event_id, "failed", "unknown")
            return
    try:
        said = payments.look_up(session_id, account)
    except (payments.PaymentsDown, payments.NoSuchSession) as error:
        log.warning("stripe.down", stripe_event=event_id, error=repr(error))
        return
    with scopes.platform(Reason.PAYMENTS):
        done = ledger.settle_topup(said)
        ledger.close_event(event_id, "failed" if done in SUSPECT else "done", done)


def reconcile_payments() -> None:
    """Ask Stripe about top-ups whose notification never came; one that Stripe does not know stops no other."""
    with scopes.platform(Reason.PAYMENTS):
        waiting = ledger.unanswered()
    for session_id in waiting:
        try:
            said = payments.look_up(session_id)
        except payments.NoSuchSession:
            log.error("topup.session_unknown", session=session_id)
            with scopes.platform(Reason.PAYMENTS):
                ledger.give_up_topup(session_id)
            continue
        except payments.PaymentsDown as error:
            log.warning("stripe.down", session=session_id, error=str(error))
            return
        with scopes.platform(Reason.PAYMENTS):
            ledger.settle_topup(said)


def _live() -> bool:
    """Whether our key is a live one; news of the other mode is not for us."""
    return str(current_app.config["SETTINGS"].stripe_api_key).startswith(("sk_live_", "rk_live_"))
