"""Events of the local Stripe as stripe-python verifies them: signed, repeated, doubled, held, late, shuffled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.workers.simulators.processes import Call, Receiver, ask, process, receiver, wait_for
from tests.workers.simulators.stripe.test_api import checkout, connect, pay

SECRETS = ("whsec_new", "whsec_old")
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


@pytest.fixture
def received() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture
def url(tmp_path: Path, received: Receiver) -> Iterator[str]:
    told = [part for secret in SECRETS for part in ("--webhook-secret", secret)]
    known = ("--state", str(tmp_path), "--webhook-url", received.url)
    with process("workers.simulators.stripe", *known, *told) as address:
        yield address


def event_of(call: Call, secret: str = SECRETS[0]) -> Any:
    return stripe.Webhook.construct_event(call.body, call.headers["Stripe-Signature"], secret)


def types(received: Receiver) -> list[str]:
    return [call.json["type"] for call in list(received.calls)]


def test_a_payment_is_told_in_order_and_signed_with_each_secret(url: str, received: Receiver) -> None:
    client = connect(url)
    session = checkout(client, client_reference_id="topup-9")
    pay(url, session)
    wait_for(lambda: len(received.calls) == 4)
    assert types(received) == PAID
    for secret in SECRETS:
        event = client.construct_event(received.calls[3].body, received.calls[3].headers["Stripe-Signature"], secret)
        assert (event.data.object.id, event.data.object.payment_status) == (session.id, "paid")
        assert (event.data.object.client_reference_id, event.livemode) == ("topup-9", False)
    assert [event.id for event in client.v1.events.list().data] == [call.json["id"] for call in received.calls[::-1]]


def test_another_secret_or_a_changed_body_does_not_verify(url: str, received: Receiver) -> None:
    connect(url).v1.customers.create({})
    wait_for(lambda: received.calls)
    call = received.calls[0]
    assert event_of(call).type == "customer.created"
    with pytest.raises(stripe.SignatureVerificationError):
        event_of(call, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        event_of(Call(call.headers, call.body.replace(b"customer.created", b"customer.updated")))


def test_an_event_is_repeated_until_it_is_taken(url: str, received: Receiver) -> None:
    client = connect(url)
    received.answers = [500, 302]
    client.v1.customers.create({})
    wait_for(lambda: received.calls)
    assert [event.pending_webhooks for event in client.v1.events.list({"delivery_success": False}).data] == [1]
    wait_for(lambda: len(received.calls) == 3)
    assert len({call.json["id"] for call in received.calls}) == 1
    wait_for(lambda: client.v1.events.list({"delivery_success": True}).data)
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_what_was_missed_is_listed_and_can_be_sent_again(url: str, received: Receiver) -> None:
    client = connect(url)
    ask(f"{url}/control/webhooks", {"hold": True})
    session = checkout(client)
    pay(url, session)
    missed = client.v1.events.list({"delivery_success": False, "types": PAID[2:]}).data
    assert sorted(event.type for event in missed) == sorted(PAID[2:])
    assert received.calls == []
    ask(f"{url}/control/webhooks", {"hold": False})
    wait_for(lambda: len(received.calls) == 4)
    completed = next(event for event in missed if event.type == PAID[3])
    wait_for(lambda: ask(f"{url}/control")["undelivered"] == 0)
    ask(f"{url}/control/events/{completed.id}/resend", {"again": True})
    wait_for(lambda: len(received.calls) == 5)
    assert received.calls[4].json["id"] == completed.id


def test_events_come_doubled_and_shuffled_on_request(url: str, received: Receiver) -> None:
    ask(f"{url}/control/webhooks", {"copies": 3, "shuffle": True, "hold": True})
    client = connect(url)
    for _ in range(3):
        pay(url, checkout(client))
    ask(f"{url}/control/webhooks", {"hold": False})
    wait_for(lambda: len(received.calls) == 36)
    ids = [call.json["id"] for call in received.calls]
    assert all(ids.count(each) == 3 for each in ids)
    assert types(received)[::3] != PAID * 3


def test_events_can_be_late(url: str, received: Receiver) -> None:
    ask(f"{url}/control/webhooks", {"delay_s": 0.5})
    began = time.monotonic()
    connect(url).v1.customers.create({})
    wait_for(lambda: received.calls)
    assert time.monotonic() - began >= 0.5


def test_an_event_can_overtake_the_answer(url: str, received: Receiver) -> None:
    ask(f"{url}/control/faults", {"path": "/v1/customers", "kind": "webhook_first"})
    customer = connect(url).v1.customers.create({})
    assert received.calls[0].json["data"]["object"]["id"] == customer.id


def test_wrong_wishes_are_refused(url: str) -> None:
    for path, wish in (("webhooks", {"copies": 0}), ("webhooks", {"colour": 1}), ("faults", {"kind": "flood"})):
        with pytest.raises(Exception, match="HTTP Error 400"):
            ask(f"{url}/control/{path}", wish)
