"""One provider: its wire form before the simulated carrier, whose journal, scripts, pace and control page it keeps."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from workers.simulators.carrier.journal import Journal
from workers.simulators.carrier.profile import Profile
from workers.simulators.carrier.server import Carrier, served, told
from workers.simulators.providers import aliyun, maap, mm7, rcs, tencent, twilio
from workers.simulators.providers.forms import Asked, Keys, Told, Wanted, Wire
from workers.simulators.providers.hearing import heard
from workers.simulators.providers.presets import WIRES as PRESETS

WIRES: Final[dict[str, Wire]] = {
    "aliyun": aliyun.WIRE,
    "tencent": tencent.WIRE,
    "twilio": twilio.WIRE,
    "mm7": mm7.WIRE,
    "maap": maap.WIRE,
    **PRESETS,
}
KINDS: Final = (*WIRES, "rcs")


def application(kind: str, keys: Keys, callback: str, journal: Journal, profile: Profile) -> web.Application:
    """The provider's routes, the control page, and the task that sends receipts."""
    if kind == "rcs":
        return rcs.application(keys, callback, journal, profile)
    wire = WIRES[kind]
    carrier = Carrier(
        keys.name,
        keys.secret,
        callback,
        journal,
        profile,
        written=lambda receipts, at: wire.letter(receipts, at, keys),
        call_receipts_max=wire.call_receipts_max,
    )

    async def take(request: web.Request) -> web.StreamResponse:
        if carrier.profile.down:
            return web.Response(status=503, text="<html><body>Service Unavailable</body></html>")
        asked = Asked(request.path, request.host, request.headers, await request.read())
        try:
            wanted = wire.read(asked, keys)
        except Told as known:
            refusal = told(known.status, known.content)
            refusal.headers.extend(known.headers)
            return refusal
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return told(400, {"code": "bad_request"})
        taken = carrier.take(wanted.messages, wanted.callback or callback, together=wanted.together)
        answers = [each.answer for each in taken]
        status, content = wire.answer(answers, wanted)
        return await carrier.reply(request, taken, content, status, busy=_busy(wire, wanted, answers))

    said = heard(carrier, keys, callback, wire.reply) if wire.reply else None
    return served(carrier, dict.fromkeys((wire.route, *wire.also), take) | ({"/control/mo": said} if said else {}))


def _busy(wire: Wire, wanted: Wanted, answers: list[dict[str, Any]]) -> dict[str, Any] | str:
    return wire.answer([{"code": "busy"}] * len(answers), wanted)[1]
