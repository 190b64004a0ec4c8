"""A subscriber writes: POST /control/mo with `from`, `to`, `text`, perhaps `postback`, makes the provider call back."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

from workers.simulators.carrier.receipts import Letter
from workers.simulators.carrier.server import Carrier, Handling, told
from workers.simulators.providers.forms import Keys, Said


def heard(carrier: Carrier, keys: Keys, callback: str, written: Callable[[Said, str, Keys], Letter]) -> Handling:
    """The route. It answers with the status the call got."""

    async def hear(request: web.Request) -> web.StreamResponse:
        try:
            given = json.loads(await request.read())
            said = Said(given["from"], given["to"], given["text"], given.get("postback", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return told(400, {"code": "bad_request"})
        carrier.journal.write([{"kind": "mo", "from": said.number, "to": said.to, "text": said.text}])
        return told(200, {"status": await carrier.callbacks.post(written(said, callback, keys))})

    return hear
