"""python -m benchmarks.sink --key … --secret …: a carrier that costs the machine as little as it can, so that what is
measured is the sender. Takes single messages in the simulated carrier's form, accepts each, reports it delivered.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
from collections import defaultdict
from functools import partial
from typing import Final

import aiohttp

from workers.simulators.carrier.journal import Journal
from workers.simulators.carrier.receipts import CALL_RECEIPTS_MAX, Callbacks, Counters, Waiting, in_json

GATHER_S: Final = 0.2
LENGTH: Final = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: (\d+)")
TAKEN: Final = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{"id":"%016x"}'
STRANGER: Final = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

_ids = itertools.count(1)


class Sink(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, key: str, told: dict[str, list[Waiting]]) -> None:
        self._bearer, self._told = f"\r\nAuthorization: Bearer {key}\r\n".encode(), told
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        head = self._data.find(b"\r\n\r\n")
        length = LENGTH.search(self._data, 0, head) if head >= 0 else None
        if length is None or len(self._data) < head + 4 + int(length[1]):
            return
        if self._bearer not in self._data:
            self._transport.write(STRANGER)
            self._transport.close()
            return
        message = json.loads(self._data[head + 4 :])
        self._data = b""
        id = next(_ids)
        self._transport.write(TAKEN % id)
        shown = {"id": f"{id:016x}", "status": "DELIVRD", "code": "", "reference": message["reference"]}
        if url := message.get("callback"):
            self._told[url].append(Waiting(url, message["to"], shown))


async def report(told: dict[str, list[Waiting]], secret: str) -> None:
    """Bring receipts back, some hundred a call."""
    async with aiohttp.ClientSession() as session:
        callbacks = Callbacks(partial(in_json, secret), Journal(None), Counters(), _session=session)
        while True:
            await asyncio.sleep(GATHER_S)
            calls = []
            for receipts in told.values():
                for start in range(0, len(receipts), CALL_RECEIPTS_MAX):
                    calls.append(callbacks.call(receipts[start : start + CALL_RECEIPTS_MAX]))
                receipts.clear()
            await asyncio.gather(*calls)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.sink")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", required=True)
    parser.add_argument("--secret", required=True)
    given = parser.parse_args()
    told: dict[str, list[Waiting]] = defaultdict(list)
    server = await asyncio.get_running_loop().create_server(lambda: Sink(given.key, told), "127.0.0.1", given.port)
    print(f"sink listens on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await report(told, given.secret)


if __name__ == "__main__":
    asyncio.run(main())
