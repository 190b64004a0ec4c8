"""Keeps one line of a channel up: connects, begins again after every end, waits longer after every failure."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import structlog

from tenants.routing.leases import Line as Shown
from workers.channels import securing
from workers.channels.links import Line
from workers.gateway.clock import now
from workers.gateway.link import Link
from workers.protocols.errors import ProtocolError
from workers.protocols.events import Closed, Reason

log = structlog.get_logger()

CONNECT_S: Final = 10.0
# The first wait after a failure and the longest; a refused login is not asked for often.
AGAIN_S, AGAIN_S_MAX = 0.5, 30.0
REFUSED_S, REFUSED_S_MAX = 5.0, 300.0
CALLERS_MAX: Final = 16  # connections of the carrier on one listening line
ERROR_MAX: Final = 200
REST_S: Final = 0.5  # an idle link that was left is looked after so often


def misconfigured(channel_id: int, error: str) -> Shown:
    """What the staff's board shows of a channel whose settings cannot be."""
    at = datetime.fromtimestamp(now(), UTC)
    return Shown(channel_id, 0, "misconfigured", at, 0, 0, 0, 0.0, 0, 0, 0, 0, error[:ERROR_MAX])


class Keeper:
    """`made` gives a new link; `has_work` says whether a link that was left for idleness is wanted again."""

    def __init__(self, name: str, line: Line, made: Callable[[Line], Link], has_work: Callable[[], bool]) -> None:
        self.name, self.line, self._made, self._has_work = name, line, made, has_work
        self.links: set[Link] = set()
        self.state, self.since, self.error = "connecting", now(), ""
        self.submitted = self.answered = self.throttled = 0  # of links that are over
        self._measured = (0, now())
        self._wait_s = AGAIN_S
        self._leaving = False
        self._failures = 0
        self.task = asyncio.create_task(self._listen() if line.listens else self._keep())

    @property
    def bound(self) -> list[Link]:
        return [link for link in self.links if link.is_bound]

    def told(self, state: str, error: str = "") -> None:
        """The state as people see it."""
        if (state, error) != (self.state, self.error):
            log.info("link." + state, channel=self.name, line=self.line.number, error=error or None)
            self.state, self.error, self.since = state, error, now()

    def hush(self) -> None:
        """No new message leaves here."""
        self._leaving = True
        for link in self.links:
            link.leaving = True

    def leave(self) -> None:
        """Say goodbye; the keeper ends when its links have."""
        self._leaving = True
        for link in list(self.links):
            link.goodbye()
        if not self.links or self.line.listens:
            self.task.cancel()

    async def end(self) -> None:
        """Whatever is left ends now."""
        self._leaving = True
        self.task.cancel()
        for link in list(self.links):
            link.abort()
        with suppress(asyncio.CancelledError):
            await self.task

    def shown(self, channel_id: int, queued: int) -> Shown:
        """What the staff's board shows of it."""
        submitted = self.submitted + sum(link.submitted for link in self.links)
        before, at = self._measured
        speed = (submitted - before) / max(now() - at, 0.001)
        self._measured = (submitted, now())
        return Shown(
            channel_id, self.line.number, self.state, datetime.fromtimestamp(self.since, UTC), self._links(),
            sum(link.session.window for link in self.bound), sum(link.used for link in self.bound), round(speed, 1),
            submitted, self.answered + sum(link.answered for link in self.links),
            self.throttled + sum(link.throttled for link in self.links), queued, self.error[:ERROR_MAX],
        )  # fmt: skip

    def _links(self) -> int:
        """Links messages may leave on, counting one that comes back when there is work."""
        if not self.line.sends:
            return 0
        return 1 if self.state == "resting" else len(self.bound)

    # Calling the carrier.

    async def _keep(self) -> None:
        while not self._leaving:
            self.told("connecting", self.error)
            try:
                link = self._made(self.line)
                await self._connect(link)
            except (OSError, TimeoutError, ssl.SSLError, ProtocolError) as error:
                self._failed("unreachable", type(error).__name__, AGAIN_S, AGAIN_S_MAX)
            else:
                self.links.add(link)
                self._ended(link, await link.closed)
            await self._pause()

    async def _connect(self, link: Link) -> None:
        secured = self.line.tls
        async with asyncio.timeout(CONNECT_S):
            await asyncio.get_running_loop().create_connection(
                lambda: link, self.line.host, self.line.port, ssl=self._tls,
                server_hostname=(secured.name or self.line.host) if secured else None,
            )  # fmt: skip

    @cached_property
    def _tls(self) -> ssl.SSLContext | None:
        return securing.context(self.line.tls) if self.line.tls else None

    def _ended(self, link: Link, closed: Closed) -> None:
        self._forget(link)
        if closed.reason is Reason.REFUSED:
            self._failed("refused", str(closed.error or closed.reason), REFUSED_S, REFUSED_S_MAX)
        elif closed.reason is Reason.LEFT and link.rests and not self._has_work():
            self.told("resting")
        else:
            self._failures = 0 if link.was_bound else self._failures
            # A certificate of ours that is not taken ends the connection only after it stood.
            why = type(link.error).__name__ if isinstance(link.error, ssl.SSLError) else str(closed.reason)
            self._failed("lost", why, AGAIN_S, AGAIN_S_MAX)

    def _forget(self, link: Link) -> None:
        self.links.discard(link)
        self.submitted += link.submitted
        self.answered += link.answered
        self.throttled += link.throttled

    def _failed(self, state: str, error: str, first_s: float, most_s: float) -> None:
        self.told(state, error)
        self._wait_s = min(first_s * 2**self._failures, most_s) * random.uniform(0.5, 1.5)  # nosec B311
        self._failures = min(self._failures + 1, 16)

    async def _pause(self) -> None:
        if self._leaving:
            return
        if self.state != "resting":
            await asyncio.sleep(self._wait_s)
        while self.state == "resting" and not self._has_work():
            await asyncio.sleep(REST_S)

    # Being called.

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                server = await loop.create_server(self._called, self.line.host or None, self.line.port)
                break
            except OSError as error:
                self._failed("unreachable", type(error).__name__, AGAIN_S, AGAIN_S_MAX)
                await self._pause()
        self._failures = 0
        self.told("listening")
        try:
            async with server:
                await server.serve_forever()
        finally:
            self.told("left")

    def _called(self) -> asyncio.Protocol:
        if len(self.links) >= CALLERS_MAX or self._leaving:
            return _TurnedAway()
        link = self._made(self.line)
        self.links.add(link)
        link.closed.add_done_callback(lambda _: self._hung_up(link))
        return link

    def _hung_up(self, link: Link) -> None:
        self._forget(link)
        if not self.bound and not self._leaving:
            self.told("listening")


class _TurnedAway(asyncio.Protocol):
    """A caller too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()
