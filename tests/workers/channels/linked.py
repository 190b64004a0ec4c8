"""One engine for the tests of every kind of link: tables of what an adapter says and understands, and a meeting with
the simulated carrier of its protocol on a real socket. A case in which a secret is told fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.workers.channels.engine import tell_no_secret
from workers import channels
from workers.channels import LinkAdapter, Outgoing, Receipt, SendResult, Settings
from workers.channels.links import Line, Said
from workers.protocols.events import Answered, Closed, Event, Received
from workers.protocols.long import Assembler
from workers.simulators.carrier.journal import Journal, entries
from workers.simulators.links.__main__ import TONGUES
from workers.simulators.links.carrier import Carrier
from workers.simulators.links.link import Link, now
from workers.simulators.links.profile import LinkProfile

ACCOUNT: Final = "900001"
SECRET: Final = "hush-now"
MEETING_S: Final = 15.0
LOOK_S: Final = 0.005
QUICK: Final = LinkProfile(delay_s=0.0, jitter_s=0.0, late_s=0.2, slow_s=0.2)
NOON: Final = 1_795_320_000.0  # 2026-11-22 12:00 in China


@dataclass(frozen=True)
class Says:
    """A row: the requests a message becomes, by those fields that matter."""

    name: str
    message: Outgoing
    requests: Sequence[Mapping[str, Any]]
    settings: Mapping[str, object] = field(default_factory=dict)


def speak(kind: str, case: Says, settings: Mapping[str, object]) -> None:
    """Every request must also have a form on the wire."""
    adapter, chosen = opened(kind, {**settings, **case.settings})
    made = adapter.submits(chosen, case.message, 7, NOON)
    assert len(made) == len(case.requests)
    for pdu, expected in zip(made, case.requests, strict=True):
        assert {name: getattr(pdu, name) for name in expected} == dict(expected)
    session = adapter.session(chosen, adapter.lines(chosen)[0], NOON, 1)
    for pdu in made:
        assert session._codec.encode(pdu, session._next_sequence(NOON))


def opened(kind: str, settings: Mapping[str, object]) -> tuple[LinkAdapter, Settings]:
    adapter = channels.link_adapter(kind)
    return adapter, Settings(adapter.fields, settings)


@dataclass
class Meeting:
    """What came of it: one list of results a message, every receipt, replies put together, the carrier's journal."""

    adapter: LinkAdapter
    settings: Settings
    results: dict[str, list[SendResult]] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    replies: list[tuple[str, str, str]] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    journal: Path = Path()
    _parts: Assembler = field(default_factory=Assembler)

    def link(self, line: Line, first_sequence: int = 1) -> Link:
        made = Link(self.adapter.session(self.settings, line, now(), first_sequence), self.happened)
        self.links.append(made)
        return made

    def happened(self, link: Link, event: Event) -> None:
        match event:
            case Answered(_, answer, sequence, Outgoing() as message):
                self.results[message.reference].append(self.adapter.result(self.settings, answer, sequence))
            case Received(pdu, sequence):
                self.heard(self.adapter.news(self.settings, pdu, now()))
                thanks = self.adapter.thanks(self.settings, pdu, stored=True)
                if thanks is not None:
                    link.answer(thanks, sequence)
            case Closed():
                self.closed.append(event)

    def heard(self, news: Receipt | Said | None) -> None:
        if isinstance(news, Receipt):
            self.receipts.append(news)
        elif news is not None:
            for whole in self._parts.add((news.number, news.extension), news.part, now()):
                self.replies.append((news.number, news.extension, news.coding.decode(whole.body)))

    def submit(self, message: Outgoing) -> None:
        link = next(link for link, line in zip(self.links, self.senders(), strict=False) if line.sends)
        self.results[message.reference] = []
        for pdu in self.adapter.submits(self.settings, message, len(self.results), now()):
            link.send(pdu, token=message)

    def senders(self) -> list[Line]:
        return [line for line in self.adapter.lines(self.settings) if not line.listens]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in entries(self.journal) if entry["kind"] == kind]


def meet(
    kind: str,
    folder: Path,
    messages: Sequence[Outgoing],
    settings: Mapping[str, object],
    *,
    receipts: int = -1,
    replies: Sequence[tuple[str, str, str]] = (),
    **wishes: Any,
) -> Meeting:
    """Logs in by every line, submits, and listens until each part is answered and so many receipts have come."""
    script = _meet(kind, folder, messages, settings, receipts, replies, wishes)
    met = asyncio.run(asyncio.wait_for(script, MEETING_S))
    tell_no_secret(kind, settings, met.results, met.receipts, met.replies, met.settings)
    return met


async def _meet(
    kind: str,
    folder: Path,
    messages: Sequence[Outgoing],
    settings: Mapping[str, object],
    receipts: int,
    replies: Sequence[tuple[str, str, str]],
    wishes: Mapping[str, Any],
) -> Meeting:
    loop = asyncio.get_running_loop()
    met = Meeting(*opened(kind, {**settings, "host": "127.0.0.1"}), journal=folder / "links.jsonl")
    listener = next((line for line in met.adapter.lines(met.settings) if line.listens), None)
    callback = ""
    back: list[asyncio.Server] = []
    if listener:
        back.append(await loop.create_server(lambda: met.link(listener), "127.0.0.1", 0))
        callback = f"127.0.0.1:{back[0].sockets[0].getsockname()[1]}"
    carrier = Carrier(TONGUES[kind](ACCOUNT, SECRET), Journal(met.journal), QUICK.changed(wishes), callback)
    server = await loop.create_server(carrier.accept, "127.0.0.1", 0)
    sending = asyncio.create_task(carrier.way_back.run())
    try:
        for line in met.senders():
            await _log_in(met, line, server.sockets[0].getsockname()[1])
        for message in messages:
            met.submit(message)
        for sender, number, text in replies:
            carrier.reply(sender, number, text)
        await _until(lambda: met.closed or all(met.results.values()))
        await _until(lambda: met.closed or len(met.receipts) >= (len(messages) if receipts < 0 else receipts))
        await _until(lambda: met.closed or len(met.replies) >= len(replies))
    finally:
        sending.cancel()
        for one in (server, *back):
            one.close()
        carrier.close()
        await asyncio.sleep(0)
    return met


async def _log_in(met: Meeting, line: Line, port: int) -> None:
    link = met.link(line, 1 + line.number * 100_000)
    await asyncio.get_running_loop().create_connection(lambda: link, "127.0.0.1", port)
    link.send(met.adapter.login(met.settings, line, now()))
    await _until(lambda: link.bound or met.closed)


async def _until(what: Any) -> None:
    while not what():
        await asyncio.sleep(LOOK_S)
