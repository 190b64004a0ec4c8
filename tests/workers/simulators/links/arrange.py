"""A carrier in this process with a customer who logged in, and the journal between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.workers.simulators.links.client import Customer
from tests.workers.simulators.links.dialects import ACCOUNT, SECRET
from workers.protocols.session import Timers
from workers.simulators.carrier import journal
from workers.simulators.links.__main__ import TONGUES
from workers.simulators.links.carrier import Carrier
from workers.simulators.links.profile import LinkProfile

SCENE_S = 20.0
QUICK = LinkProfile(delay_s=0.0, jitter_s=0.0, late_s=0.4, slow_s=0.3)


@dataclass
class Scene:
    carrier: Carrier
    customer: Customer
    port: int
    path: Path

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in journal.entries(self.path) if entry["kind"] == kind]

    def change(self, **wishes: Any) -> None:
        self.carrier.follow(self.carrier.profile.changed(wishes))


@asynccontextmanager
async def scene(
    name: str, folder: Path, *, log_in: bool = True, timers: Timers | None = None, window: int = 16, **wishes: Any
) -> AsyncIterator[Scene]:
    path = folder / "links.jsonl"
    tongue = TONGUES[name.rstrip("23")](ACCOUNT, SECRET, timers=timers)
    customer = Customer(name, window)
    callback = f"127.0.0.1:{await customer.listen()}" if tongue.dials else ""
    carrier = Carrier(tongue, journal.Journal(path), QUICK.changed(wishes), callback)
    server = await asyncio.get_running_loop().create_server(carrier.accept, "127.0.0.1", 0)
    sending = asyncio.create_task(carrier.way_back.run())
    port = server.sockets[0].getsockname()[1]
    try:
        await customer.connect(port)
        if log_in:
            await customer.log_in()
        yield Scene(carrier, customer, port, path)
    finally:
        sending.cancel()
        server.close()
        customer.close()
        carrier.close()
        await asyncio.sleep(0)


def play(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs a scenario to its end, or fails when it takes too long."""
    asyncio.run(asyncio.wait_for(scenario(), SCENE_S))
