"""Faults on request: the next calls of a path fail in a chosen way.

kind            done?   answer
unavailable     no      503
rate_limit      no      429
reset_before    no      the connection is reset
error           yes     500, which is also what the same idempotency key gets ever after
timeout         yes     none
reset           yes     the connection is reset
webhook_first   yes     the usual one, but only after the events were delivered
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

BEFORE: Final = ("unavailable", "rate_limit", "reset_before")
AFTER: Final = ("error", "timeout", "reset", "webhook_first")
HANG_S: Final = 60.0
FAULTS_MAX: Final = 1_000
LINGER_NONE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One call that shall go wrong; `path` is a prefix."""

    path: str
    kind: str

    @property
    def executes(self) -> bool:
        return self.kind in AFTER

    @property
    def cuts(self) -> bool:
        return self.kind in ("timeout", "reset")

    async def answer(self, request: web.Request) -> web.Response:
        """The answer of a call that is not answered properly."""
        if self.kind == "unavailable":
            return web.json_response({"error": {"type": "api_error", "message": "Unavailable."}}, status=503)
        if self.kind == "rate_limit":
            error = {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}
            return web.json_response({"error": error}, status=429)
        if self.kind == "timeout":
            await asyncio.sleep(HANG_S)
        transport = request.transport
        own = transport.get_extra_info("socket") if transport else None
        if transport is not None and own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
            transport.abort()
        return web.Response(status=500)


@dataclass(slots=True)
class Faults:
    """What is still to go wrong, in order."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, wish: dict[str, Any]) -> None:
        path, kind, times = wish.get("path", "/v1/"), wish.get("kind"), wish.get("times", 1)
        if kind not in BEFORE + AFTER:
            raise ValueError("kind is one of " + ", ".join(BEFORE + AFTER))
        if not isinstance(path, str) or not isinstance(times, int) or not 1 <= times <= FAULTS_MAX - len(self.waiting):
            raise ValueError("path is a string, times a number that is not too large")
        self.waiting += [Fault(path, kind)] * times

    def take(self, path: str) -> Fault | None:
        for fault in self.waiting:
            if path.startswith(fault.path):
                self.waiting.remove(fault)
                return fault
        return None
