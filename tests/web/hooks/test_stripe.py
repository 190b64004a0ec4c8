"""S3: what did not come from Stripe, or not now, or not whole, is answered 400 and leaves nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tenants.core.jobs import LANE_OF, Job, queue
from tests.workers.payments.arrange import HOOK_SECRETS, KEY, event_state, signed

EVENT: dict[str, Any] = {
    "id": "evt_hook", "object": "event", "type": "some.kind", "livemode": False, "created": 1, "api_version": "x",
    "data": {"object": {"id": "cs_1", "object": "checkout.session", "customer_email": "ada@example.com"}},
}  # fmt: skip


@pytest.fixture
def hooked(app: Flask) -> Iterator[Flask]:
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, stripe_api_key=KEY, stripe_webhook_secret=",".join(HOOK_SECRETS))
    yield app
    app.config["SETTINGS"] = before


def event(name: str, **others: Any) -> bytes:
    return json.dumps({**EVENT, "id": name, **others}, indent=2).encode()


def post(app: Flask, body: bytes, headers: dict[str, str]) -> int:
    return app.test_client().post("/hooks/stripe", data=body, headers=headers).status_code


@pytest.mark.parametrize("secret", HOOK_SECRETS)
def test_a_signed_event_is_stored_once_and_rung_for(hooked: Flask, secret: str) -> None:
    body = event(f"evt_{secret}")
    assert [post(hooked, body, signed(body, secret)) for _ in range(2)] == [200, 200]
    assert event_state(f"evt_{secret}") == ("new", "")
    assert queue(LANE_OF[Job.HANDLE_STRIPE_EVENT]).count >= 1


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("none", lambda body: {}),
        ("empty", lambda body: {"Stripe-Signature": ""}),
        ("noise", lambda body: {"Stripe-Signature": "t=x,v1=é,,="}),
        ("other_secret", lambda body: signed(body, "whsec_other")),
        ("no_secret", lambda body: signed(body, "")),
        ("old", lambda body: signed(body, at=int(time.time()) - 301)),
        ("other_body", lambda body: signed(body + b" ")),
        ("written_anew", lambda body: signed(json.dumps(json.loads(body)).encode())),
    ],
)
def test_a_call_that_is_not_stripes_stores_nothing(hooked: Flask, name: str, headers: Any) -> None:
    body = event(f"evt_bad_{name}")
    sent = {key: value.encode().decode("latin-1") for key, value in headers(body).items()}
    assert post(hooked, body, sent) == 400
    assert event_state(f"evt_bad_{name}") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        event("evt_odd", livemode="yes"),
        event("evt_odd", data=None),
        event("evt_odd", data={"object": []}),
        event("evt_odd", type=None),
        event("evt_odd", object="v2.core.event"),
        json.dumps({**EVENT, "id": None}).encode(),
    ],
    ids=range(11),
)
def test_a_signed_call_that_is_no_event_stores_nothing(hooked: Flask, body: bytes) -> None:
    assert post(hooked, body, signed(body)) == 400
    assert event_state("evt_odd") is None


def test_a_body_beyond_256_kb_is_refused(hooked: Flask) -> None:
    body = event("evt_big", more="x" * 256 * 1024)
    assert post(hooked, body, signed(body)) == 400
    assert event_state("evt_big") is None


def test_without_a_secret_nothing_is_believed(app: Flask) -> None:
    body = event("evt_early")
    assert post(app, body, signed(body, "")) == 400


def test_nothing_about_the_payer_is_kept(hooked: Flask, owner: Any) -> None:
    body = event("evt_private")
    assert post(hooked, body, signed(body)) == 200
    with owner.connect() as connection:
        kept = connection.exec_driver_sql("SELECT payload::text FROM shared.stripe_events WHERE id = 'evt_private'")
        assert "ada@example.com" not in kept.scalar_one()
