"""What only the tests and the demo's owner may do: pay without a browser, resend, dispute, plan faults.

POST /control/sessions/{id}/pay      {"card": "4242424242424242", "email": …, "delayed": false, "authenticate": true}
POST /control/sessions/{id}/settle   {"succeeded": true}       the end of a delayed payment
POST /control/sessions/{id}/expire   {}
POST /control/disputes               {"payment_intent": …, "amount": …, "reason": …}
POST /control/disputes/{id}          {"status": "won" | "lost"}
POST /control/refunds/{id}           {"status": "succeeded" | "failed"}
POST /control/events/{id}/resend     {}
POST /control/webhooks               {"hold": …, "copies": …, "delay_s": …, "shuffle": …}
POST /control/faults                 {"path": "/v1/refunds", "kind": …, "times": 1}
GET  /control                        the present manner, the faults to come, how much is undelivered
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from aiohttp import web

from workers.simulators.stripe import checkout, payments, shapes
from workers.simulators.stripe.account import Account
from workers.simulators.stripe.cards import card_of
from workers.simulators.stripe.errors import ApiError, invalid, no_such
from workers.simulators.stripe.server import Local
from workers.simulators.stripe.store import Object

Wish = dict[str, Any]


def pay(account: Account, given: str, wish: Wish) -> Object:
    """What the holder of a card would do on the hosted page, bank's page included."""
    session = checkout.current(account, given)
    method = account.save(shapes.payment_method(card_of(str(wish.get("card", "4242424242424242")))))
    email = str(wish.get("email", "payer@example.com"))
    intent = checkout.pay(account, session, method, email, delayed=bool(wish.get("delayed")))
    if intent["status"] == "requires_action" and "authenticate" in wish:
        checkout.finish(account, payments.authenticate(account, intent, bool(wish["authenticate"])))
    return account.find("checkout.session", given)


def settle(account: Account, given: str, wish: Wish) -> Object:
    return checkout.settle(account, account.find("checkout.session", given), bool(wish.get("succeeded", True)))


def expire(account: Account, given: str, _: Wish) -> Object:
    return checkout.expire(account, account.find("checkout.session", given))


def dispute(account: Account, given: str, wish: Wish) -> Object:
    """Opens one on a payment intent."""
    paid = payments.charge_of(account, account.find("payment_intent", given))
    money = wish.get("amount") or paid["amount"]
    if not isinstance(money, int) or not 0 < money <= paid["amount"]:
        raise invalid("amount is at most that of the charge", "amount")
    return payments.open_dispute(account, paid, money, str(wish.get("reason", "fraudulent")))


def end_dispute(account: Account, given: str, wish: Wish) -> Object:
    return payments.close_dispute(account, account.find("dispute", given), str(wish.get("status")))


def end_refund(account: Account, given: str, wish: Wish) -> Object:
    return payments.end_refund(account, account.find("refund", given), str(wish.get("status")))


def resend(account: Account, given: str, _: Wish) -> Object:
    event = account.find("event", given)
    account.store.post(account.name, given, time.time())
    return event


def routes(local: Local) -> list[web.RouteDef]:
    """The verbs above, and what concerns the server itself."""

    def acting(verb: Callable[[Account, str, Wish], Object]) -> Any:
        async def answer(request: web.Request) -> web.Response:
            try:
                wish = await _wish(request)
                given = request.match_info.get("id") or str(wish.get("payment_intent", ""))
                name = local.store.account_of(given)
                if name is None:
                    raise no_such("object", given)
                account = local.account(name)
                return _told(200, shapes.shown(account.does(partial(verb, account, given, wish))))
            except ApiError as error:
                return _told(error.status, {"error": error.content})

        return answer

    async def webhooks(request: web.Request) -> web.Response:
        try:
            local.webhooks.manner = local.webhooks.manner.changed(await _wish(request))
        except (ValueError, TypeError) as error:
            return _told(400, {"error": {"message": str(error)}})
        return await state(request)

    async def faults(request: web.Request) -> web.Response:
        try:
            local.faults.add(await _wish(request))
        except ValueError as error:
            return _told(400, {"error": {"message": str(error)}})
        return await state(request)

    async def state(_: web.Request) -> web.Response:
        waiting = [asdict(fault) for fault in local.faults.waiting]
        undelivered = local.store.undelivered()
        return _told(200, {"webhooks": asdict(local.webhooks.manner), "faults": waiting, "undelivered": undelivered})

    return [
        web.post("/control/sessions/{id}/pay", acting(pay)),
        web.post("/control/sessions/{id}/settle", acting(settle)),
        web.post("/control/sessions/{id}/expire", acting(expire)),
        web.post("/control/disputes", acting(dispute)),
        web.post("/control/disputes/{id}", acting(end_dispute)),
        web.post("/control/refunds/{id}", acting(end_refund)),
        web.post("/control/events/{id}/resend", acting(resend)),
        web.post("/control/webhooks", webhooks),
        web.post("/control/faults", faults),
        web.get("/control", state),
    ]


async def _wish(request: web.Request) -> Wish:
    try:
        wish = json.loads(await request.text() or "{}")
    except (ValueError, RecursionError) as error:
        raise invalid("The body must be JSON.") from error
    if not isinstance(wish, dict):
        raise invalid("The body must be a JSON object.")
    return wish


def _told(status: int, content: Any) -> web.Response:
    return web.Response(status=status, text=json.dumps(content, indent=2), content_type="application/json")
