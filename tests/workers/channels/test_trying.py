"""One message over a connection of its own, against carriers as the processes they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.workers.gateway.arrange import MORE, PROTOCOLS, carrier, free_port
from tests.workers.simulators.processes import RunningCarrier, ask, wait_for
from workers import channels
from workers.channels import Accepted, Code, Doubtful, Outgoing, Refused, SendResult, trying

NUMBER, LOST, BAD, TORN = "+8613800138000", "+8613800138912", "+8613800138902", "+8613800138914"
LONG = "【群发】您的包裹已到达驿站，请凭取件码领取。" * 10


@dataclass
class Tried:
    """A carrier, and the settings that lead to it."""

    kind: str
    carrier: RunningCarrier
    settings: dict[str, Any]

    def send(self, number: str = NUMBER, text: str = "Hello", **own: Any) -> SendResult:
        return channels.try_out(self.kind, {**self.settings, **own}, Outgoing("test-1", number, text))

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return self.carrier.entries(kind)


@contextmanager
def tried(folder: Path, kind: str) -> Iterator[Tried]:
    with carrier(folder, kind) as (running, ports):
        clear = {"host": "127.0.0.1", "account": "900001", "secret": "secret", "window": 1, **MORE[kind], **ports}
        yield Tried(kind, running, clear)


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_a_long_message_leaves_whole_and_the_link_is_left(kind: str, tmp_path: Path) -> None:
    with tried(tmp_path, kind) as line:
        assert isinstance(line.send(text=LONG), Accepted)
        (message,) = wait_for(lambda: line.entries("message"))
        assert message["text"] == LONG and "missing" not in message
        ended = wait_for(lambda: [one for one in line.entries("link") if one["what"] == "closed"])
        assert ended[0]["reason"] == "left"
        assert not line.entries("taken"), "the receipt waits for who keeps it"


def test_a_refusal_a_reset_and_silence_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tried(tmp_path, "smpp") as line:
        refused = line.send(BAD)
        assert isinstance(refused, Refused) and refused.code is Code.NUMBER_INVALID
        assert isinstance(line.send(TORN), Doubtful), "nobody knows"
        monkeypatch.setattr(trying, "TRY_S", 1.0)
        assert isinstance(line.send(LOST), Doubtful)


def test_what_never_was_a_link_sends_nothing(tmp_path: Path) -> None:
    with tried(tmp_path, "cmpp") as line:
        nobody, stranger = line.send(port=free_port()), line.send(secret="wrong")
        assert isinstance(nobody, Refused) and nobody.code is Code.UNREACHABLE
        assert isinstance(stranger, Refused) and stranger.code is Code.CONFIG
        wrong = line.send(host="")
        assert isinstance(wrong, Refused) and wrong.code is Code.CONFIG
        ask(line.carrier.url + "/control", {"down": True})
        away = line.send()
        assert isinstance(away, Refused) and away.code is Code.UNREACHABLE
        assert not line.entries("submit")


def test_a_carrier_in_the_clear_is_not_tried_in_tls(tmp_path: Path) -> None:
    with tried(tmp_path, "smpp") as line:
        refused = line.send(tls="yes")
        assert isinstance(refused, Refused) and refused.code is Code.UNREACHABLE
