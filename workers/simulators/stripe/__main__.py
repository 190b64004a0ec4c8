"""python -m workers.simulators.stripe --port 8091 --state DIR --webhook-url http://… --webhook-secret whsec_…"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from aiohttp import web

from workers.simulators.serving import serve
from workers.simulators.stripe import control, hosted
from workers.simulators.stripe.server import Local
from workers.simulators.stripe.store import Store
from workers.simulators.stripe.webhooks import Webhooks

BODY_BYTES_MAX: Final = 1 << 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="workers.simulators.stripe", description="A small Stripe on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8091, help="0 picks a free one and says which")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps everything over a restart")
    parser.add_argument("--key", default="sk_test_local", help="the secret key callers must show")
    parser.add_argument("--webhook-url", default="", help="where events go; empty: nowhere")
    parser.add_argument("--webhook-secret", action="append", default=[], help="may be given twice during a rotation")
    parser.add_argument("--pages-url", default="", help="address browsers reach this server under, if it is another")
    return parser.parse_args()


def application(local: Local) -> web.Application:
    """API, hosted pages and control in one server, webhooks beside it."""
    app = web.Application(client_max_size=BODY_BYTES_MAX)
    app.router.add_routes([*hosted.routes(local), *control.routes(local), *local.routes()])

    async def delivering(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(local.webhooks.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    app.cleanup_ctx.append(delivering)
    return app


def main() -> None:
    given = arguments()
    store = Store(given.state)
    webhooks = Webhooks(store, given.webhook_url, given.webhook_secret or ["whsec_local"])
    local = Local(store, webhooks, given.key, given.pages_url.rstrip("/"))

    def learn(url: str) -> None:
        local.pages = local.pages or url

    asyncio.run(serve(application(local), given.host, given.port, "stripe", learn))


if __name__ == "__main__":
    main()
