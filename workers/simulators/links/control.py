"""The control page of a carrier on links, and running both until a signal comes."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from workers.protocols.errors import ProtocolError
from workers.simulators.carrier.server import told
from workers.simulators.links import manners
from workers.simulators.links.carrier import Carrier
from workers.simulators.serving import serve

REPLY_CHARACTERS_MAX: Final = 5_000


def _bad(error: Exception) -> web.Response:
    return told(400, {"code": "bad_request", "reason": str(error)})


def shown(carrier: Carrier, port: int) -> dict[str, Any]:
    return {
        "port": port,
        "profile": asdict(carrier.profile),
        "counters": asdict(carrier.counters),
        "waiting": carrier.way_back.waiting,
        "links": [link.number for link in carrier.links.values() if link.bound],
    }


class Control:
    """`/control` shows and changes the profile, `/control/mo` writes as a subscriber, `/control/links` harms links."""

    def __init__(self, carrier: Carrier, port: int) -> None:
        self.carrier, self.port = carrier, port

    async def profile(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                self.carrier.follow(self.carrier.profile.changed(json.loads(await request.read())))
            except (ValueError, TypeError, AttributeError) as error:
                return _bad(error)
        return told(200, shown(self.carrier, self.port))

    async def mo(self, request: web.Request) -> web.Response:
        """{"from", "to", "text"}"""
        try:
            content = json.loads(await request.read())
            sender, number, text = (str(content[name]) for name in ("from", "to", "text"))
            self.carrier.reply(sender, number, text[:REPLY_CHARACTERS_MAX])
        except (ValueError, TypeError, KeyError, ProtocolError) as error:
            return _bad(error)
        return told(200, {})

    async def links(self, request: web.Request) -> web.Response:
        """{"do": what, "link": number}; without a number it is done to all."""
        try:
            content = json.loads(await request.read())
            fault = manners.Fault(content["do"])
            found = [link for link in self.carrier.links.values() if content.get("link", link.number) == link.number]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return _bad(error)
        for link in found:
            manners.harm(link, fault)
        return told(200, {"links": [link.number for link in found]})


async def run(
    carrier: Carrier, host: str, port: int, control_port: int, name: str, tls: ssl.SSLContext | None = None
) -> None:
    """Serves until a signal comes; the line it writes says where links and control are."""
    server = await asyncio.get_running_loop().create_server(carrier.accept, host, port, ssl=tls)
    own_port = server.sockets[0].getsockname()[1]
    control = Control(carrier, own_port)
    app = web.Application()
    app.router.add_route("*", "/control", control.profile)
    app.router.add_post("/control/mo", control.mo)
    app.router.add_post("/control/links", control.links)

    async def working(_: web.Application) -> Any:
        task = asyncio.create_task(carrier.way_back.run())
        yield
        server.close()
        task.cancel()
        carrier.close()
        await asyncio.gather(task, return_exceptions=True)
        carrier.journal.close()

    app.cleanup_ctx.append(working)
    await serve(app, host, control_port, f"{name} on {host}:{own_port}; its control")
