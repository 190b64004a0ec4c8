"""Which kinds of channel there are: one line each, imported when first used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final, cast

from workers.channels.base import Adapter

KINDS: Final[dict[str, str]] = {
    "simulator": "workers.channels.simulator.adapter:SimulatorAdapter",
    "aliyun": "workers.channels.aliyun.adapter:AliyunAdapter",
    "tencent": "workers.channels.tencent.adapter:TencentAdapter",
    "twilio": "workers.channels.twilio.adapter:TwilioAdapter",
    "rcs_google": "workers.channels.rcs_google.adapter:RcsGoogleAdapter",
    "generic_http": "workers.channels.generic_http.adapter:GenericHttpAdapter",
}


@cache
def adapter(kind: str) -> Adapter:
    """The adapter of a kind; KeyError for a kind that does not exist."""
    module, name = KINDS[kind].split(":")
    return cast(Adapter, getattr(import_module(module), name)())
