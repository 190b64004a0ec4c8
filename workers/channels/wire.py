"""HTTP/1.1 over bare asyncio connections: a request goes out in one write, its answer is read whole.

A worker sends thousands of small requests a second to one carrier, and there a general client costs four times as much
as the messages it carries. What carriers need is here: keep-alive, TLS, chunked answers, deadlines, bounds. No
redirects, cookies, compression or proxies. The rule for doubt is the caller's: what fails before a connection stands is
NotReached, what fails after it AnswerLost.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from multidict import CIMultiDict

from workers.channels.base import AnswerLost, Misconfigured, NotReached

HEAD_BYTES_MAX: Final = 64 << 10
BODY_BYTES_MAX: Final = 1 << 20
CHUNKS_MAX: Final = 10_000
OPEN_MAX: Final = 256  # connections of one process, all carriers together
IDLE_S: Final = 10.0  # shorter than carriers keep idle connections, so that we seldom write into a closed one
EYEBALLS_S: Final = 0.25
HEADS_KEPT: Final = 256
PORTS: Final = {"http": 80, "https": 443}
ALWAYS: Final = (("Accept", "*/*"), ("Accept-Encoding", "identity"), ("User-Agent", "qunfa"))
WITHOUT_BODY: Final = frozenset({204, 304})

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ADDRESS = re.compile(r"[!-~]+")
_LENGTH = re.compile(r"\d{1,15}")
_VALUE = re.compile(r"[^\r\n\0]*")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n]*)?\r\n")

Answer = tuple[int, CIMultiDict[str], bytes]  # status, headers, body


@dataclass(frozen=True, slots=True)
class Origin:
    """Where connections lead to."""

    tls: bool
    host: str
    port: int


class Broken(Exception):
    """What came back is not HTTP, or more of it than we take."""


class Connection(asyncio.Protocol):
    """One connection; carries one request at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.reusable = False
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._stop_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._data = bytearray()
        # Status, headers, whether the connection may be used again, and where the body begins.
        self._head: tuple[int, CIMultiDict[str], bool, int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def exchange(self, request: bytes, limit_s: float) -> Answer:
        """Send and wait for the whole answer; AnswerLost after `limit_s` and for whatever breaks."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Answer] = loop.create_future()
        self._waiting = waiting
        self._data.clear()
        self._head, self.reusable = None, False
        self._stop_at = loop.time() + limit_s
        # A timer outlives its request and serves the next one: one for each would cost too much.
        if self._timer is None or self._timer.when() > self._stop_at:
            self._set_timer(loop)
        try:
            self._transport.write(request)
            return await waiting
        finally:
            self._waiting = None
            if not self.reusable:
                self.close()

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(self._stop_at, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if loop.time() >= self._stop_at:
            self._fail("TimeoutError")
        else:
            self._set_timer(loop)

    @property
    def usable(self) -> bool:
        """Whether another request may follow."""
        fresh = time.monotonic() - self.idle_since < IDLE_S
        return self.reusable and fresh and self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        self.reusable = False
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._waiting is None or self._waiting.done():
            self.close()  # nobody asked
            return
        self._data += data
        self._look(ended=False)

    def eof_received(self) -> bool:
        self._look(ended=True)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.reusable = False
        if self._timer is not None:
            self._timer.cancel()
        self._fail(type(error).__name__ if error else "ServerDisconnected")

    def _look(self, *, ended: bool) -> None:
        if self._waiting is None or self._waiting.done():
            return
        try:
            reply = self._read(ended)
        except Broken as error:
            self._fail(str(error))
            return
        if reply is not None:
            self._waiting.set_result(reply)
        elif ended:
            self._fail("ServerDisconnected")

    def _read(self, ended: bool) -> Answer | None:
        """The answer once it is whole; None while something is missing."""
        while self._head is None:
            end = self._data.find(b"\r\n\r\n")
            if (len(self._data) if end < 0 else end) > HEAD_BYTES_MAX:
                raise Broken("head too large")
            if end < 0:
                if self._data and not self._data.startswith(b"HTTP/"[: len(self._data)]):
                    raise Broken("not HTTP")
                return None
            status, headers, lasting = parse_head(bytes(self._data[:end]))
            if status >= 200:
                self._head = status, headers, lasting, end + 4
            else:
                del self._data[: end + 4]  # 100 Continue and its like come before the answer
        status, headers, lasting, start = self._head
        body, rest = _body(self._data, start, status, headers, ended)
        if body is None:
            return None
        self.reusable = lasting and rest == 0 and not ended
        return status, headers, body

    def _fail(self, reason: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(AnswerLost(reason))


def parse_head(head: bytes) -> tuple[int, CIMultiDict[str], bool]:
    """Pure: status, headers, and whether the connection may be used again."""
    first, *lines = head.split(b"\r\n")
    status_line = _STATUS_LINE.fullmatch(first)
    if status_line is None:
        raise Broken("not HTTP")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            raise Broken("bad header")
        headers.add(name.decode("ascii"), value.strip(b" \t").decode("latin-1"))
    said = headers.get("Connection", "").lower()
    lasting = "close" not in said if status_line[1] == b"1" else "keep-alive" in said
    return int(status_line[2]), headers, lasting


def _body(data: bytearray, start: int, status: int, headers: CIMultiDict[str], ended: bool) -> tuple[bytes | None, int]:
    """The body once it is whole, and how many bytes follow it (-1: it ends only with the connection)."""
    if status in WITHOUT_BODY:
        return b"", len(data) - start
    if "Transfer-Encoding" in headers:
        if headers["Transfer-Encoding"].lower() != "chunked" or "Content-Length" in headers:
            raise Broken("unknown framing")
        return _chunked(data, start)
    lengths = set(headers.getall("Content-Length", ()))
    if not lengths:
        _bound(len(data) - start)
        return (bytes(data[start:]) if ended else None), -1
    if len(lengths) > 1 or not _LENGTH.fullmatch(length := lengths.pop()):
        raise Broken("bad length")
    end = start + _bound(int(length))
    return (bytes(data[start:end]), len(data) - end) if len(data) >= end else (None, 0)


def _chunked(data: bytearray, at: int) -> tuple[bytes | None, int]:
    pieces: list[bytes] = []
    for _ in range(CHUNKS_MAX):
        _bound(sum(map(len, pieces)))
        line = _CHUNK.match(data, at)
        if line is None:
            if len(data) - at > HEAD_BYTES_MAX or b"\r\n" in data[at:]:
                raise Broken("bad chunk")
            return None, 0
        size = _bound(int(line[1], 16))
        at = line.end()
        if not size:
            return _trailed(data, at, b"".join(pieces))
        if len(data) < at + size + 2:
            return None, 0
        if data[at + size : at + size + 2] != b"\r\n":
            raise Broken("bad chunk")
        pieces.append(bytes(data[at : at + size]))
        at += size + 2
    raise Broken("too many chunks")


def _trailed(data: bytearray, at: int, body: bytes) -> tuple[bytes | None, int]:
    """After the last chunk: trailers nobody reads, then an empty line."""
    if data[at : at + 2] == b"\r\n":
        return body, len(data) - at - 2
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        _bound(len(data) - at)
        return None, 0
    return body, len(data) - end - 4


def _bound(length: int) -> int:
    if length > BODY_BYTES_MAX:
        raise Broken("answer too large")
    return length


class Pool:
    """The connections of one event loop: at most OPEN_MAX busy, and as many idle."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = defaultdict(list)
        self._room = asyncio.Semaphore(OPEN_MAX)
        self._tls = ssl.create_default_context()

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, connect_s: float, total_s: float
    ) -> Answer:
        """One request, within `total_s`; `connect_s` of it for a connection to stand."""
        stop_at = time.monotonic() + total_s
        origin, head = _head(method, url, tuple(headers.items()))
        async with self._room:
            connection = self._kept(origin)
            if connection is None:
                connection = await self._made(origin, connect_s)
            try:
                left_s = max(0.0, stop_at - time.monotonic())
                return await connection.exchange(b"%b%d\r\n\r\n%b" % (head, len(body), body), left_s)
            finally:
                if connection.reusable:
                    connection.idle_since = time.monotonic()
                    self._idle[origin].append(connection)

    def _kept(self, origin: Origin) -> Connection | None:
        """The idle connection used last, if it is still good."""
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return None

    async def _made(self, origin: Origin, limit_s: float) -> Connection:
        if sum(map(len, self._idle.values())) >= OPEN_MAX:
            self.close()
        connecting = asyncio.get_running_loop().create_connection(
            Connection, origin.host, origin.port, ssl=self._tls if origin.tls else None, happy_eyeballs_delay=EYEBALLS_S
        )
        try:
            return (await asyncio.wait_for(connecting, limit_s))[1]
        except (OSError, TimeoutError, UnicodeError) as error:
            raise NotReached(type(error).__name__) from error

    def close(self) -> None:
        """Closes what is idle; what is busy closes with its request."""
        for connection in itertools.chain.from_iterable(self._idle.values()):
            connection.close()
        self._idle.clear()


@lru_cache(maxsize=HEADS_KEPT)
def _head(method: str, url: str, headers: tuple[tuple[str, str], ...]) -> tuple[Origin, bytes]:
    """Where a request goes, and its bytes up to the length of its body. The address leaves as it was given."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misconfigured("the address is not a URL") from error
    if not _ADDRESS.fullmatch(url) or parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise Misconfigured("the address is not a URL")
    if not all(_NAME.fullmatch(name.encode()) and _VALUE.fullmatch(value) for name, value in headers):
        raise Misconfigured("a setting cannot stand in a header")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = "".join(f"{name}: {value}\r\n" for name, value in (("Host", parts.netloc), *ALWAYS, *headers))
    origin = Origin(parts.scheme == "https", parts.hostname, port or PORTS[parts.scheme])
    return origin, f"{method} {target} HTTP/1.1\r\n{given}Content-Length: ".encode()
