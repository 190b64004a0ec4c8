"""One message over a connection of its own, for staff who try a channel with links out: connect, log in, submit, wait
for the answers, leave. What the carrier brings meanwhile it is to bring again, for nobody here keeps it.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from workers.channels import securing
from workers.channels.base import Accepted, Code, Doubtful, Outgoing, Refused, SendResult, Settings
from workers.channels.links import Line, LinkAdapter
from workers.protocols.errors import LocalProtocolError
from workers.protocols.events import Answered, Closed, Event, Reason, Received, Unanswered, Write
from workers.protocols.states import State

TRY_S: Final = 20.0  # for all of it
CONNECT_S: Final = 10.0
READ_MAX: Final = 65_536
SEQUENCES: Final = 1 << 30
REFERENCES: Final = 1 << 16


def attempt(adapter: LinkAdapter, settings: Settings, message: Outgoing) -> SendResult:
    """What the carrier says of it; the worst of its parts speaks."""
    line = next(line for line in adapter.lines(settings) if line.sends and not line.listens)
    try:
        requests = adapter.submits(settings, message, secrets.randbelow(REFERENCES), time.time())
    except LocalProtocolError as error:
        return Refused(Code.CONTENT, False, str(error))
    try:
        connection = _connected(line)
    except OSError as error:
        return Refused(Code.UNREACHABLE, True, type(error).__name__)
    with connection:
        return _Call(adapter, settings, line, connection).run(requests)


def _connected(line: Line) -> socket.socket:
    plain = socket.create_connection((line.host, line.port), CONNECT_S)
    if line.tls is None:
        return plain
    try:
        return securing.context(line.tls).wrap_socket(plain, server_hostname=line.tls.name or line.host)
    except OSError:
        plain.close()
        raise


class _Call:
    def __init__(self, adapter: LinkAdapter, settings: Settings, line: Line, connection: socket.socket) -> None:
        self._adapter, self._settings, self._connection = adapter, settings, connection
        self._stop_at = time.monotonic() + TRY_S
        self._session = adapter.session(settings, line, time.time(), secrets.randbelow(SEQUENCES) + 1)
        self._login = adapter.login(settings, line, time.time())
        self._results: dict[int, SendResult] = {}
        self._closed: Closed | None = None

    def run(self, requests: Sequence[Any]) -> SendResult:
        self._say(self._login)
        self._until(lambda: self._session.state is State.BOUND)
        if self._session.state is not State.BOUND:
            refused = self._closed is not None and self._closed.reason is Reason.REFUSED
            return Refused(Code.CONFIG if refused else Code.UNREACHABLE, True, "no login")
        for index, request in enumerate(requests):
            self._until(lambda: self._session.room > 0)
            if not self._session.room:
                break
            self._say(request, token=index)
        self._until(lambda: len(self._results) == len(requests))
        if not self._session.is_closed:
            self._say(self._session.leave())
        found = [self._results.get(index, Doubtful("no answer")) for index in range(len(requests))]
        return next((each for each in found if not isinstance(each, Accepted)), found[0])

    def _say(self, pdu: Any, **more: Any) -> None:
        self._write(self._session.send(pdu, time.time(), **more))

    def _write(self, data: bytes) -> None:
        try:
            self._connection.sendall(data)
        except OSError:
            self._happened(self._session.connection_lost())

    def _until(self, done: Callable[[], bool]) -> None:
        """Listen until it is so, the link is over, or there is no time left."""
        while not done() and self._closed is None and (left := self._stop_at - time.monotonic()) > 0:
            self._connection.settimeout(left)
            try:
                data = self._connection.recv(READ_MAX)
            except OSError:
                data = b""
            events = self._session.receive_data(data, time.time()) if data else self._session.connection_lost()
            self._happened(events)

    def _happened(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Write(data):
                    self._write(data)
                case Answered(_, answer, sequence, int(index)):
                    self._results[index] = self._adapter.result(self._settings, answer, sequence)
                case Received(pdu, sequence):
                    self._put_off(pdu, sequence)
                case Unanswered(_, _, int(index)):
                    self._results[index] = Doubtful("no answer")
                case Closed():
                    self._closed = event

    def _put_off(self, pdu: Any, sequence: Any) -> None:
        answer = self._adapter.thanks(self._settings, pdu, stored=False)
        if answer is not None:
            self._say(answer, reply_to=sequence)
