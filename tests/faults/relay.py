"""A way to the database for some processes alone, which can be cut and closed while everybody else's stays open."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import make_url

from tenants.core.settings import Settings

CHUNK = 65_536


class Relay:
    """Passes on what comes to a port of loopback, on a loop in a thread of its own."""

    def __init__(self, socket: str) -> None:
        self._socket, self._open = socket, True
        self._ways: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(0), self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def address_of(self, url: str) -> str:
        """A database's address by this way."""
        return make_url(url).set(host="127.0.0.1", port=self.port, query={}).render_as_string(hide_password=False)

    def close(self) -> None:
        """End every connection and refuse new ones."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)

    def open(self) -> None:
        self._server = asyncio.run_coroutine_threadsafe(self._listen(self.port), self._loop).result(10)

    def stop(self) -> None:
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _listen(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._pass_on, "127.0.0.1", port)

    async def _close(self) -> None:
        self._server.close()
        for way in list(self._ways):
            way.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_unix_connection(self._socket)
        self._ways |= {writer, here}
        try:
            await asyncio.gather(_copy(reader, here), _copy(there, writer))
        finally:
            self._ways -= {writer, here}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def relayed(settings: Settings) -> Iterator[tuple[Settings, Relay]]:
    """The settings that lead to the database over a relay, and the relay."""
    relay = Relay(f"{make_url(settings.database_url).query['host']}/.s.PGSQL.5432")
    try:
        yield (
            replace(
                settings,
                database_url=relay.address_of(settings.database_url),
                migration_database_url=relay.address_of(settings.migration_database_url),
            ),
            relay,
        )
    finally:
        relay.stop()
