"""The HTTP side of the API: keys, idempotency, error shapes, and faults on request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from workers.simulators.stripe import shapes
from workers.simulators.stripe.account import Account
from workers.simulators.stripe.api import ROUTES, Verb, expanded
from workers.simulators.stripe.errors import ApiError
from workers.simulators.stripe.faults import Fault, Faults
from workers.simulators.stripe.forms import Params, decode
from workers.simulators.stripe.store import Kept, Store
from workers.simulators.stripe.webhooks import Webhooks

KEY_CHARACTERS_MAX: Final = 255
NOT_KEPT: Final = (400, 401, 404, 409, 429)  # nothing had begun, so the same key may be used again


@dataclass(slots=True)
class Local:
    """The whole server's state: what is stored, what goes out, what shall go wrong."""

    store: Store
    webhooks: Webhooks
    key: str
    pages: str = ""
    faults: Faults = field(default_factory=Faults)

    def account(self, name: str, key: str | None = None) -> Account:
        return Account(
            self.store,
            name,
            livemode=self.key.startswith(("sk_live_", "rk_live_")),
            pages=self.pages,
            delivers=bool(self.webhooks.url),
            delay_s=self.webhooks.manner.delay_s,
            key=key,
        )

    def routes(self) -> list[web.RouteDef]:
        return [web.route(method, path, self._answering(verb)) for method, path, verb in ROUTES] + [
            web.route("*", "/v1/{rest:.*}", self._unknown)
        ]

    def _answering(self, verb: Verb) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            name, key = request.headers.get("Stripe-Account", ""), request.headers.get("Idempotency-Key")
            account = self.account(name, key)
            try:
                self._authenticate(request)
                params = decode(request.query_string or await request.text())
                fault = self.faults.take(request.path)
                if fault and not fault.executes:
                    return await fault.answer(request)
                status, body, replayed = self._once(request, account, verb, params, fault)
            except ApiError as error:
                fault, replayed, status, body = None, False, error.status, _json({"error": error.content})
            if fault and not replayed:
                await self._news_first(account, fault)
                if fault.cuts:
                    return await fault.answer(request)
            return _response(account, status, body, replayed)

        return answer

    def _authenticate(self, request: web.Request) -> None:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[0]
            except ValueError:
                given = ""
        if kind not in ("Basic", "Bearer") or not hmac.compare_digest(given.encode(), self.key.encode()):
            hint = f"{given[:7]}***{given[-4:]}" if len(given) > 20 else "***"
            raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {hint}")

    def _once(
        self, request: web.Request, account: Account, verb: Verb, params: Params, fault: Fault | None
    ) -> tuple[int, str, bool]:
        """Does it, or tells again what was told the first time under this key."""
        key = account.key if request.method == "POST" else None
        if not key:
            return *self._do(request, account, verb, params, fault), False
        if len(key) > KEY_CHARACTERS_MAX:
            raise ApiError(400, "idempotency_error", "The idempotency key is too long.")
        fingerprint = _fingerprint(request, params)
        kept = self.store.kept(account.name, key)
        if kept is None:
            status, body = self._do(request, account, verb, params, fault)
            if status not in NOT_KEPT:
                self.store.keep(account.name, key, Kept(fingerprint, status, body))
            return status, body, False
        if kept.fingerprint != fingerprint:
            raise ApiError(400, "idempotency_error", f"The key '{key}' was first used with other parameters.")
        return kept.status, kept.body, True

    def _do(
        self, request: web.Request, account: Account, verb: Verb, params: Params, fault: Fault | None
    ) -> tuple[int, str]:
        given, expand = request.match_info.get("id", ""), params.pop("expand", [])
        try:
            content = account.does(lambda: expanded(account, verb(account, params, given), expand))
        except ApiError as error:
            return error.status, _json({"error": error.content})
        if fault and fault.kind == "error":
            return 500, _json({"error": {"type": "api_error", "message": "Something went wrong here."}})
        if content["object"] == "list":
            content["url"] = request.path
        return 200, _json(shapes.shown(content))

    async def _news_first(self, account: Account, fault: Fault) -> None:
        """Lets the events overtake the answer."""
        if fault.kind == "webhook_first" and self.webhooks.url:
            for event in account.emitted:
                await self.webhooks.deliver(event, account.name, 0)

    async def _unknown(self, request: web.Request) -> web.Response:
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        return _response(self.account(""), 404, _json({"error": {"type": "invalid_request_error", "message": message}}))


def _fingerprint(request: web.Request, params: Params) -> str:
    text = json.dumps([request.method, request.path, params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _json(content: Any) -> str:
    return json.dumps(content, indent=2)


def _response(account: Account, status: int, body: str, replayed: bool = False) -> web.Response:
    headers = {"Request-Id": account.request_id, "Stripe-Version": shapes.API_VERSION}
    if account.key:
        headers["Idempotency-Key"] = account.key
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    if account.name:
        headers["Stripe-Account"] = account.name
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)
