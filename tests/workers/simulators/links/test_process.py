"""Carriers on links as the processes they are: the command line, the control page, signals, the journal."""

from __future__ import annotations

import asyncio
import signal
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Process
from tests.workers.simulators.links import dialects
from tests.workers.simulators.links.arrange import play
from tests.workers.simulators.links.client import Customer
from tests.workers.simulators.links.dialects import SENDER
from tests.workers.simulators.processes import ask, process
from workers.protocols.events import Reason
from workers.simulators.carrier import journal

NUMBER = "8613800138000"


@dataclass
class Running:
    control: str
    port: int
    path: Path

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in journal.entries(self.path) if entry["kind"] == kind]

    async def ask(self, page: str = "", **content: Any) -> dict[str, Any]:
        return await asyncio.to_thread(ask, f"{self.control}/control{page}", content)


@contextmanager
def carrier(folder: Path, protocol: str, *arguments: str) -> Iterator[Running]:
    path = folder / "links.jsonl"
    known = ("--protocol", protocol, "--journal", str(path), "--delay", "0", "--jitter", "0")
    with process("workers.simulators.links", *known, *arguments) as url:
        yield Running(url, ask(url + "/control")["port"], path)


@pytest.mark.parametrize("protocol", ["cmpp", "smpp", "sgip", "smgp"])
def test_the_control_page_shows_changes_writes_and_breaks(protocol: str, tmp_path: Path) -> None:
    async def story() -> None:
        customer = Customer("cmpp2" if protocol == "cmpp" else protocol)
        callback = f"127.0.0.1:{await customer.listen()}" if protocol == "sgip" else ""
        with carrier(tmp_path, protocol, "--callback", callback) as running:
            await customer.connect(running.port)
            await customer.log_in()
            await customer.say(1, NUMBER, "你好")
            await customer.until(lambda: customer.receipts)
            await running.ask("/mo", **{"from": NUMBER, "to": SENDER, "text": "TD"})
            await customer.until(lambda: customer.replies)
            assert customer.replies == [(NUMBER, SENDER, "TD")]
            shown = await running.ask(silent=True)
            assert shown["profile"]["silent"] is True
            assert (shown["counters"]["accepted"], shown["counters"]["receipts"], len(shown["links"])) == (
                1,
                1,
                1 + (protocol == "sgip"),
            )
            for fault, reason in (
                ("reset", Reason.LOST),
                ("half", Reason.LOST),
                ("garbage", Reason.VIOLATION),
                ("leave", Reason.LEFT),
            ):
                if customer.closed:
                    await customer.connect(running.port)
                    await customer.log_in()
                await running.ask("/links", do=fault)
                await customer.until(lambda: customer.closed)
                assert customer.closed and (fault, customer.closed.reason) == (fault, reason)

    play(story)


@pytest.mark.parametrize(
    ("page", "wish"),
    [
        ("", {"colour": 1}),
        ("", {"answer_ids": "roman"}),
        ("/mo", {"from": "1"}),
        ("/mo", {"from": "1", "to": "1" * 21, "text": "hello"}),
        ("/links", {"do": "burn"}),
    ],
)
def test_a_wrong_wish_is_refused(page: str, wish: dict[str, Any], tmp_path: Path) -> None:
    with carrier(tmp_path, "smpp") as running, pytest.raises(urllib.error.HTTPError, match="400"):
        ask(f"{running.control}/control{page}", wish)


def test_whoever_was_answered_is_in_the_journal_even_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "killed.jsonl"
    known = ("--protocol", "smpp", "--port", "0", "--journal", str(path))
    child = Process("workers.simulators.links", *known, heard=True)
    port = ask(child.stdout.readline().split()[-1] + "/control")["port"]

    async def story() -> None:
        customer = Customer("smpp")
        await customer.connect(port)
        await customer.log_in()
        pdus = [(index, dialects.submits("smpp", NUMBER, str(index))[0]) for index in range(3_000)]
        submitting = asyncio.create_task(customer.submit(pdus))
        await customer.until(lambda: len(customer.answers) > 100)
        child.send_signal(signal.SIGKILL)
        await submitting
        known = {entry["text"]: entry["id"] for entry in journal.entries(path) if entry["kind"] == "submit"}
        answered = {str(token): customer.told_id(token) for token in customer.answers if token != "login"}
        assert answered.items() <= known.items()
        assert set(known) - set(answered) <= {str(token) for token in customer.unanswered}

    play(story)
    child.wait(timeout=5)


def test_it_ends_on_a_signal_with_links_open(tmp_path: Path) -> None:
    async def story() -> None:
        customer = Customer("cmpp3")
        with carrier(tmp_path, "cmpp") as running:
            await customer.connect(running.port)
            await customer.log_in()
        await customer.until(lambda: customer.closed)  # the block above waits for the process and fails if it stays

    play(story)
