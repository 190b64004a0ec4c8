"""What gateways with an HTTP way in are driven with: as many kept connections as they like, and an address that counts
what they report back. Both do as little as they can, so that what is measured is the gateway.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

CONNECTIONS: Final = 16
LIMIT_S: Final = 600.0
LOOK_S: Final = 0.02
LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HEAD_END: Final = b"\r\n\r\n"
LAST_CHUNK: Final = b"\r\n0\r\n\r\n"


class Told(asyncio.Protocol):
    """One connection of a gateway that reports: each request is answered and counted."""

    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nACK/Jasmin"

    def __init__(self, came: Callable[[], None]) -> None:
        self.came, self.held = came, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        while HEAD_END in self.held:
            head, _, rest = self.held.partition(HEAD_END)
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self.held = rest[size:]
            self.came()
            self.transport.write(self.answer)


async def _post(port: int, paths: Iterator[str]) -> None:
    """Asks for one path after the other on one connection, opened again whenever the gateway closes it."""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    for path in paths:
        if reader is None or writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(HEAD_END)
        assert head.split(b" ", 2)[1] in (b"200", b"202"), head
        length = LENGTH.search(head)
        chunked = b"ncoding: chunked" in head
        if length:
            await reader.readexactly(int(length[1]))
        elif chunked:
            await reader.readuntil(LAST_CHUNK)
        if not (length or chunked) or b"onnection: close" in head:
            writer.close()
            reader = writer = None
    if writer is not None:
        writer.close()


async def _campaign(
    port: int, count: int, path: Callable[[int, int], str], warm: int, taken: Callable[[], int] | None
) -> float:
    told = 0

    def came() -> None:
        nonlocal told
        told += 1

    server = await asyncio.get_running_loop().create_server(lambda: Told(came), "127.0.0.1", 0)
    own_port = server.sockets[0].getsockname()[1]
    paths = iter([path(own_port, at) for at in range(warm + count)])
    try:
        took_s = 0.0
        for wanted in (warm, count):
            before = taken() if taken else 0
            told, began = 0, time.perf_counter()
            some = iter(list(islice(paths, wanted)))
            await asyncio.gather(*[_post(port, some) for _ in range(CONNECTIONS)])
            while (taken() - before if taken else told) < wanted:
                await asyncio.sleep(LOOK_S)
            took_s = time.perf_counter() - began
        return took_s
    finally:
        server.close()


def campaign(
    port: int, count: int, path: Callable[[int, int], str], warm: int, taken: Callable[[], int] | None = None
) -> float:
    """Seconds from the first of `count` requests to the last report, each has one; or, given `taken`, until the carrier
    has taken the last one. `path(port told, number)` is asked for each. The first `warm` ones are not counted."""
    return asyncio.run(asyncio.wait_for(_campaign(port, count, path, warm, taken), LIMIT_S))
