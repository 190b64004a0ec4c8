"""python -m workers.gateway: keep the links of this installation's channels until told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from typing import Final

from tenants.core.ground import bare_app
from tenants.core.settings import Settings
from workers import logs
from workers.gateway import desk
from workers.gateway.desk import Desk
from workers.gateway.gateway import Gateway

COLLECT_AFTER: Final = 10_000  # new objects; a slice makes more


async def run(settings: Settings) -> None:
    desk.bound(settings.qunfa_stall_s)
    gateway = Gateway(Desk(bare_app(settings)), settings)
    # What is loaded by now stays: to look through it again for every few hundred new objects is wasted time.
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, gateway.stop)
    await gateway.run()


def main() -> int:
    logs.set_up("gateway")
    asyncio.run(run(Settings.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
