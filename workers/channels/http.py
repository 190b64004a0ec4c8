"""HTTP for every channel: one session per process, kept across calls on one background event loop.

The rule for doubt is here and nowhere else: an error before a connection stood (refused, DNS, TLS, connect time-out)
means that nothing left; any error after that means that we do not know.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog
from multidict import CIMultiDict

from workers.channels import wire
from workers.channels.base import (
    AnswerLost,
    Code,
    Doubtful,
    Misconfigured,
    Outgoing,
    Refused,
    SendError,
    SendResult,
)

CONNECT_S: Final = 5.0
REQUEST_S: Final = 10.0
REQUEST_S_MAX: Final = 60.0  # the longest one request may be allowed to take, connecting included
# No new request of a call is begun later than this: a slow carrier must not keep whoever sends from other work.
START_S_MAX: Final = 2.0

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reply:
    """A carrier's answer, read whole."""

    status: int
    headers: CIMultiDict[str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The object inside. What is not the carrier's own form says nothing, except that nothing listens at a 404."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict):
            return content
        if self.status in (404, 405):
            raise Misconfigured(f"nothing takes messages at this address (status {self.status})")
        raise AnswerLost(f"unreadable answer with status {self.status}")


class Http:
    """The session. Belongs to the loop it was made on."""

    def __init__(self) -> None:
        self._wire = wire.Pool()

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, limit_s: float = REQUEST_S) -> Reply:
        """One POST, as `request`."""
        return await self.request("POST", url, headers=headers, body=body, limit_s=limit_s)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", limit_s: float = REQUEST_S
    ) -> Reply:
        """One request. Raises NotReached or Misconfigured when nothing left, AnswerLost when we cannot know."""
        # Connecting gets at most half of the time, so that a slow connection ends as one and not as a lost answer.
        total_s = min(limit_s, REQUEST_S_MAX)
        connect_s = min(CONNECT_S, total_s / 2)
        return Reply(*await self._wire.request(method, url, headers, body, connect_s=connect_s, total_s=total_s))

    async def close(self) -> None:
        self._wire.close()


async def spread(
    messages: Sequence[Outgoing],
    request: Callable[[Sequence[Outgoing]], Awaitable[list[SendResult]]],
    *,
    batch: int,
    connections: int,
    alike: Callable[[Outgoing], Hashable] = lambda message: None,
) -> list[SendResult]:
    """Cuts the messages into slices of `batch` and sends them over at most `connections` at once, results in order.

    Only messages that are `alike` share a slice. It is asked once for each message, in order.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for position, message in enumerate(messages):
        groups[alike(message)].append(position)
    slices = [group[start : start + batch] for group in groups.values() for start in range(0, len(group), batch)]
    results: dict[int, SendResult] = {}
    waiting = iter(slices)
    stop_at = time.monotonic() + START_S_MAX

    async def work() -> None:
        for positions in waiting:
            part = [messages[position] for position in positions]
            late = time.monotonic() > stop_at
            results.update(zip(positions, _untried(part) if late else await _one(part, request), strict=True))

    await asyncio.gather(*(work() for _ in range(min(connections, len(slices)))))
    return [results[position] for position in range(len(messages))]


def nth() -> Callable[[Outgoing], int]:
    """For `alike`: how many earlier messages go to the same number, so that no slice holds a number twice."""
    seen: dict[str, int] = defaultdict(int)

    def count(message: Outgoing) -> int:
        seen[message.number] += 1
        return seen[message.number]

    return count


def _untried(part: Sequence[Outgoing]) -> list[SendResult]:
    return [Refused(Code.NOT_TRIED, retryable=True, reason="the carrier is too slow for this slice")] * len(part)


async def _one(
    part: Sequence[Outgoing], request: Callable[[Sequence[Outgoing]], Awaitable[list[SendResult]]]
) -> list[SendResult]:
    """A request's own failure is news about its own messages only."""
    try:
        results = await request(part)
    except SendError as error:
        return [error.as_result()] * len(part)
    except Exception as error:  # noqa: BLE001 - what an adapter did not foresee must not take the other slices' news away
        log.error("channel request broke", error=type(error).__qualname__)
        return [Doubtful(f"request broke: {type(error).__qualname__}")] * len(part)
    if len(results) != len(part):
        return [Doubtful("the answer does not fit the request")] * len(part)
    return results


class _Loop:
    """The background loop of this process, begun on first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: Http | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="channels", daemon=True).start()
            return self._loop

    def session(self) -> Http:
        loop = self.loop()
        with self._lock:
            if self._http is None:
                self._http = asyncio.run_coroutine_threadsafe(_make(), loop).result(timeout=CONNECT_S)
            return self._http

    def close(self) -> None:
        with self._lock:
            loop, session, self._loop, self._http = self._loop, self._http, None, None
        if loop is None:
            return
        if session is not None:
            asyncio.run_coroutine_threadsafe(session.close(), loop).result(timeout=CONNECT_S)
        loop.call_soon_threadsafe(loop.stop)


async def _make() -> Http:
    return Http()


_background = _Loop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine on the background loop and waits for it; every request in it has its own deadline."""
    return asyncio.run_coroutine_threadsafe(work, _background.loop()).result()


def session() -> Http:
    """The one session of this process."""
    return _background.session()


def close() -> None:
    """Closes the session and ends the loop; the next call begins anew."""
    _background.close()


def _forget() -> None:
    # A forked child has the memory of the loop but not its thread: waiting on it would never end.
    global _background
    _background = _Loop()


os.register_at_fork(after_in_child=_forget)
atexit.register(close)
