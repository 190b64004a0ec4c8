"""Running a simulator: on loopback unless told otherwise, on a free port when asked for 0, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Final

from aiohttp import web

SHUTDOWN_S: Final = 0.5


async def serve(
    app: web.Application, host: str, port: int, name: str, learn: Callable[[str], None] = lambda url: None
) -> None:
    """Serves until a signal comes. The line it writes and `learn` say where, for whoever asked for port 0."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    url = f"http://{host}:{runner.addresses[0][1]}"
    learn(url)
    sys.stdout.write(f"{name} listens on {url}\n")
    sys.stdout.flush()
    try:
        await stop.wait()
    finally:
        await runner.cleanup()
