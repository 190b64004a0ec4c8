"""A session on a socket, in either role: writes what it says, ticks when it wants, closes when it is over."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, Final

from workers.protocols.events import Closed, Event, Write
from workers.protocols.session import Session
from workers.protocols.states import State

LINGER_NONE: Final = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN
TRICKLE_S: Final = 0.02  # between two single bytes

_EPOCH: Final = time.time() - time.monotonic()
_numbers = itertools.count(1)


def now() -> float:
    """Unix seconds of a clock that never steps."""
    return _EPOCH + time.monotonic()


class Link(asyncio.Protocol):
    """`happened` is told every event that is not a mere write, in order; `Closed` is the last.

    A peer that reads too slowly is not read from, so what waits to be written stays small.
    """

    def __init__(
        self, session: Session, happened: Callable[[Link, Event], None], *, mute: bool = False, stalled: bool = False
    ) -> None:
        self.session, self.happened, self.number = session, happened, next(_numbers)
        self.mute, self._stalled, self._congested = mute, stalled, False
        self.working = 0  # requests whose answer is being made
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._held: list[bytes] | None = None  # what must wait until a trickle ends
        self._trickling: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether a request of ours may leave now."""
        return self.session.room > 0 and not (self._stalled or self._congested)

    @property
    def bound(self) -> bool:
        return self.session.state is State.BOUND

    def send(self, pdu: Any, *, token: Any = None, reply_to: Any = None) -> None:
        self.write(self.session.send(pdu, now(), token=token, reply_to=reply_to))
        if self.session.is_closed and self._transport:
            self._transport.close()
        self._wake()

    def answer(self, pdu: Any, sequence: Any) -> None:
        """Answers a request, unless the link ended meanwhile."""
        if not self.session.is_closed:
            self.send(pdu, reply_to=sequence)

    def write(self, data: bytes) -> None:
        if self._held is not None:
            self._held.append(data)
        elif self._transport and not self.mute:
            self._transport.write(data)

    def trickle(self, data: bytes) -> None:
        """Writes byte by byte; everything else waits behind it."""
        if self._held is None:
            self._held = []
            self._trickling = asyncio.create_task(self._trickle(data))
        else:
            self._held.append(data)

    async def _trickle(self, data: bytes) -> None:
        for index in range(len(data)):
            if self._transport and not self.mute:
                self._transport.write(data[index : index + 1])
            await asyncio.sleep(TRICKLE_S)
        held, self._held = self._held or [], None
        self.write(b"".join(held))

    def stall(self, on: bool) -> None:
        """Reads nothing and says nothing, as a process that was stopped; off: goes on where it was."""
        self._stalled = on
        self._read_or_not()
        self._wake()

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def reset(self) -> None:
        """Ends the connection the rude way."""
        if self._transport is None:
            return
        own = self._transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._read_or_not()
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._tell(self.session.receive_data(data, now()))

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._tell(self.session.connection_lost())

    def pause_writing(self) -> None:
        self._congested = True
        self._read_or_not()

    def resume_writing(self) -> None:
        self._congested = False
        self._read_or_not()

    def _read_or_not(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._stalled or self._congested:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Write):
                self.write(event.data)
            else:
                self.happened(self, event)
            if isinstance(event, Closed):
                self.close()
        self._wake()

    def _wake(self) -> None:
        """One timer; it is set anew only when it would ring too late."""
        wake_at = self.session.wake_at if self._transport and not self._stalled else None
        loop = asyncio.get_running_loop()
        when = None if wake_at is None else loop.time() + max(wake_at - now(), 0.0)
        if self._timer and (when is None or when < self._timer.when()):
            self._timer.cancel()
            self._timer = None
        if when is not None and self._timer is None:
            self._timer = loop.call_at(when, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._tell(self.session.tick(now()))
