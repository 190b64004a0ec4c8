"""Receipts of an account at a carrier, brought on the links of any channel that uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, insert

from tenants import messages, routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Answer, Incoming, Result
from tenants.routing.models import Channel
from tests.tenants.messages import arrange

ONE, TWIN, OTHER, ELSEWHERE = 900_021, 900_022, 900_023, 900_024
ACCOUNTS = {ONE: ("10.1.1.1", "900001"), TWIN: ("10.1.1.1", "900001"), OTHER: ("10.1.1.1", "900002"),
            ELSEWHERE: ("10.1.1.2", "900001")}  # fmt: skip


@pytest.fixture(autouse=True)
def channels(app: Flask) -> Iterator[None]:
    with scopes.platform(Reason.SWEEPS):
        for id, (host, account) in ACCOUNTS.items():
            settings = {"host": host, "account": account}
            row = {"id": id, "name": f"{id}", "kind": "cmpp", "settings": settings, "created_at": now()}
            db.session.execute(insert(Channel).values(row))
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel))


def test_channels_with_one_account_are_twins() -> None:
    with scopes.platform(Reason.RECEIPTS):
        found = routing.twins(ACCOUNTS)
    assert found[ONE] == found[TWIN] == [ONE, TWIN]
    assert (found[OTHER], found[ELSEWHERE]) == ([OTHER], [ELSEWHERE])


def test_a_receipt_on_a_twin_finds_its_message_and_on_a_stranger_does_not() -> None:
    run = arrange.run(["000"])
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, ONE, 10, 1, "slice:twins")
        assert picked
        result = Result(picked[0].id, 1, Answer.ACCEPTED, "ref 1")
        messages.record([result], channel_id=ONE, basis="delivered", key="answers:twins", index_refs=True)
    for channel_id, state in ((OTHER, "accepted"), (ELSEWHERE, "accepted"), (TWIN, "delivered")):
        with scopes.platform(Reason.RECEIPTS):
            messages.store(channel_id, [Incoming("ref 1", "", "delivered", "", now())], "secret")
        with scopes.platform(Reason.RECEIPTS):
            messages.match_new()
        with scopes.tenant(run.tenant_id):
            messages.settle("delivered")
        assert run.states() == {state: 1}
