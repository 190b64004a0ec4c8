"""Which kinds of channel there are: one line each, imported when first used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

from workers.channels.base import Adapter
from workers.channels.links import LinkAdapter

REQUESTS: Final[dict[str, str]] = {
    "simulator": "workers.channels.simulator.adapter:SimulatorAdapter",
    "aliyun": "workers.channels.aliyun.adapter:AliyunAdapter",
    "tencent": "workers.channels.tencent.adapter:TencentAdapter",
    "twilio": "workers.channels.twilio.adapter:TwilioAdapter",
    "rcs_google": "workers.channels.rcs_google.adapter:RcsGoogleAdapter",
    "mm7": "workers.channels.mm7.adapter:Mm7Adapter",
    "maap": "workers.channels.maap.adapter:MaapAdapter",
    "generic_http": "workers.channels.generic_http.adapter:GenericHttpAdapter",
}
LINKS: Final[dict[str, str]] = {
    "smpp": "workers.channels.smpp.adapter:SmppAdapter",
    "cmpp": "workers.channels.cmpp.adapter:CmppAdapter",
    "sgip": "workers.channels.sgip.adapter:SgipAdapter",
    "smgp": "workers.channels.smgp.adapter:SmgpAdapter",
}
KINDS: Final = REQUESTS | LINKS


def adapter(kind: str) -> Adapter | LinkAdapter:
    """The adapter of a kind; KeyError for a kind that does not exist."""
    found: Adapter | LinkAdapter = _made(KINDS[kind])
    return found


def link_adapter(kind: str) -> LinkAdapter:
    """The adapter of a kind whose messages leave over links; KeyError for any other."""
    found: LinkAdapter = _made(LINKS[kind])
    return found


@cache
def _made(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)()
