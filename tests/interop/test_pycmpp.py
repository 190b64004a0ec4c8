"""pycmpp as a customer of our carrier."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.interop.software import INTEROP, python
from tests.workers.simulators.links.dialects import SENDER
from tests.workers.simulators.links.test_process import carrier
from tests.workers.simulators.processes import ask, wait_for

pytestmark = INTEROP
NUMBER = "13800138000"
# It cuts every 64 characters, whatever they are: more emoji a part would not fit one.
LONG = ("【群发】亲爱的用户，您的包裹已到达驿站🎉，请凭取件码领取，" * 8)[:200] + "🧧"
DELIVER = struct.Struct("!8s21s10sBBB21sBB")  # of CMPP 2.0, up to the content
REPORT = struct.Struct("!Q7s10s10s21sI")


@pytest.mark.parametrize("text", ["您的验证码是123456🎉", LONG])
def test_it_submits_and_hears_receipts(text: str, tmp_path: Path) -> None:
    with carrier(tmp_path, "cmpp") as ours, python("pycmpp", "pycmpp_client.py", str(ours.port), "secret") as client:
        assert client.hear("bound")["status"] == 0
        client.tell(to=NUMBER, text=text)
        (message,) = wait_for(lambda: ours.entries("message"))
        assert (message["text"], message["to"]) == (text, NUMBER)
        answers = [client.hear("answer") for _ in message["ids"]]
        assert {one["status"] for one in answers} == {0}
        told = set()
        for _ in answers:
            body = bytes.fromhex(client.hear("deliver")["body"])
            *_, number, registered, length = DELIVER.unpack_from(body)
            assert (number.rstrip(b"\0").decode(), registered, length) == (NUMBER, 1, 60)
            own_id, stat, _, _, phone, _ = REPORT.unpack_from(body, DELIVER.size)
            assert (stat, phone.rstrip(b"\0").decode()) == (b"DELIVRD", NUMBER)
            told.add(str(own_id))
        assert told == set(message["ids"])
        wait_for(lambda: len(ours.entries("taken")) == len(answers))


def test_it_hears_a_reply(tmp_path: Path) -> None:
    with carrier(tmp_path, "cmpp") as ours, python("pycmpp", "pycmpp_client.py", str(ours.port), "secret") as client:
        client.hear("bound")
        ask(f"{ours.control}/control/mo", {"from": NUMBER, "to": SENDER, "text": "退订🙏"})
        body = bytes.fromhex(client.hear("deliver")["body"])
        _, to, _, _, _, coding, number, registered, length = DELIVER.unpack_from(body)
        assert (to.rstrip(b"\0").decode(), number.rstrip(b"\0").decode(), coding, registered) == (SENDER, NUMBER, 8, 0)
        assert body[DELIVER.size : DELIVER.size + length].decode("utf-16-be") == "退订🙏"


def test_a_wrong_secret_and_flow_control_are_understood(tmp_path: Path) -> None:
    with carrier(tmp_path, "cmpp", "--tps", "1") as ours:
        with python("pycmpp", "pycmpp_client.py", str(ours.port), "wrong") as client:
            assert client.hear("bound")["status"] == 3
        with python("pycmpp", "pycmpp_client.py", str(ours.port), "secret") as client:
            assert client.hear("bound")["status"] == 0
            for index in range(4):
                client.tell(to=NUMBER, text=f"message {index}")
            assert {client.hear("answer")["status"] for _ in range(4)} == {0, 8}
