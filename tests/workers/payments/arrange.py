"""A local Stripe beside the application, and the ways a payer and Stripe behave."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from tenants import ledger
from tenants.core import ids, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.ledger.models import StripeEvent, Topup
from tests.factories import Business
from tests.workers.simulators.processes import ask, process
from workers import payments
from workers.jobs.payments import handle_stripe_event

KEY = "sk_test_local"
HOOK_SECRETS = ("whsec_new", "whsec_old")
YUAN = 1_000_000


@dataclass
class LocalStripe:
    """A running local Stripe, and the application that was set to it."""

    url: str
    app: Flask

    def top_up(self, business: Business, amount_micro: int) -> Topup:
        """What the billing page does: our row, Stripe's session, the session on the row."""
        with scopes.tenant(business.id):
            topup = ledger.open_topup(amount_micro, by=business.owner_id)
        reference = ids.encode(self.app.config["SETTINGS"].qunfa_secret, "topup", business.id, topup.id)
        opened = payments.checkout(
            payments.Order(
                reference, topup.amount_micro, topup.currency, name="Balance", email=business.email, language="en",
                success_url="http://localhost/done", cancel_url="http://localhost/no",
                expires_at=now() + timedelta(hours=1),
            )
        )  # fmt: skip
        with scopes.tenant(business.id):
            ledger.link_topup(topup.id, opened.session_id)
            return ledger.get_topup(topup.id)

    def control(self, where: str, **wish: Any) -> dict[str, Any]:
        return ask(f"{self.url}/control/{where}", wish, "POST")

    def pay(self, topup: Topup, **wish: Any) -> None:
        self.control(f"sessions/{topup.session_id}/pay", **(wish or {"card": "4242424242424242"}))

    def events(self, session_id: str = "") -> list[dict[str, Any]]:
        """Everything that happened, the oldest first; of one session and its payment if one is named."""
        found = self._get("/v1/events?limit=100")["data"][::-1]
        if not session_id:
            return list(found)
        intent = self._get(f"/v1/checkout/sessions/{session_id}")["payment_intent"]
        names = {session_id, intent}
        return [e for e in found if {e["data"]["object"]["id"], e["data"]["object"].get("payment_intent")} & names]

    def _get(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


@contextmanager
def local_stripe(app: Flask, folder: Path) -> Iterator[LocalStripe]:
    """Started for a test; it tells nobody of events, the test delivers them as it likes."""
    before = app.config["SETTINGS"]
    with process("workers.simulators.stripe", "--state", str(folder), "--key", KEY) as url:
        app.config["SETTINGS"] = replace(
            before, stripe_api_key=KEY, stripe_api_base=url, stripe_webhook_secret=", ".join(HOOK_SECRETS)
        )
        try:
            yield LocalStripe(url, app)
        finally:
            app.config["SETTINGS"] = before


def signed(body: bytes, secret: str = HOOK_SECRETS[0], at: int | None = None) -> dict[str, str]:
    """The headers of a call by Stripe."""
    stamp = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={digest}", "Content-Type": "application/json"}


def deliver(app: Flask, event: dict[str, Any]) -> None:
    """One notification arrives and its job runs."""
    body = json.dumps(event).encode()
    answer = app.test_client().post("/hooks/stripe", data=body, headers=signed(body))
    assert answer.status_code == 200, answer.data
    handle_stripe_event(event["id"])


def event_state(event_id: str) -> tuple[str, str] | None:
    """State and note of a stored event; None when nothing was stored."""
    with scopes.platform(scopes.Reason.PAYMENTS):
        found = db.session.get(StripeEvent, event_id)
        return (found.state, found.note) if found else None


def state_of(topup: Topup) -> str:
    with scopes.tenant(topup.tenant_id):
        return ledger.get_topup(topup.id).state


def credited(business: Business) -> int:
    with scopes.tenant(business.id):
        return ledger.balance(business.id).posted
