"""The objects as the API shows them. A key that begins with an underscore is ours and is never shown."""

from __future__ import annotations

import secrets
import string
import time
from typing import Any, Final

from workers.simulators.stripe.cards import Card
from workers.simulators.stripe.store import Object

API_VERSION: Final = "2026-10-28.endive"
ALPHABET: Final = string.ascii_letters + string.digits
FEE_PER_MILLE: Final = 29
FEE_FIXED: Final = 30
DISPUTE_FEE: Final = 1_500
SESSION_S: Final = 24 * 3600


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(length))


def made(prefix: str, kind: str, **content: Any) -> Object:
    return {"id": new_id(prefix), "object": kind, "created": int(time.time()), **content}


def customer(content: dict[str, Any]) -> Object:
    given = {name: content.get(name) for name in ("email", "name", "phone", "description")}
    return made(
        "cus",
        "customer",
        **given,
        address=None,
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None},
        metadata={},
        preferred_locales=[],
        shipping=None,
        tax_exempt="none",
    )


def payment_method(card: Card, expires: tuple[int, int] = (12, 2034)) -> Object:
    shown = {"brand": card.brand, "last4": card.number[-4:], "exp_month": expires[0], "exp_year": expires[1]}
    return made(
        "pm",
        "payment_method",
        type="card",
        billing_details={"address": None, "email": None, "name": None, "phone": None},
        card={**shown, "country": "US", "funding": "credit", "fingerprint": f"local{card.number[-6:]}"},
        customer=None,
        metadata={},
        _number=card.number,
        _set_up=False,
    )


def payment_intent(money: int, currency: str, **content: Any) -> Object:
    intent = made(
        "pi",
        "payment_intent",
        amount=money,
        amount_capturable=0,
        amount_received=0,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method="automatic",
        confirmation_method="automatic",
        currency=currency,
        customer=None,
        description=None,
        last_payment_error=None,
        latest_charge=None,
        metadata={},
        next_action=None,
        payment_method=None,
        payment_method_types=["card"],
        processing=None,
        receipt_email=None,
        setup_future_usage=None,
        status="requires_payment_method",
    )
    intent["client_secret"] = f"{intent['id']}_secret_{new_id('x', 12)[2:]}"
    return intent | content


def setup_intent(**content: Any) -> Object:
    intent = made(
        "seti",
        "setup_intent",
        cancellation_reason=None,
        customer=None,
        description=None,
        last_setup_error=None,
        latest_attempt=None,
        metadata={},
        next_action=None,
        payment_method=None,
        payment_method_types=["card"],
        status="requires_payment_method",
        usage="off_session",
    )
    intent["client_secret"] = f"{intent['id']}_secret_{new_id('x', 12)[2:]}"
    return intent | content


def charge(intent: Object, method: Object, **content: Any) -> Object:
    return (
        made(
            "ch",
            "charge",
            amount=intent["amount"],
            amount_captured=0,
            amount_refunded=0,
            balance_transaction=None,
            billing_details=method["billing_details"],
            captured=False,
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            disputed=False,
            failure_code=None,
            failure_message=None,
            metadata=intent["metadata"],
            outcome=None,
            paid=False,
            payment_intent=intent["id"],
            payment_method=method["id"],
            payment_method_details={"card": method["card"], "type": "card"},
            receipt_email=intent["receipt_email"],
            refunded=False,
            status="failed",
        )
        | content
    )


def balance_transaction(kind: str, category: str, source: Object, money: int, fee: int = 0) -> Object:
    now = int(time.time())
    details = {"amount": fee, "currency": source["currency"], "type": "stripe_fee", "description": "processing fees"}
    return made(
        "txn",
        "balance_transaction",
        amount=money,
        available_on=now,
        balance_type="payments",
        currency=source["currency"],
        description=None,
        exchange_rate=None,
        fee=fee,
        fee_details=[details] if fee else [],
        net=money - fee,
        reporting_category=category,
        source=source["id"],
        status="available",
        type=kind,
    )


def fee_of(money: int) -> int:
    """2.9 % and a fixed part, rounded half up."""
    return (money * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED


def refund(paid: Object, money: int, **content: Any) -> Object:
    return (
        made(
            "re",
            "refund",
            amount=money,
            balance_transaction=None,
            charge=paid["id"],
            currency=paid["currency"],
            destination_details={"card": {"type": "refund"}, "type": "card"},
            metadata={},
            payment_intent=paid["payment_intent"],
            reason=None,
            receipt_number=None,
            source_transfer_reversal=None,
            status="succeeded",
            transfer_reversal=None,
        )
        | content
    )


def dispute(paid: Object, money: int, reason: str) -> Object:
    return made(
        "du",
        "dispute",
        amount=money,
        balance_transactions=[],
        charge=paid["id"],
        currency=paid["currency"],
        evidence={},
        evidence_details={"due_by": int(time.time()) + 7 * 86400, "has_evidence": False, "past_due": False},
        is_charge_refundable=False,
        metadata={},
        payment_intent=paid["payment_intent"],
        reason=reason,
        status="needs_response",
    )


def session(**content: Any) -> Object:
    now = int(time.time())
    checkout = made(
        "cs",
        "checkout.session",
        automatic_tax={"enabled": False, "liability": None, "status": None},
        cancel_url=None,
        client_reference_id=None,
        client_secret=None,
        consent=None,
        currency=None,
        custom_fields=[],
        customer=None,
        customer_creation=None,
        customer_details=None,
        customer_email=None,
        expires_at=now + SESSION_S,
        invoice=None,
        locale=None,
        metadata={},
        mode="payment",
        payment_intent=None,
        payment_method_types=["card"],
        payment_status="unpaid",
        setup_intent=None,
        shipping_options=[],
        status="open",
        submit_type=None,
        subscription=None,
        success_url=None,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
    )
    checkout["id"] = new_id("cs_test", 58)
    return checkout | content


def event(kind: str, content: Object, request: dict[str, str | None]) -> Object:
    return made(
        "evt",
        "event",
        api_version=API_VERSION,
        data={"object": shown(content)},
        pending_webhooks=0,
        request=request,
        type=kind,
    )


def shown(content: Any) -> Any:
    """Without what is ours."""
    if isinstance(content, dict):
        return {name: shown(value) for name, value in content.items() if not name.startswith("_")}
    return [shown(each) for each in content] if isinstance(content, list) else content
