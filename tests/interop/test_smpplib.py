"""smpplib as a customer of our carrier."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.software import INTEROP, LONG, python
from tests.workers.simulators.links.dialects import SENDER
from tests.workers.simulators.links.test_process import carrier
from tests.workers.simulators.processes import ask, wait_for
from workers.protocols import long

pytestmark = INTEROP
NUMBER = "8613800138000"


@pytest.mark.parametrize("text", ["hello", "Only {GSM} letters at 5€. " * 15, LONG])
def test_it_submits_and_hears_receipts(text: str, tmp_path: Path) -> None:
    with carrier(tmp_path, "smpp") as ours, python("smpplib", "smpplib_client.py", str(ours.port), "secret") as client:
        client.hear("bound")
        client.tell(to=NUMBER, text=text)
        (message,) = wait_for(lambda: ours.entries("message"))
        assert (message["text"], message["to"], message["from"]) == (text, NUMBER, SENDER)
        answers = [client.hear("answer") for _ in message["ids"]]
        assert [one["id"] for one in answers] == message["ids"]
        receipts = [client.hear("receipt")["text"] for _ in answers]
        assert sorted(one.split()[0] for one in receipts) == sorted(f"id:{one['id']}" for one in answers)
        assert all(" stat:DELIVRD " in one for one in receipts)
        wait_for(lambda: len(ours.entries("taken")) == len(answers))


def test_it_hears_a_long_reply(tmp_path: Path) -> None:
    with carrier(tmp_path, "smpp") as ours, python("smpplib", "smpplib_client.py", str(ours.port), "secret") as client:
        client.hear("bound")
        ask(f"{ours.control}/control/mo", {"from": NUMBER, "to": SENDER, "text": LONG})
        parts = [client.hear("reply") for _ in range(-(-len(LONG.encode("utf-16-be")) // 134))]
        read = [long.read(bytes.fromhex(one["content"]), bool(one["esm_class"] & 0x40)) for one in parts]
        assert b"".join(part.body for part in read).decode("utf-16-be") == LONG


def test_a_wrong_secret_and_throttling_are_understood(tmp_path: Path) -> None:
    with carrier(tmp_path, "smpp", "--tps", "1") as ours:
        with python("smpplib", "smpplib_client.py", str(ours.port), "wrong") as client:
            assert client.hear("refused")["status"] == 0xE
        with python("smpplib", "smpplib_client.py", str(ours.port), "secret") as client:
            client.hear("bound")
            for index in range(4):
                client.tell(to=NUMBER, text=f"message {index}")
            assert {client.hear("answer")["status"] for _ in range(4)} == {0, 0x58}
