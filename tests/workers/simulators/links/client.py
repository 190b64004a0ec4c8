"""A customer on a real socket: logs in, submits as its window allows, takes receipts and replies, keeps it all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.workers.simulators.links import dialects
from tests.workers.simulators.links.dialects import ACCOUNT, SECRET, Heard
from workers.protocols.events import Answered, Closed, Event, Received, Unanswered
from workers.protocols.long import Assembler
from workers.protocols.session import Timers
from workers.protocols.states import Role
from workers.simulators.links.link import Link, now

LIMIT_S, LOOK_S = 10.0, 0.005


@dataclass
class Customer:
    """`takes` False: says no to every receipt and reply. In SGIP `listen` is where the carrier brings those."""

    name: str
    window: int = 16
    timers: Timers | None = None
    takes: bool = True
    link: Link | None = None
    answers: dict[Any, Any] = field(default_factory=dict)
    sequences: dict[Any, Any] = field(default_factory=dict)
    unanswered: list[Any] = field(default_factory=list)
    receipts: list[Heard] = field(default_factory=list)
    replies: list[tuple[str, str, str]] = field(default_factory=list)
    closed: Closed | None = None
    order: list[Any] = field(default_factory=list)  # tokens of answers and ids of receipts, as they came
    _assembler: Assembler = field(default_factory=Assembler)
    _listener: asyncio.Server | None = None

    async def listen(self) -> int:
        """The customer's own listener; its port."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: self._link(Role.SERVER), "127.0.0.1", 0)
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def connect(self, port: int) -> None:
        self.closed, self.link = None, self._link(Role.CLIENT)
        link = self.link
        await asyncio.get_running_loop().create_connection(lambda: link, "127.0.0.1", port)

    async def log_in(self, account: str = ACCOUNT, secret: str = SECRET) -> Any:
        """The carrier's answer to a login."""
        assert self.link is not None
        self.answers.pop("login", None)
        self.link.send(dialects.login(self.name, now(), account, secret), token="login")
        return await self.until(lambda: self.answers.get("login"))

    async def submit(self, requests: Iterable[tuple[Any, Any]]) -> None:
        """Sends (token, request) as the window allows; back when nothing of it is open any more."""
        assert self.link is not None
        sent = []
        for token, pdu in requests:
            await self.until(lambda: self.closed or (self.link and self.link.ready))
            if self.closed:
                break
            self.link.send(pdu, token=token)
            sent.append(token)
        await self.until(lambda: all(token in self.answers or token in self.unanswered for token in sent))

    async def say(self, token: Any, number: str, text: str, **more: Any) -> list[str]:
        """Submits one message; the ids of its parts."""
        pdus = dialects.submits(self.name, number, text, **more)
        tokens = [(token, index) for index in range(len(pdus))]
        await self.submit(zip(tokens, pdus, strict=True))
        return [self.told_id(one) for one in tokens]

    def told_id(self, token: Any) -> str:
        return dialects.told_id(self.answers[token], self.sequences[token])

    def result(self, token: Any) -> int:
        return dialects.result(self.answers[token])

    async def until(self, what: Callable[[], Any], limit_s: float = LIMIT_S) -> Any:
        stop_at = time.monotonic() + limit_s
        while not (found := what()):
            assert time.monotonic() < stop_at, "waited in vain"
            await asyncio.sleep(LOOK_S)
        return found

    def close(self) -> None:
        if self._listener:
            self._listener.close()
        if self.link:
            self.link.close()

    def _link(self, role: Role) -> Link:
        session = dialects.session(self.name, role, now(), window=self.window, timers=self.timers)
        return Link(session, self._happened)

    def _happened(self, link: Link, event: Event) -> None:
        match event:
            case Answered(_, answer, sequence, token):
                self.answers[token], self.sequences[token] = answer, sequence
                self.order.append(token)
            case Unanswered(_, _, token):
                self.unanswered.append(token)
            case Received(pdu, sequence):
                self._received(link, pdu, sequence)
            case Closed() if link is self.link:
                self.closed = event
                self.unanswered += [one.token for one in event.unanswered]

    def _received(self, link: Link, pdu: Any, sequence: Any) -> None:
        answer = dialects.thanks(pdu, self.takes)
        if type(pdu) not in dialects.FAREWELLS:
            self._keep(pdu)
        if answer is not None and not link.session.is_closed:
            link.send(answer, reply_to=sequence)

    def _keep(self, pdu: Any) -> None:
        if heard := dialects.receipt(pdu):
            self.receipts.append(heard)
            self.order.append(heard.id)
            return
        sender, number, part, coding = dialects.reply(pdu)
        for whole in self._assembler.add((sender, number), part, now()):
            self.replies.append((sender, number, coding.decode(whole.body)))
