"""Money moving: intents are confirmed, cards charged, refunds and disputes made; each verb saves and tells."""

from __future__ import annotations

import time
from typing import Any

from workers.simulators.stripe import shapes
from workers.simulators.stripe.account import Account
from workers.simulators.stripe.cards import ASKED, NAMES, REFUSED_TO_AUTHENTICATE, Ask, Card, Decline, Later, card_of
from workers.simulators.stripe.errors import ApiError, invalid, no_such
from workers.simulators.stripe.store import Object


def method_of(account: Account, given: str) -> Object:
    """A payment method by its id, or made on the spot from one of the test names."""
    if given in NAMES:
        return account.save(shapes.payment_method(card_of(NAMES[given])))
    return account.find("payment_method", given, "payment_method")


def attach(account: Account, method: Object, customer: str) -> Object:
    account.find("customer", customer, "customer")
    if method["customer"] not in (None, customer):
        raise invalid("The payment method is attached to another customer.", "payment_method")
    if method["customer"] is None:
        method["customer"] = customer
        account.save(method)
        account.emit("payment_method.attached", method)
    return method


def confirm(account: Account, intent: Object, method: Object, *, off_session: bool, return_url: str | None) -> Object:
    """Charges the card, or asks the holder to authenticate; a decline is raised after it was written down."""
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise _unexpected(intent, "confirm")
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        raise invalid("The payment method belongs to a customer: name that customer too.", "payment_method")
    card = card_of(method["_number"])
    intent["payment_method"] = method["id"]
    if not _asks(card, method):
        return charge(account, intent, method)
    if off_session:
        raise _failed(account, intent, method, ASKED)
    return _ask(account, intent, return_url)


def _asks(card: Card, method: Object) -> bool:
    return card.ask is Ask.ALWAYS or (card.ask is Ask.UNTIL_SET_UP and not method["_set_up"])


def _ask(account: Account, intent: Object, return_url: str | None) -> Object:
    url = f"{account.pages}/c/auth/{intent['id']}"
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}
    account.save(intent)
    account.emit(f"{intent['object']}.requires_action", intent)
    return intent


def authenticate(account: Account, intent: Object, agreed: bool) -> Object:
    """The holder's word on the bank's page."""
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "authenticate")
    method = account.find("payment_method", intent["payment_method"])
    if intent["object"] == "setup_intent":
        return set_up(account, intent, method) if agreed else _setup_failed(account, intent)
    if agreed:
        return charge(account, intent, method)
    raise _failed(account, intent, method, REFUSED_TO_AUTHENTICATE)


def charge(account: Account, intent: Object, method: Object) -> Object:
    """Takes the money, or writes the decline down and raises it."""
    decline = card_of(method["_number"]).decline
    if decline:
        raise _failed(account, intent, method, decline)
    paid = shapes.charge(intent, method, status="succeeded", paid=True, captured=True)
    paid["amount_captured"] = intent["amount"]
    paid["outcome"] = {"network_status": "approved_by_network", "type": "authorized", "risk_level": "normal"}
    money = intent["amount"]
    entry = account.save(shapes.balance_transaction("charge", "charge", paid, money, shapes.fee_of(money)))
    paid["balance_transaction"] = entry["id"]
    account.save(paid)
    intent |= {"status": "succeeded", "amount_received": money, "latest_charge": paid["id"]}
    intent |= {"next_action": None, "last_payment_error": None}
    if intent["setup_future_usage"] and intent["customer"]:
        method["_set_up"] = True
        attach(account, account.save(method), intent["customer"])
    account.save(intent)
    account.emit("charge.succeeded", paid)
    account.emit("payment_intent.succeeded", intent)
    if card_of(method["_number"]).later is Later.DISPUTE:
        open_dispute(account, paid, money, "fraudulent")
    return intent


def _failed(account: Account, intent: Object, method: Object, decline: Decline) -> ApiError:
    lost = None
    if decline is not REFUSED_TO_AUTHENTICATE:
        lost = shapes.charge(intent, method, failure_code=decline.code, failure_message=decline.message)
        account.save(lost)
        intent["latest_charge"] = lost["id"]
        account.emit("charge.failed", lost)
    told: dict[str, Any] = {
        "advice_code": decline.advice,
        "charge": lost["id"] if lost else None,
        "code": decline.code,
        "decline_code": decline.decline_code or None,
        "payment_method": shapes.shown(method),
    }
    shown = {name: value for name, value in told.items() if value is not None}
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_payment_error"] = {**shown, "message": decline.message, "type": "card_error"}
    account.save(intent)
    account.emit("payment_intent.payment_failed", intent)
    return ApiError(402, "card_error", decline.message, **told, payment_intent=shapes.shown(intent))


def _unexpected(intent: Object, verb: str) -> ApiError:
    code = f"{intent['object']}_unexpected_state"
    message = f"This {intent['object']} cannot be {verb}ed: its status is {intent['status']}."
    return ApiError(400, "invalid_request_error", message, code=code, payment_intent=shapes.shown(intent))


def wait(account: Account, intent: Object, method: Object) -> Object:
    """A way to pay that settles days later: the intent stays `processing`."""
    intent |= {"status": "processing", "payment_method": method["id"]}
    account.save(intent)
    account.emit("payment_intent.processing", intent)
    return intent


def cancel(account: Account, intent: Object, reason: str | None) -> Object:
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise _unexpected(intent, "cancel")
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    if intent["object"] == "payment_intent":
        intent["canceled_at"] = int(time.time())
    account.save(intent)
    account.emit(f"{intent['object']}.canceled", intent)
    return intent


def confirm_setup(account: Account, intent: Object, method: Object, return_url: str | None) -> Object:
    """Saves a card for later, after authentication where the card wants one."""
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise _unexpected(intent, "confirm")
    card = card_of(method["_number"])
    intent["payment_method"] = method["id"]
    if card.decline and not card.set_up_only:
        _setup_failed(account, intent)
        decline = card.decline
        raise ApiError(402, "card_error", decline.message, code=decline.code, decline_code=decline.decline_code)
    return _ask(account, intent, return_url) if _asks(card, method) else set_up(account, intent, method)


def set_up(account: Account, intent: Object, method: Object) -> Object:
    method["_set_up"] = True
    account.save(method)
    if intent["customer"]:
        attach(account, method, intent["customer"])
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    account.save(intent)
    account.emit("setup_intent.succeeded", intent)
    return intent


def _setup_failed(account: Account, intent: Object) -> Object:
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_setup_error"] = {"type": "card_error", "code": "setup_intent_authentication_failure"}
    account.save(intent)
    account.emit("setup_intent.setup_failed", intent)
    return intent


def refund(account: Account, paid: Object, money: int | None, reason: str | None, metadata: dict[str, str]) -> Object:
    left = paid["amount_captured"] - paid["amount_refunded"]
    if not paid["paid"] or left == 0:
        raise invalid(f"Charge {paid['id']} has already been refunded.", code="charge_already_refunded")
    if paid["disputed"]:
        raise invalid(f"Charge {paid['id']} has been charged back.", code="charge_disputed")
    if (money := money or left) > left:
        raise invalid(f"Refund amount ({money}) is greater than unrefunded amount on charge ({left}).", "amount")
    given = shapes.refund(paid, money, reason=reason, metadata=metadata)
    method = account.find("payment_method", paid["payment_method"])
    waits = card_of(method["_number"]).later is Later.REFUND_WAITS
    if waits:
        given |= {"status": "pending", "pending_reason": "processing"}
    else:
        given["balance_transaction"] = _entry(account, "refund", "refund", given, -money)
    account.save(given)
    paid["amount_refunded"] += money
    paid["refunded"] = paid["amount_refunded"] == paid["amount_captured"]
    account.save(paid)
    account.emit("refund.created", given)
    account.emit("charge.refunded", paid)
    return given


def end_refund(account: Account, given: Object, status: str) -> Object:
    """What became of a refund: succeeded, failed or canceled. Only what succeeded at first may still fail."""
    if (given["status"], status) not in (
        ("pending", "succeeded"),
        ("pending", "failed"),
        ("pending", "canceled"),
        ("succeeded", "failed"),
    ):
        raise invalid(f"A refund that is {given['status']} cannot become {status}.")
    if status == "succeeded":
        given["balance_transaction"] = _entry(account, "refund", "refund", given, -given["amount"])
    else:
        _take_back(account, given, status)
    given["status"] = status
    given.pop("pending_reason", None)
    account.save(given)
    account.emit("refund.failed" if status == "failed" else "refund.updated", given)
    account.emit("charge.refund.updated", given)
    return given


def _take_back(account: Account, given: Object, status: str) -> None:
    paid = account.find("charge", given["charge"])
    paid["amount_refunded"] -= given["amount"]
    paid["refunded"] = False
    account.save(paid)
    if status == "failed":
        given["failure_reason"] = "expired_or_canceled_card"
    if given["balance_transaction"]:
        money = given["amount"]
        given["failure_balance_transaction"] = _entry(account, "refund_failure", "refund_failure", given, money)


def open_dispute(account: Account, paid: Object, money: int, reason: str) -> Object:
    if paid["disputed"]:
        raise invalid(f"Charge {paid['id']} is disputed already.")
    opened = shapes.dispute(paid, money, reason)
    entry = shapes.balance_transaction("adjustment", "dispute", opened, -money, shapes.DISPUTE_FEE)
    opened["balance_transactions"] = [shapes.shown(account.save(entry))]
    paid["disputed"] = True
    account.save(paid)
    account.save(opened)
    account.emit("charge.dispute.created", opened)
    account.emit("charge.dispute.funds_withdrawn", opened)
    return opened


def close_dispute(account: Account, opened: Object, status: str) -> Object:
    if opened["status"] in ("won", "lost") or status not in ("won", "lost"):
        raise invalid(f"A dispute that is {opened['status']} cannot become {status}.")
    opened["status"] = status
    if status == "won":
        entry = shapes.balance_transaction(
            "adjustment", "dispute_reversal", opened, opened["amount"], -shapes.DISPUTE_FEE
        )
        opened["balance_transactions"].append(shapes.shown(account.save(entry)))
    account.save(opened)
    if status == "won":
        account.emit("charge.dispute.funds_reinstated", opened)
    account.emit("charge.dispute.closed", opened)
    return opened


def _entry(account: Account, kind: str, category: str, source: Object, money: int) -> str:
    return str(account.save(shapes.balance_transaction(kind, category, source, money))["id"])


def charge_of(account: Account, intent: Object) -> Object:
    if not intent["latest_charge"]:
        raise no_such("charge", intent["id"], "payment_intent")
    return account.find("charge", intent["latest_charge"], "payment_intent")
