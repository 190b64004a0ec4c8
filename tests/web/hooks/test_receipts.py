"""Carriers calling: what is theirs is stored before they are answered in their own form, all else stores nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Receipt
from tenants.routing.models import Channel
from workers.channels.settings import seal
from workers.channels.twilio.signing import signature

Made = Callable[..., int]


@pytest.fixture
def make(app: Flask) -> Iterator[Made]:
    """Makes channels: kind, clear settings, secrets."""
    made: list[int] = []

    def channel(kind: str, clear: dict[str, Any], secret: dict[str, Any]) -> int:
        with scopes.platform(Reason.SWEEPS):
            values = {"name": f"hook {kind}", "kind": kind, "settings": clear, "created_at": now(), "state": "paused"}
            found = db.session.scalars(insert(Channel).values(values).returning(Channel.id)).one()
            db.session.execute(update(Channel).where(Channel.id == found).values(secrets=seal(found, secret)))
        made.append(found)
        return found

    yield channel
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel).where(Channel.id.in_(made)))


def stored(channel_id: int) -> list[tuple[str, str]]:
    with scopes.platform(Reason.RECEIPTS):
        found = select(Receipt.provider_ref, Receipt.outcome).where(Receipt.channel_id == channel_id)
        return [(row.provider_ref, row.outcome) for row in db.session.execute(found)]


ITEM = {
    "sid": "s1",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "user_receive_time": "2026-11-22 14:40:05",
}
TENCENT = {"secret_id": "id", "app_id": "1"}, {"secret_key": "key", "token": "hush"}
GENERIC = {"url": "http://localhost", "receipt_form": "query", "receipt_id": "id", "answer": "OK 200"}


def test_an_unsigned_provider_shows_its_token_and_reads_its_own_answer(app: Flask, make: Made) -> None:
    channel_id = make("tencent", *TENCENT)
    answer = app.test_client().post(f"/hooks/receipts/{channel_id}?token=hush", data=json.dumps([ITEM]))
    assert (answer.status_code, answer.json) == (200, {"result": 0, "errmsg": "OK"})
    assert stored(channel_id) == [("s1", "delivered")]


@pytest.mark.parametrize("query", ["", "?token=wrong"])
def test_without_its_token_nothing_is_stored(app: Flask, make: Made, query: str) -> None:
    channel_id = make("tencent", *TENCENT)
    answer = app.test_client().post(f"/hooks/receipts/{channel_id}{query}", data=json.dumps([ITEM]))
    assert answer.status_code == 401
    assert stored(channel_id) == []


def test_a_signed_call_covers_its_whole_address(app: Flask, make: Made) -> None:
    address = "https://q.example/hooks/receipts/1"
    clear = {"account_sid": "AC1", "sender": "+1", "callback": address}
    channel_id = make("twilio", clear, {"auth_token": "hush"})
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    signed = signature("hush", f"{address}?r=msg_1-1", {name: [value] for name, value in fields.items()})

    def call(query: str) -> int:
        headers = {"X-Twilio-Signature": signed}
        return app.test_client().post(f"/hooks/receipts/{channel_id}?{query}", data=fields, headers=headers).status_code

    assert [call("r=msg_2-1"), call("r=msg_1-1")] == [401, 200]
    assert stored(channel_id) == [("SM1", "delivered")]


def test_receipts_may_come_in_the_address(app: Flask, make: Made) -> None:
    channel_id = make("generic_http", GENERIC, {"proof_secret": "hush"})
    query = urlencode({"id": "g1", "status": "DELIVRD", "token": "hush"})
    answer = app.test_client().get(f"/hooks/receipts/{channel_id}?{query}")
    assert (answer.status_code, answer.text) == (200, "OK 200")
    assert stored(channel_id) == [("g1", "delivered")]


def test_a_channel_that_does_not_exist_is_not_found(app: Flask) -> None:
    assert app.test_client().post("/hooks/receipts/1", data=b"[]").status_code == 404


@pytest.mark.parametrize("kind", ["twilio", "carrier_pigeon"])
def test_a_channel_that_cannot_read_calls_now_refuses_them_and_asks_for_them_again(
    app: Flask, make: Made, kind: str
) -> None:
    channel_id = make(kind, {}, {})
    answer = app.test_client().post(f"/hooks/receipts/{channel_id}", data={"MessageSid": "SM1"})
    assert answer.status_code == 503
    assert answer.mimetype == "text/plain"
    assert stored(channel_id) == []
