"""Kannel as a customer of our carrier."""

from __future__ import annotations

from pathlib import Path

from tests.interop.kannel import kannel
from tests.interop.software import INTEROP, LONG
from tests.workers.simulators.links.dialects import SENDER
from tests.workers.simulators.links.test_process import carrier
from tests.workers.simulators.processes import ask, wait_for

pytestmark = INTEROP
NUMBER = "8613800138000"
DELIVERED = "1"
TEXTS = ["hello", "A {long} text in letters of GSM only [once more]. " * 8, "你好🎉", LONG]


def test_it_submits_hears_receipts_and_long_replies(tmp_path: Path) -> None:
    with (
        carrier(tmp_path, "smpp", "--answer-ids", "hex", "--no-receipt-fields") as ours,
        kannel(tmp_path, ours.port) as theirs,
    ):
        wait_for(lambda: ask(ours.control + "/control")["links"])
        for text in TEXTS:
            theirs.send(NUMBER, text)
        messages = wait_for(lambda: ours.entries("message")[len(TEXTS) - 1 :] and ours.entries("message"))
        assert sorted(entry["text"] for entry in messages) == sorted(TEXTS)
        assert {entry["to"] for entry in messages} == {NUMBER}
        wait_for(lambda: len(theirs.calls("receipt")) == len(TEXTS))
        assert {call["kind"] for call in theirs.calls("receipt")} == {DELIVERED}
        ask(f"{ours.control}/control/mo", {"from": NUMBER, "to": SENDER, "text": LONG})
        (reply,) = wait_for(lambda: theirs.calls("reply"))
        assert reply["content"].encode("latin-1").decode("utf-16-be") == LONG
        wait_for(lambda: ours.entries("taken")[-1]["what"] == "mo")
