"""Checkout: a session is made by the API, paid on the hosted page (or by /control), completed or expired."""

from __future__ import annotations

import time
from typing import Any, Final

from workers.simulators.stripe import forms, payments, shapes
from workers.simulators.stripe.account import Account
from workers.simulators.stripe.errors import ApiError, invalid, missing
from workers.simulators.stripe.forms import Params
from workers.simulators.stripe.store import Object

LINES_MAX: Final = 100
EXPIRES_S_MIN: Final = 30 * 60
EXPIRES_S_MAX: Final = 24 * 3600


def create(account: Account, params: Params) -> Object:
    """mode=payment with prices given in place, or mode=setup."""
    mode = forms.required(params, "mode")
    if mode not in ("payment", "setup"):
        raise invalid(f"This Stripe knows no mode {mode}.", "mode")
    if params.get("customer") and params.get("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    content: dict[str, Any] = {"mode": mode, "metadata": forms.metadata(params)}
    for name in ("client_reference_id", "customer", "customer_email", "customer_creation", "cancel_url", "locale"):
        content[name] = forms.text(params, name)
    content["success_url"] = forms.required(params, "success_url")
    if content["customer"]:
        account.find("customer", content["customer"], "customer")
    content["_intent"] = forms.branch(params, "payment_intent_data")
    content["automatic_tax"] = _tax(params)
    made = shapes.session(**content, **(_lines(params) if mode == "payment" else _setup(account, params)))
    made["expires_at"] = _expires_at(params) or made["expires_at"]
    made["url"] = f"{account.pages}/c/pay/{made['id']}"
    return account.save(made)


def _tax(params: Params) -> dict[str, Any]:
    enabled = forms.flag(forms.branch(params, "automatic_tax"), "enabled")
    return {
        "enabled": enabled,
        "liability": {"type": "self"} if enabled else None,
        "status": "complete" if enabled else None,
    }


def _expires_at(params: Params) -> int | None:
    value = forms.text(params, "expires_at")
    if value is None:
        return None
    now = time.time()
    if not value.isdigit() or not now + EXPIRES_S_MIN - 60 <= int(value) <= now + EXPIRES_S_MAX + 60:
        raise invalid("The expires_at timestamp must be from 30 minutes to 24 hours away.", "expires_at")
    return int(value)


def _lines(params: Params) -> dict[str, Any]:
    given = params.get("line_items")
    if not isinstance(given, list) or not 0 < len(given) <= LINES_MAX:
        raise missing("line_items")
    lines = [_line(item, index) for index, item in enumerate(given)]
    currencies = {line["currency"] for line in lines}
    if len(currencies) != 1:
        raise invalid("All prices must have the same currency.", "line_items")
    total = sum(line["amount_total"] for line in lines)
    return {"amount_subtotal": total, "amount_total": total, "currency": currencies.pop(), "_lines": lines}


def _line(item: Any, index: int) -> Object:
    where = f"line_items[{index}]"
    price = forms.branch(item, "price_data") if isinstance(item, dict) else {}
    product = forms.branch(price, "product_data")
    if not price:
        raise missing(f"{where}[price_data]")
    unit, quantity = forms.amount(price, "unit_amount"), forms.amount(item, "quantity") or 1
    if unit is None:
        raise missing(f"{where}[price_data][unit_amount]")
    if not product.get("name"):
        raise missing(f"{where}[price_data][product_data][name]")
    money, currency = unit * quantity, forms.currency(price)
    shown = {
        "id": shapes.new_id("price"),
        "object": "price",
        "currency": currency,
        "unit_amount": unit,
        "type": "one_time",
    }
    totals = {"amount_discount": 0, "amount_subtotal": money, "amount_tax": 0, "amount_total": money}
    line = {"id": shapes.new_id("li"), "object": "item", "currency": currency, "quantity": quantity, "price": shown}
    return {**line, **totals, "description": product["name"]}


def _setup(account: Account, params: Params) -> dict[str, Any]:
    intent = shapes.setup_intent(customer=forms.text(params, "customer"), metadata=forms.metadata(params))
    account.save(intent)
    currency = forms.text(params, "currency")
    return {"setup_intent": intent["id"], "currency": currency, "payment_status": "no_payment_required", "_lines": []}


def current(account: Account, given: str) -> Object:
    """A session as it is now: one that is past its time expires when it is looked at."""
    session = account.find("checkout.session", given)
    if session["status"] == "open" and time.time() > session["expires_at"]:
        return expire(account, session)
    return session


def expire(account: Account, session: Object) -> Object:
    if session["status"] != "open":
        raise invalid(f"Only open sessions can be expired; this one is {session['status']}.")
    session |= {"status": "expired", "url": None}
    account.save(session)
    account.emit("checkout.session.expired", session)
    return session


def pay(account: Account, session: Object, method: Object, email: str | None, *, delayed: bool = False) -> Object:
    """Pays with a card. Raises the decline; may leave the intent waiting for authentication. Gives the intent."""
    if session["status"] != "open":
        raise invalid(f"This session is {session['status']}.")
    method["billing_details"]["email"] = email
    account.save(method)
    back = f"{account.pages}/c/pay/{session['id']}"
    if session["mode"] == "setup":
        intent = account.find("setup_intent", session["setup_intent"])
        intent["_session"] = session["id"]
        intent = payments.confirm_setup(account, intent, method, back)
    else:
        intent = _intent(account, session, email)
        if delayed:
            intent = payments.wait(account, intent, method)
        else:
            intent = payments.confirm(account, intent, method, off_session=False, return_url=back)
    return finish(account, intent)


def _intent(account: Account, session: Object, email: str | None) -> Object:
    """The intent of a session: made at the first try to pay, used again after a decline."""
    if session["payment_intent"]:
        return account.find("payment_intent", session["payment_intent"])
    wishes = session["_intent"]
    if not session["customer"] and (wishes.get("setup_future_usage") or session["customer_creation"] == "always"):
        made = account.save(shapes.customer({"email": email or session["customer_email"]}))
        account.emit("customer.created", made)
        session["customer"] = made["id"]
    intent = shapes.payment_intent(
        session["amount_total"],
        session["currency"],
        customer=session["customer"],
        metadata=forms.metadata(wishes),
        description=wishes.get("description"),
        receipt_email=wishes.get("receipt_email"),
        setup_future_usage=wishes.get("setup_future_usage"),
        _session=session["id"],
    )
    account.save(intent)
    account.emit("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    account.save(session)
    return intent


def finish(account: Account, intent: Object) -> Object:
    """Completes the session of an intent that has come through, or is on its way."""
    if intent["status"] not in ("succeeded", "processing") or not intent.get("_session"):
        return intent
    session = account.find("checkout.session", intent["_session"])
    if session["status"] != "open":
        return intent
    session |= {"status": "complete", "url": None}
    if session["mode"] == "payment":
        session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
    method = account.find("payment_method", intent["payment_method"])
    email = method["billing_details"]["email"] or session["customer_email"]
    session["customer_details"] = {
        "address": None,
        "email": email,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    account.save(session)
    account.emit("checkout.session.completed", session)
    return intent


def settle(account: Account, session: Object, succeeded: bool) -> Object:
    """The end of a delayed way to pay."""
    intent = account.find("payment_intent", session["payment_intent"] or "")
    if intent["status"] != "processing":
        raise invalid("Nothing is under way for this session.")
    method = account.find("payment_method", intent["payment_method"])
    try:
        if not succeeded:
            method["_number"] = "4000000000000002"
        payments.charge(account, intent, method)
        session["payment_status"] = "paid"
    except ApiError:
        session["payment_status"] = "unpaid"
    account.save(session)
    ending = "succeeded" if session["payment_status"] == "paid" else "failed"
    account.emit(f"checkout.session.async_payment_{ending}", session)
    return session
