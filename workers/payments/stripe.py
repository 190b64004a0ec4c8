"""The only file that knows stripe-python: open a Checkout session, look one up, check an event's signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import stripe
from flask import current_app

from tenants.core.money import from_minor, to_minor
from tenants.ledger.topups import Paid

TOLERANCE_S = 300
TIMEOUT_S = 20
# Stripe's status of a session, and of its payment, in our words.
_STATES = {"complete": "paid", "expired": "expired", "open": "open"}


class PaymentsDown(RuntimeError):
    """Stripe cannot be asked now; nothing was charged by this call."""


class BadEvent(RuntimeError):
    """Not Stripe's, too old, or not readable."""


@dataclass(frozen=True)
class Checkout:
    """A session and the address where it is paid."""

    session_id: str
    url: str


def checkout(
    topup_id: int, amount_micro: int, currency: str, *, name: str, email: str, success_url: str, cancel_url: str
) -> Checkout:
    """Open a Checkout session for one top-up; the same top-up twice is the same session."""
    session = _ask(
        lambda client: client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "client_reference_id": str(topup_id),
                "customer_email": email,
                "success_url": success_url,
                "cancel_url": cancel_url,
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": currency.lower(),
                            "unit_amount": to_minor(amount_micro, currency),
                            "product_data": {"name": name},
                        },
                    }
                ],
            },
            {"idempotency_key": f"topup-{topup_id}"},
        )
    )
    return Checkout(session.id, session.url or "")


def look_up(session_id: str, account: str = "") -> Paid:
    """What became of a session, from Stripe itself."""
    session = _ask(lambda client: client.v1.checkout.sessions.retrieve(session_id))
    found: dict[str, Any] = session.to_dict()
    state = _STATES.get(found.get("status") or "open", "open")
    if state == "paid" and found.get("payment_status") != "paid":
        state = "open"  # a method that takes its time: the money is not there yet
    currency = str(found.get("currency") or "").upper()
    tax = (found.get("total_details") or {}).get("amount_tax") or 0
    amount = int(found.get("amount_total") or 0) - int(tax)
    intent = found.get("payment_intent")
    intent_id = intent["id"] if isinstance(intent, dict) else str(intent or "")
    return Paid(session_id, intent_id, from_minor(amount, currency), currency, account, state)


def read_event(body: bytes, signature: str) -> dict[str, Any]:
    """The event in a webhook call; BadEvent unless one of our secrets signed it within the last five minutes."""
    secrets: str = current_app.config["SETTINGS"].stripe_webhook_secret
    for secret in filter(None, (each.strip() for each in secrets.split(","))):
        try:
            event = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE_S)
        except (stripe.SignatureVerificationError, ValueError, UnicodeDecodeError):
            continue
        found: dict[str, Any] = event.to_dict()
        return found
    raise BadEvent


def _ask(call: Any) -> Any:
    settings = current_app.config["SETTINGS"]
    if not settings.stripe_api_key:
        raise PaymentsDown("no key is set")
    addresses: Any = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
    client = stripe.StripeClient(
        settings.stripe_api_key, base_addresses=addresses, max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )  # fmt: skip
    try:
        return call(client)
    except stripe.StripeError as error:
        raise PaymentsDown(type(error).__name__) from error
