"""Carriers calling with replies, at an address of their own or where receipts go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.jobs import LANE_OF, Job, queue
from tenants.core.scopes import Reason
from tenants.messages.inbound import Reply
from tenants.messages.inbound.keeping import opened
from tests.web.hooks.test_receipts import GENERIC, Made, make, stored
from workers.channels.twilio.signing import signature

__all__ = ["make"]

ALIYUN: Any = {"access_key_id": "id"}, {"access_key_secret": "key", "token": "hush"}
UP = {
    "phone_number": "13800138000",
    "content": "退订",
    "send_time": "2026-11-22 14:40:05",
    "sequence_id": "9",
    "dest_code": "01",
}


@pytest.fixture(autouse=True)
def none_left(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Reply))


def replies(channel_id: int) -> list[tuple[str, str]]:
    with scopes.platform(Reason.RECEIPTS):
        return [opened(row) for row in db.session.scalars(select(Reply).where(Reply.channel_id == channel_id))]


@pytest.mark.parametrize("where", ["inbound", "receipts"])
def test_a_reply_is_stored_and_answered_in_the_carriers_form(app: Flask, make: Made, where: str) -> None:
    channel_id = make("aliyun", *ALIYUN)
    call = f"/hooks/{where}/{channel_id}?token=hush"
    answers = [app.test_client().post(call, data=json.dumps([UP])) for _ in range(2)]
    assert [(answer.status_code, answer.json) for answer in answers] == [(200, {"code": 0, "msg": "ok"})] * 2
    assert replies(channel_id) == [("+8613800138000", "退订")]
    assert queue(LANE_OF[Job.ROUTE_REPLIES]).count >= 1


@pytest.mark.parametrize("where", ["inbound", "receipts"])
@pytest.mark.parametrize(("query", "body", "status"), [("?token=x", [UP], 401), ("?token=hush", [{"content": 1}], 400)])
def test_what_is_not_the_carriers_or_cannot_be_read_stores_nothing(
    app: Flask, make: Made, where: str, query: str, body: Any, status: int
) -> None:
    channel_id = make("aliyun", *ALIYUN)
    answer = app.test_client().post(f"/hooks/{where}/{channel_id}{query}", data=json.dumps(body))
    assert (answer.status_code, replies(channel_id), stored(channel_id)) == (status, [], [])


def test_a_signed_reply_at_the_receipt_address(app: Flask, make: Made) -> None:
    address = "https://q.example/hooks/receipts/1"
    channel_id = make("twilio", {"account_sid": "AC1", "sender": "+1", "callback": address}, {"auth_token": "hush"})
    fields = {"MessageSid": "SM9", "From": "+447700900123", "To": "+1", "Body": "Stop"}
    signed = signature("hush", address, {name: [value] for name, value in fields.items()})

    def call(token: str) -> int:
        headers = {"X-Twilio-Signature": token}
        return app.test_client().post(f"/hooks/receipts/{channel_id}", data=fields, headers=headers).status_code

    assert [call("forged"), call(signed)] == [401, 200]
    assert replies(channel_id) == [("+447700900123", "Stop")]


def test_a_kind_that_hears_nothing_says_so(app: Flask, make: Made) -> None:
    channel_id = make("generic_http", GENERIC, {"proof_secret": "hush"})
    answer = app.test_client().post(f"/hooks/inbound/{channel_id}?token=hush", data={"x": "y"})
    assert (answer.status_code, answer.text) == (400, "unsupported\n")
