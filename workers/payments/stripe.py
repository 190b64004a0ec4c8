"""The only file that knows stripe-python: open a Checkout session, look one up, check an event's signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import stripe
from flask import current_app

from tenants.core.money import from_minor, to_minor
from tenants.ledger.topups import Paid

TOLERANCE_S = 300
TIMEOUT_S = 10
RETRIES_MAX = 2
T = TypeVar("T")
# An intent in these states will not pay its completed session any more; another one may still be on its way.
_FAILED = frozenset({"requires_payment_method", "canceled"})


class PaymentsDown(RuntimeError):
    """Stripe cannot be asked now; nothing was charged by this call."""


class NoSuchSession(RuntimeError):
    """Stripe answers, and knows no such session."""


class BadEvent(RuntimeError):
    """Not Stripe's, too old, or not readable."""


@dataclass(frozen=True)
class Order:
    """What is to be paid. `reference` names the top-up; the same reference again is the same session."""

    reference: str
    amount_micro: int
    currency: str
    name: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class Checkout:
    """A session and the address where it is paid."""

    session_id: str
    url: str


def checkout(order: Order) -> Checkout:
    """Open a Checkout session."""
    line = {
        "currency": order.currency.lower(),
        "unit_amount": to_minor(order.amount_micro, order.currency),
        "product_data": {"name": order.name},
    }
    wanted: Any = {
        "mode": "payment",
        "client_reference_id": order.reference,
        "customer_email": order.email,
        "locale": order.language,
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        "line_items": [{"quantity": 1, "price_data": line}],
    }
    opened = _ask(lambda client: client.v1.checkout.sessions.create(wanted, {"idempotency_key": order.reference}))
    return Checkout(opened.id, opened.url or "")


def look_up(session_id: str, account: str = "") -> Paid:
    """What became of a session, from Stripe itself."""
    options: Any = {"stripe_account": account} if account else {}
    wanted: Any = {"expand": ["payment_intent"]}
    found = _ask(lambda client: client.v1.checkout.sessions.retrieve(session_id, wanted, options)).to_dict()
    intent = found.get("payment_intent") or {}
    currency = str(found.get("currency") or "").upper()
    tax = (found.get("total_details") or {}).get("amount_tax") or 0
    amount = from_minor(int(found.get("amount_total") or 0) - int(tax), currency)
    return Paid(session_id, str(intent.get("id") or ""), amount, currency, account, _state(found, intent))


def _state(session: dict[str, Any], intent: dict[str, Any]) -> str:
    if session.get("status") != "complete":
        return "expired" if session.get("status") == "expired" else "open"
    if session.get("payment_status") == "paid":
        return "paid"
    return "failed" if intent.get("status") in _FAILED else "open"


def read_event(body: bytes, signature: str) -> dict[str, Any]:
    """The event in a webhook call; BadEvent unless one of our secrets signed it within the last five minutes."""
    secrets: str = current_app.config["SETTINGS"].stripe_webhook_secret
    for secret in filter(None, (each.strip() for each in secrets.split(","))):
        try:
            event = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE_S)
        except (stripe.SignatureVerificationError, ValueError, AttributeError):
            continue
        found: dict[str, Any] = event.to_dict()
        return _whole(found)
    raise BadEvent


def _whole(event: dict[str, Any]) -> dict[str, Any]:
    """The event, if it has what is read of one."""
    named = event.get("data", {}).get("object") if isinstance(event.get("data"), dict) else None
    texts = isinstance(event.get("id"), str) and isinstance(event.get("type"), str)
    if not (texts and isinstance(named, dict) and isinstance(event.get("livemode"), bool)):
        raise BadEvent
    return event


def _ask(call: Callable[[stripe.StripeClient], T]) -> T:
    settings = current_app.config["SETTINGS"]
    if not settings.stripe_api_key:
        raise PaymentsDown("no key is set")
    addresses: Any = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
    client = stripe.StripeClient(
        settings.stripe_api_key, base_addresses=addresses, max_network_retries=RETRIES_MAX,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )  # fmt: skip
    try:
        return call(client)
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise NoSuchSession from error
        raise PaymentsDown(str(error.code)) from error
    except stripe.StripeError as error:
        raise PaymentsDown(type(error).__name__) from error
