"""One connection: a session on a socket. It asks its bridge for parts to send and tells it what comes back."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import OrderedDict
from typing import Any, Final, Protocol

from tenants.core import crash
from workers.channels import Code, Doubtful, Refused, SendResult
from workers.gateway.clock import now
from workers.gateway.outbox import Parcel
from workers.gateway.rate import Rate
from workers.protocols.errors import LocalProtocolError
from workers.protocols.events import Answered, Closed, Event, Reason, Received, Stray, Unanswered, Write
from workers.protocols.session import Session
from workers.protocols.states import State

LATE_MAX: Final = 10_000  # answers that may still come
ABORT: Final = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN
UNANSWERED: Final = Doubtful("no answer")


class Sender(Protocol):
    """Where a link takes messages from, and where what became of them goes."""

    rate: Rate

    def part(self, link: Link) -> tuple[Parcel, int] | None: ...
    def used(self, count: int, at: float) -> None: ...
    def wait(self, seconds: float) -> None: ...
    def came(self, parcel: Parcel, index: int, result: SendResult, *, late: bool = False) -> None: ...


class Bridge(Protocol):
    """What a link needs of its channel beside that."""

    @property
    def sender(self) -> Sender: ...
    def meaning(self, answer: Any, sequence: Any) -> SendResult: ...
    def is_late(self, pdu: Any) -> bool: ...
    def heard(self, link: Link, pdu: Any, sequence: Any) -> None: ...
    def bound(self, link: Link) -> None: ...
    def over(self, link: Link) -> None: ...


class Link(asyncio.Protocol):
    """`login` begins it; None: the other side does. `sends`: messages may leave here. `rests`: left for idleness."""

    def __init__(self, bridge: Bridge, session: Session, login: Any, *, sends: bool) -> None:
        self.bridge, self.session, self.login, self.sends = bridge, session, login, sends
        self.rate = Rate(0, now())
        self.current: Parcel | None = None  # its other parts leave here too
        self.closed: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()
        self.was_bound = self.leaving = self.rests = False
        self.submitted = self.answered = self.throttled = 0
        self._late: OrderedDict[Any, tuple[Parcel, int]] = OrderedDict()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._congested = False
        self._unwritten: list[bytes] = []
        self.error: Exception | None = None  # what ended the connection, where it was not one of us

    @property
    def is_bound(self) -> bool:
        return self.session.state is State.BOUND

    @property
    def used(self) -> int:
        """Requests of ours that wait for an answer."""
        return self.session.window - self.session.room if self.is_bound else 0

    # What the bridge and the keeper call.

    def pump(self) -> None:
        """Send what may leave now."""
        if not self.sends or self._congested or self.leaving or not self.is_bound:
            return
        at, room = now(), self.session.room
        allowed = min(self.rate.room(at), self.bridge.sender.rate.room(at), room)
        data: list[bytes] = []
        while len(data) < allowed and allowed >= 1 and (found := self.bridge.sender.part(self)):
            parcel, index = found
            try:
                data.append(self.session.send(parcel.pdus[index], at, token=found))
            except LocalProtocolError as error:
                self.bridge.sender.came(parcel, index, Refused(Code.CONTENT, False, str(error)))
        if data:
            self.submitted += len(data)
            self.rate.used(len(data), at)
            self.bridge.sender.used(len(data), at)
            self._write(b"".join(data))
            crash.point("after_sent")
            self._wake()
        elif room > 0 and allowed < 1:
            slowest = self.rate if self.rate.room(at) < 1 else self.bridge.sender.rate
            self.bridge.sender.wait(slowest.wait_s())

    def say(self, pdu: Any, *, reply_to: Any = None) -> None:
        """A request that is no message, or an answer; nothing when the link is over."""
        if self.session.is_closed or self._transport is None:
            return
        before = self.session.state
        if not self._unwritten:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unwritten.append(self.session.send(pdu, now(), reply_to=reply_to))
        self._moved(before)
        if self.session.is_closed:
            self._flush()
            self._transport.close()
        if reply_to is None:
            self._wake()

    def goodbye(self) -> None:
        """Leave in good order; the answer ends the link."""
        self.leaving = True
        if self.is_bound:
            self.say(self.session.leave())
        else:
            self.abort()

    def slow(self) -> None:
        self.throttled += 1
        self.rate.slow(now())

    def abort(self) -> None:
        """End it at once; the other side is told by a reset."""
        self.leaving = True
        if self._transport is None:
            self._tell(self.session.connection_lost())
            return
        own = self._transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self.login is not None:
            self.say(self.login)
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._tell(self.session.receive_data(data, now()))
        self.pump()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport, self.error = None, error
        self._tell(self.session.connection_lost())
        if not self.closed.done():
            self.closed.set_result(Closed(Reason.LOST))

    def pause_writing(self) -> None:
        self._congested = True

    def resume_writing(self) -> None:
        self._congested = False
        self.pump()

    # The inside.

    def _write(self, data: bytes) -> None:
        self._unwritten.append(data)
        self._flush()

    def _flush(self) -> None:
        """Answers to what came in together leave together."""
        data, self._unwritten = b"".join(self._unwritten), []
        if data and self._transport is not None:
            self._transport.write(data)

    def _moved(self, before: State) -> None:
        if before is not State.BOUND and self.is_bound:
            self.was_bound = True
            self.bridge.bound(self)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Write(data):
                    self._write(data)
                case Answered(_, answer, sequence, (Parcel() as parcel, int(index))):
                    self.answered += 1
                    self.bridge.sender.came(parcel, index, self._meant(answer, sequence))
                case Answered():
                    if self.is_bound and not self.was_bound:
                        self._moved(State.BINDING)
                case Received(pdu, sequence):
                    self.bridge.heard(self, pdu, sequence)
                case Unanswered(_, sequence, (Parcel(), int()) as token):
                    self._doubt(sequence, token)
                case Stray(pdu, sequence):
                    self._stray(pdu, sequence)
                case Closed():
                    self._close(event)
        self._wake()

    def _meant(self, answer: Any, sequence: Any) -> SendResult:
        result = self.bridge.meaning(answer, sequence)
        if isinstance(result, Refused) and result.code is Code.THROTTLED:
            self.slow()
        return result

    def _doubt(self, sequence: Any, token: tuple[Parcel, int]) -> None:
        self._late[sequence] = token
        if len(self._late) > LATE_MAX:
            self._late.popitem(last=False)
        self.bridge.sender.came(token[0], token[1], UNANSWERED)

    def _stray(self, pdu: Any, sequence: Any) -> None:
        token = self._late.get(sequence)
        if token is not None and self.bridge.is_late(pdu):
            del self._late[sequence]
            self.bridge.sender.came(*token, self.bridge.meaning(pdu, sequence), late=True)

    def _close(self, event: Closed) -> None:
        for each in event.unanswered:
            parcel, index = each.token
            self.bridge.sender.came(parcel, index, UNANSWERED)
        if not self.closed.done():
            self.closed.set_result(event)
        self._flush()
        if self._transport is not None:
            self._transport.close()
        self.bridge.over(self)

    def _wake(self) -> None:
        """One timer; it is set anew only when it would ring too late."""
        wake_at = self.session.wake_at if self._transport else None
        loop = asyncio.get_running_loop()
        when = None if wake_at is None else loop.time() + max(wake_at - now(), 0.0)
        if self._timer and (when is None or when < self._timer.when()):
            self._timer.cancel()
            self._timer = None
        if when is not None and self._timer is None:
            self._timer = loop.call_at(when, self._tick)

    def _tick(self) -> None:
        self._timer, was_bound = None, self.is_bound
        events = self.session.tick(now())
        # A protocol without probes leaves an idle link by itself.
        self.rests = self.rests or (was_bound and not self.is_bound and not self.session.is_closed)
        self._tell(events)
        self.pump()
