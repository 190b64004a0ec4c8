"""HTTP for every channel: one aiohttp session per process, kept across calls on one background event loop.

The rule for doubt is here and nowhere else: an error before a connection stood (refused, DNS, TLS, connect time-out)
means that nothing left; any error after that means that we do not know.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import aiohttp
import structlog

from workers.channels.base import (
    AnswerLost,
    Code,
    Doubtful,
    Misconfigured,
    NotReached,
    Outgoing,
    Refused,
    SendError,
    SendResult,
)

CONNECTIONS_MAX: Final = 256  # open sockets of one process, all channels together
ANSWER_BYTES_MAX: Final = 1 << 20
CONNECT_S: Final = 5.0
REQUEST_S: Final = 10.0
REQUEST_S_MAX: Final = 60.0  # the longest one request may be allowed to take, connecting included
START_S_MAX: Final = 30.0  # no new request of a call is begun later than this
IDLE_S: Final = 10.0  # shorter than carriers keep idle connections, so that we seldom write into a closed one

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reply:
    """A carrier's answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """The session. Belongs to the loop it was made on."""

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=IDLE_S)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, limit_s: float = REQUEST_S) -> Reply:
        """One request. Raises NotReached or Misconfigured when nothing left, AnswerLost when we cannot know."""
        # Connecting gets at most half of the time, so that a slow connection ends as one and not as a lost answer.
        total_s = min(limit_s, REQUEST_S_MAX)
        limits = aiohttp.ClientTimeout(total=total_s, connect=min(CONNECT_S, total_s / 2))
        try:
            async with self._session.post(
                url, headers=headers, data=body, timeout=limits, allow_redirects=False
            ) as answer:
                return Reply(answer.status, answer.headers, await _read(answer))
        except aiohttp.InvalidURL as error:
            raise Misconfigured("the address is not a URL") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AnswerLost(type(error).__name__) from error

    async def close(self) -> None:
        await self._session.close()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    if (answer.content_length or 0) > ANSWER_BYTES_MAX:
        raise AnswerLost("answer too large")
    pieces: list[bytes] = []
    room = ANSWER_BYTES_MAX
    async for piece in answer.content.iter_any():
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise AnswerLost("answer too large")
    return b"".join(pieces)


async def spread(
    messages: Sequence[Outgoing],
    request: Callable[[Sequence[Outgoing]], Awaitable[list[SendResult]]],
    *,
    batch: int,
    connections: int,
) -> list[SendResult]:
    """Cuts the messages into slices of `batch` and sends them over at most `connections` at once, results in order."""
    slices = [messages[start : start + batch] for start in range(0, len(messages), batch)]
    results: list[list[SendResult]] = [[] for _ in slices]
    waiting = iter(range(len(slices)))
    stop_at = time.monotonic() + START_S_MAX

    async def work() -> None:
        for index in waiting:
            late = time.monotonic() > stop_at
            results[index] = _untried(slices[index]) if late else await _one(slices[index], request)

    await asyncio.gather(*(work() for _ in range(min(connections, len(slices)))))
    return [result for part in results for result in part]


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
