"""Everything a carrier can do to one message on a link, over every protocol, through the gateway: each message ends as
it should, and none is taken twice.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import ledger, messages
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.models import Message
from tenants.messages.states import State
from tests import pipeline
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import PROTOCOLS, gateways, linked, wire
from tests.workers.simulators.processes import ask
from workers.simulators.carrier.scripts import SCRIPTS

pytestmark = pytest.mark.usefixtures("within")
LIMIT_S = 90.0
# One message at a time, so that a link that breaks takes no other message with it.
SETTINGS = {"window": 1, "response_s": 2, "idle_s": 60}
QUICKLY = ("--late", "0.5")
# Ids in two forms, and receipts without the fields that would say so.
MORE = {"smpp": ("--answer-ids", "hex", "--receipt-ids", "decimal", "--no-receipt-fields")}
FORMS = {"smpp": {"answer_ids": "hex", "receipt_ids": "decimal"}}
# Those that ask for patience are tried again for minutes.
PATIENCE = {"903", "908", "936"}
# What becomes of a number by the script's own words; every other one is delivered.
ENDS = {
    "902 907": {State.REJECTED},
    "901 904 905 906": {State.UNDELIVERED},
    "912 913 916 937": {State.IN_DOUBT},
    # Nothing but the number says which message the receipt is about, and that takes a while to be believed.
    "911 914 915 931 932 933 934": {State.IN_DOUBT, State.DELIVERED},
    "925 926 935": {State.ACCEPTED},
    # Two receipts that differ: which is settled first may depend on how they were grouped.
    "923 929": {State.DELIVERED, State.UNDELIVERED},
}
OWN = {
    "cmpp": {"907": {State.IN_DOUBT}},  # result 9, which is every other error
    "sgip": {"933": {State.DELIVERED}, "935": {State.DELIVERED}},  # known by the sequence of its request
    "smgp": {"907": {State.QUEUED, State.SUBMITTING, State.REJECTED}},  # said to be the channel's fault: tried again
}


def test_every_script_over_every_protocol_ends_as_it_should(app: Flask, ground: Settings, tmp_path: Path) -> None:
    endings = [ending for script in SCRIPTS if script not in PATIENCE for ending in (script, "000")]
    with ExitStack() as stack:
        runs = {protocol: arrange.run(endings, open_=False) for protocol in PROTOCOLS}
        wires = {
            protocol: stack.enter_context(
                wire(
                    tmp_path, protocol, *QUICKLY, *MORE.get(protocol, ()), tenant_ids=[run.tenant_id],
                    settings={**SETTINGS, **FORMS.get(protocol, {})},
                )
            )
            for protocol, run in runs.items()
        }  # fmt: skip
        stack.enter_context(gateways(ground))
        linked(*wires.values())
        for line in wires.values():
            ask(line.carrier.url + "/control", {"slow_s": 0.2})
        for run in runs.values():
            with scopes.tenant(run.tenant_id):
                messages.let_go(run.campaign_id)
        pipeline.until(lambda: not any(wrong(*each, endings) for each in runs.items()), limit_s=LIMIT_S)
        for protocol, run in runs.items():
            times = wires[protocol].numbers()
            assert set(times.values()) == {1}, "taken twice"
            progress = run.progress()
            assert progress.total == len(endings)
            assert progress.delivered <= len(times) <= len(endings) - progress.rejected - progress.queued
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def wrong(protocol: str, run: arrange.Arranged, endings: list[str]) -> dict[str, str]:
    """What has not ended as it should, yet."""
    with scopes.tenant(run.tenant_id):
        states = [State(state) for state in db.session.scalars(select(Message.state).order_by(Message.id))]
    ends = {ending: found for some, found in ENDS.items() for ending in some.split()} | OWN.get(protocol, {})
    return {
        ending: state.label
        for ending, state in zip(endings, states, strict=True)
        if state not in ends.get(ending, {State.DELIVERED})
    }
