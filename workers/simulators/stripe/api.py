"""The API's routes: method and path → what is done with the decoded parameters. Nothing here knows HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from workers.simulators.stripe import checkout, forms, payments, shapes
from workers.simulators.stripe.account import Account
from workers.simulators.stripe.cards import card_of, plausible
from workers.simulators.stripe.errors import ApiError, invalid, missing
from workers.simulators.stripe.forms import Params
from workers.simulators.stripe.store import Object, Wanted

Verb = Callable[[Account, Params, str], Object]
PAGE: Final = 10
PAGE_MAX: Final = 100
EXPAND_MAX: Final = 20
EXPANDABLE: Final = {
    "balance_transaction",
    "charge",
    "customer",
    "failure_balance_transaction",
    "latest_charge",
    "payment_intent",
    "payment_method",
    "setup_intent",
    "source",
}


def retrieve(kind: str) -> Verb:
    return lambda account, _, given: account.find(kind, given)


def listing(kind: str, *filters: str) -> Verb:
    """A list with cursors, `created` and the given equality filters."""

    def answer(account: Account, params: Params, _: str) -> Object:
        return page(account, params, kind, {name: value for name in filters if (value := forms.text(params, name))})

    return answer


def page(account: Account, params: Params, kind: str, equal: dict[str, str], **more: Any) -> Object:
    limit = forms.text(params, "limit") or str(PAGE)
    if not limit.isdigit() or not 1 <= int(limit) <= PAGE_MAX:
        raise invalid(f"This value must be from 1 to {PAGE_MAX}.", "limit", "parameter_invalid_integer")
    created = params.get("created") or {}
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    if not all(str(value).isdigit() for value in bounds.values()):
        raise invalid("Invalid timestamp.", "created", "parameter_invalid_integer")
    after, before = forms.text(params, "starting_after") or "", forms.text(params, "ending_before") or ""
    if after or before:
        account.find(kind, after or before, "starting_after" if after else "ending_before")
    times = {name: int(value) for name, value in bounds.items()}
    wanted = Wanted(kind, int(limit), equal, times, after, before, **more)
    rows, has_more = account.store.listed(account.name, wanted)
    return {"object": "list", "data": rows, "has_more": has_more}


def create_customer(account: Account, params: Params, _: str) -> Object:
    made = shapes.customer(params) | {"metadata": forms.metadata(params)}
    account.save(made)
    account.emit("customer.created", made)
    return made


def update_customer(account: Account, params: Params, given: str) -> Object:
    found = account.find("customer", given)
    names = ("email", "name", "phone", "description")
    found |= {name: forms.text(params, name) for name in names if name in params}
    found["metadata"] = forms.metadata(params, found["metadata"])
    default = forms.text(forms.branch(params, "invoice_settings"), "default_payment_method")
    if default:
        found["invoice_settings"]["default_payment_method"] = account.find("payment_method", default)["id"]
    account.save(found)
    account.emit("customer.updated", found)
    return found


def delete_customer(account: Account, _: Params, given: str) -> Object:
    found = account.find("customer", given)
    account.emit("customer.deleted", found)
    account.save({**found, "deleted": True})
    return {"id": given, "object": "customer", "deleted": True}


def create_method(account: Account, params: Params, _: str) -> Object:
    card = forms.branch(params, "card")
    number = forms.required(card, "number")
    if not plausible(number):
        raise ApiError(402, "card_error", "Your card number is incorrect.", code="incorrect_number", param="number")
    expires = (forms.amount(card, "exp_month") or 12, forms.amount(card, "exp_year") or 2034)
    return account.save(shapes.payment_method(card_of(number), expires))


def attach_method(account: Account, params: Params, given: str) -> Object:
    return payments.attach(account, payments.method_of(account, given), forms.required(params, "customer"))


def detach_method(account: Account, _: Params, given: str) -> Object:
    method = account.find("payment_method", given)
    method["customer"] = None
    account.save(method)
    account.emit("payment_method.detached", method)
    return method


def customers_methods(account: Account, params: Params, given: str) -> Object:
    account.find("customer", given)
    return page(account, params, "payment_method", {"customer": given})


def create_intent(account: Account, params: Params, _: str) -> Object:
    money = forms.amount(params, "amount")
    if money is None:
        raise missing("amount")
    names = ("customer", "description", "receipt_email", "setup_future_usage")
    content = {name: forms.text(params, name) for name in names}
    if content["customer"]:
        account.find("customer", content["customer"], "customer")
    intent = shapes.payment_intent(money, forms.currency(params), **content, metadata=forms.metadata(params))
    method = forms.text(params, "payment_method")
    if method:
        intent |= {"payment_method": payments.method_of(account, method)["id"], "status": "requires_confirmation"}
    account.save(intent)
    account.emit("payment_intent.created", intent)
    if not forms.flag(params, "confirm"):
        if "off_session" in params:
            raise invalid("off_session is only for confirm=true.", "off_session")
        return intent
    return confirm_intent(account, {**params, "payment_method": intent["payment_method"]}, intent["id"])


def confirm_intent(account: Account, params: Params, given: str) -> Object:
    intent = account.find("payment_intent", given)
    method = forms.text(params, "payment_method") or intent["payment_method"]
    if not method:
        raise invalid("You cannot confirm this intent: it has no payment method.", "payment_method")
    off_session = params.get("off_session") in ("true", "one_off", "recurring")
    found = payments.method_of(account, method)
    url = forms.text(params, "return_url")
    return checkout.finish(account, payments.confirm(account, intent, found, off_session=off_session, return_url=url))


def update_intent(account: Account, params: Params, given: str) -> Object:
    intent = account.find("payment_intent", given)
    intent["metadata"] = forms.metadata(params, intent["metadata"])
    intent |= {name: forms.text(params, name) for name in ("description", "receipt_email") if name in params}
    return account.save(intent)


def cancel_intent(account: Account, params: Params, given: str) -> Object:
    reason = forms.text(params, "cancellation_reason")
    return payments.cancel(account, account.find("payment_intent", given), reason)


def create_setup(account: Account, params: Params, _: str) -> Object:
    customer, usage = forms.text(params, "customer"), forms.text(params, "usage") or "off_session"
    if customer:
        account.find("customer", customer, "customer")
    intent = shapes.setup_intent(customer=customer, usage=usage, metadata=forms.metadata(params))
    account.save(intent)
    account.emit("setup_intent.created", intent)
    return confirm_setup(account, params, intent["id"]) if forms.flag(params, "confirm") else intent


def confirm_setup(account: Account, params: Params, given: str) -> Object:
    intent = account.find("setup_intent", given)
    method = payments.method_of(account, forms.required(params, "payment_method"))
    return payments.confirm_setup(account, intent, method, forms.text(params, "return_url"))


def cancel_setup(account: Account, params: Params, given: str) -> Object:
    reason = forms.text(params, "cancellation_reason")
    return payments.cancel(account, account.find("setup_intent", given), reason)


def create_refund(account: Account, params: Params, _: str) -> Object:
    intent, charge = forms.text(params, "payment_intent"), forms.text(params, "charge")
    if not intent and not charge:
        raise invalid("One of the following params should be provided: charge or payment_intent.", "payment_intent")
    if charge:
        paid = account.find("charge", charge, "charge")
    else:
        paid = payments.charge_of(account, account.find("payment_intent", intent or "", "payment_intent"))
    money, reason = forms.amount(params, "amount"), forms.text(params, "reason")
    return payments.refund(account, paid, money, reason, forms.metadata(params))


def cancel_refund(account: Account, _: Params, given: str) -> Object:
    return payments.end_refund(account, account.find("refund", given), "canceled")


def close_dispute(account: Account, _: Params, given: str) -> Object:
    return payments.close_dispute(account, account.find("dispute", given), "lost")


def session(account: Account, _: Params, given: str) -> Object:
    return checkout.current(account, given)


def expire_session(account: Account, _: Params, given: str) -> Object:
    return checkout.expire(account, account.find("checkout.session", given))


def session_lines(account: Account, _: Params, given: str) -> Object:
    lines = account.find("checkout.session", given)["_lines"]
    return {"object": "list", "data": lines, "has_more": False, "url": f"/v1/checkout/sessions/{given}/line_items"}


def list_events(account: Account, params: Params, _: str) -> Object:
    """`type`, `types[]` and `delivery_success`; what is still to be delivered counts as not delivered."""
    equal = {"type": kind} if (kind := forms.text(params, "type")) else {}
    types, wanted = params.get("types") or [], forms.text(params, "delivery_success")
    delivered = None if wanted is None else wanted == "true"
    return page(account, params, "event", equal, types=tuple(map(str, types)), delivered=delivered)


ROUTES: Final[tuple[tuple[str, str, Verb], ...]] = (
    ("POST", "/v1/customers", create_customer),
    ("GET", "/v1/customers", listing("customer", "email")),
    ("GET", "/v1/customers/{id}", retrieve("customer")),
    ("POST", "/v1/customers/{id}", update_customer),
    ("DELETE", "/v1/customers/{id}", delete_customer),
    ("GET", "/v1/customers/{id}/payment_methods", customers_methods),
    ("POST", "/v1/payment_methods", create_method),
    ("GET", "/v1/payment_methods", listing("payment_method", "customer", "type")),
    ("GET", "/v1/payment_methods/{id}", retrieve("payment_method")),
    ("POST", "/v1/payment_methods/{id}/attach", attach_method),
    ("POST", "/v1/payment_methods/{id}/detach", detach_method),
    ("POST", "/v1/checkout/sessions", lambda account, params, _: checkout.create(account, params)),
    ("GET", "/v1/checkout/sessions", listing("checkout.session", "customer", "payment_intent", "status")),
    ("GET", "/v1/checkout/sessions/{id}", session),
    ("GET", "/v1/checkout/sessions/{id}/line_items", session_lines),
    ("POST", "/v1/checkout/sessions/{id}/expire", expire_session),
    ("POST", "/v1/payment_intents", create_intent),
    ("GET", "/v1/payment_intents", listing("payment_intent", "customer")),
    ("GET", "/v1/payment_intents/{id}", retrieve("payment_intent")),
    ("POST", "/v1/payment_intents/{id}", update_intent),
    ("POST", "/v1/payment_intents/{id}/confirm", confirm_intent),
    ("POST", "/v1/payment_intents/{id}/cancel", cancel_intent),
    ("POST", "/v1/setup_intents", create_setup),
    ("GET", "/v1/setup_intents", listing("setup_intent", "customer", "payment_method")),
    ("GET", "/v1/setup_intents/{id}", retrieve("setup_intent")),
    ("POST", "/v1/setup_intents/{id}/confirm", confirm_setup),
    ("POST", "/v1/setup_intents/{id}/cancel", cancel_setup),
    ("GET", "/v1/charges", listing("charge", "customer", "payment_intent")),
    ("GET", "/v1/charges/{id}", retrieve("charge")),
    ("POST", "/v1/refunds", create_refund),
    ("GET", "/v1/refunds", listing("refund", "charge", "payment_intent")),
    ("GET", "/v1/refunds/{id}", retrieve("refund")),
    ("POST", "/v1/refunds/{id}/cancel", cancel_refund),
    ("GET", "/v1/disputes", listing("dispute", "charge", "payment_intent")),
    ("GET", "/v1/disputes/{id}", retrieve("dispute")),
    ("POST", "/v1/disputes/{id}/close", close_dispute),
    ("GET", "/v1/events", list_events),
    ("GET", "/v1/events/{id}", retrieve("event")),
    ("GET", "/v1/balance_transactions", listing("balance_transaction", "type", "source", "currency")),
    ("GET", "/v1/balance_transactions/{id}", retrieve("balance_transaction")),
)


def expanded(account: Account, content: Object, paths: list[str]) -> Object:
    """Puts objects in the place of their ids, as `expand[]` asks."""
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise invalid("Invalid array.", "expand")
    if len(paths) > EXPAND_MAX:
        raise invalid("You can expand at most 20 paths.", "expand")
    for path in paths:
        _expand(account, content, path.split("."))
    return content


def _expand(account: Account, content: Any, steps: list[str]) -> None:
    if isinstance(content, list):
        for each in content:
            _expand(account, each, steps)
        return
    if not isinstance(content, dict) or not steps:
        return
    name = steps[0]
    if content.get("object") == "checkout.session" and name == "line_items":
        content[name] = session_lines(account, {}, content["id"])
    elif isinstance(content.get(name), str) and name in EXPANDABLE:
        content[name] = account.store.get(account.name, content[name])
    elif name not in content:
        raise invalid(f"This property cannot be expanded ({name}).", "expand")
    _expand(account, content[name], steps[1:])
