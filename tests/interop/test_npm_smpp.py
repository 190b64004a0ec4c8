"""npm's smpp, as the carrier of the gateway and of our customer, and as a customer of our carrier."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.inbound import Reply
from tenants.routing.models import Channel
from tests import pipeline
from tests.interop.software import INTEROP, LONG, node
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import add_channel, gateways
from tests.workers.simulators.links import dialects
from tests.workers.simulators.links.arrange import play
from tests.workers.simulators.links.client import Customer
from tests.workers.simulators.links.dialects import SENDER
from tests.workers.simulators.links.test_process import carrier
from tests.workers.simulators.processes import ask, wait_for
from workers.protocols.events import Reason as Ended
from workers.protocols.smpp.long import Way
from workers.protocols.smpp.receipts import IdForm, canonical

pytestmark = INTEROP
NUMBER = "8613800138000"
GSM_TEXT = "Your {code} costs 5€ [once] ~ " * 12


@pytest.mark.parametrize("way", ["udh8", "udh16", "payload"])
def test_a_campaign_leaves_by_the_gateway_and_receipts_and_replies_come_home(
    way: str, app: Flask, ground: Settings
) -> None:
    with node("smsc.js") as smsc, gateways(ground):
        port = smsc.hear("listening")["port"]
        ids = {"answer_ids": "hex", "receipt_ids": "decimal"}
        channel_id = add_channel("smpp", {"port": port, "source": SENDER, "long": way, **ids})
        try:
            run = arrange.run(["000"] * 5, body=LONG, segments=5)
            pipeline.until(lambda: run.progress().open == 0)
            assert run.states() == {"delivered": 5}
            told = [smsc.hear("message") for _ in range(5)]
            assert {(one["from"], one["text"]) for one in told} == {(SENDER, f"【Acme】{LONG}")}
            assert len({one["to"] for one in told}) == 5
            smsc.tell(**{"from": told[0]["to"], "to": SENDER, "text": LONG})
            while (thanks := smsc.hear("acknowledged"))["what"] != "reply":
                assert thanks["status"] == 0
            assert thanks["status"] == 0, "it was stored"
            with scopes.platform(Reason.SWEEPS):
                assert len(db.session.scalars(select(Reply).where(Reply.channel_id == channel_id)).all()) == 1
        finally:
            with scopes.platform(Reason.SWEEPS):
                db.session.execute(delete(Channel).where(Channel.id == channel_id))


@pytest.mark.parametrize("way", [Way.UDH_8, Way.PAYLOAD])
@pytest.mark.parametrize("text", ["你好🎉", LONG, GSM_TEXT])
def test_our_customer_submits_to_it_and_hears_receipts(text: str, way: Way) -> None:
    async def story() -> None:
        with node("smsc.js") as smsc:
            customer = Customer("smpp")
            await customer.connect((await smsc.heard("listening"))["port"])
            assert dialects.result(await customer.log_in()) == 0
            ids = await customer.say(1, NUMBER, text, way=way)
            message = await smsc.heard("message")
            assert (message["text"], message["to"], message["from"]) == (text, NUMBER, SENDER)
            await customer.until(lambda: len(customer.receipts) == len(ids))
            told = {canonical(heard.id, IdForm.DECIMAL) for heard in customer.receipts}
            assert told == {canonical(one, IdForm.HEX) for one in ids}
            assert {(await smsc.heard("acknowledged"))["status"] for _ in ids} == {0}
            customer.close()

    play(story)


def test_replies_from_it_arrive_and_a_wrong_secret_is_understood() -> None:
    async def story() -> None:
        with node("smsc.js") as smsc:
            port = (await smsc.heard("listening"))["port"]
            customer = Customer("smpp")
            await customer.connect(port)
            await customer.log_in(secret="wrong")
            closed = await customer.until(lambda: customer.closed)
            assert closed.reason is Ended.REFUSED
            await customer.connect(port)
            await customer.log_in()
            smsc.tell(**{"from": NUMBER, "to": SENDER, "text": LONG})
            assert (await smsc.heard("acknowledged"))["status"] == 0
            assert customer.replies == [(NUMBER, SENDER, LONG)]
            customer.close()

    play(story)


@pytest.mark.parametrize("payload", [False, True])
def test_as_a_customer_it_submits_hears_receipts_and_replies(payload: bool, tmp_path: Path) -> None:
    with carrier(tmp_path, "smpp", "--answer-ids", "hex") as ours, node("esme.js", str(ours.port)) as esme:
        assert esme.hear("bound")["status"] == 0
        esme.tell(to=NUMBER, text=LONG, payload=payload)
        (message,) = wait_for(lambda: ours.entries("message"))
        assert message["text"] == LONG
        answers = [esme.hear("answer") for _ in message["ids"]]
        assert {one["status"] for one in answers} == {0}
        receipts = [esme.hear("receipt") for _ in answers]
        assert {one["id"] for one in receipts} == {one["id"] for one in answers}
        assert {one["state"] for one in receipts} == {2}
        assert all(f"id:{own_id} " in "".join(one["text"] for one in receipts) for own_id in message["ids"])
        ask(f"{ours.control}/control/mo", {"from": NUMBER, "to": SENDER, "text": LONG})
        assert esme.hear("reply")["text"] == LONG
        wait_for(lambda: len(ours.entries("taken")) > len(answers))
