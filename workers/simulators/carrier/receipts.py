"""The way back: receipts wait for their moment, leave in signed calls, and are repeated until a 2xx."""

from __future__ import annotations

import asyncio
import heapq
import hmac
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from workers.simulators.carrier.journal import Journal

CALL_RECEIPTS_MAX: Final = 500
FLUSH_S: Final = 0.02
CALLS_AT_ONCE_MAX: Final = 8
CALL_S: Final = 10.0
RETRY_S: Final = (0.2, 0.5, 1, 2, 5, 10, 15, 30, 30, 30)  # then the call is given up
WAITING_MAX: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt that has its moment still before it. `shown` is what the caller will read."""

    url: str
    number: str
    shown: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """A call as it leaves."""

    url: str
    headers: dict[str, str]
    body: bytes


Written = Callable[[list[Waiting], datetime], Letter]  # how receipts for one address become a call


@dataclass(slots=True)
class Counters:
    """What /control shows."""

    submitted: int = 0
    accepted: int = 0
    refused: int = 0
    receipts: int = 0
    calls: int = 0
    calls_failed: int = 0
    calls_given_up: int = 0


@dataclass(slots=True)
class Callbacks:
    """The queue of receipts and the task that empties it."""

    written: Written
    journal: Journal
    counters: Counters
    call_receipts_max: int = CALL_RECEIPTS_MAX
    paused: bool = False
    gather_s: float = 0.0
    _queue: list[tuple[float, int, Waiting]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _calls: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def full(self) -> bool:
        return len(self._queue) >= WAITING_MAX

    def push(self, receipt: Waiting, wait_s: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + wait_s, next(self._order), receipt))

    async def run(self) -> None:
        """Looks every FLUSH_S, or as often as `gather_s` allows, for what is due; ends when cancelled."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CALLS_AT_ONCE_MAX)) as self._session:
            try:
                while True:
                    await asyncio.sleep(max(FLUSH_S, self.gather_s))
                    if not self.paused:
                        self._flush()
            finally:
                for task in self._running:
                    task.cancel()

    def _flush(self) -> None:
        now = time.monotonic()
        while self._queue and self._queue[0][0] <= now and len(self._running) < CALLS_AT_ONCE_MAX:
            due: list[Waiting] = []
            while self._queue and self._queue[0][0] <= now and len(due) < self.call_receipts_max:
                due.append(heapq.heappop(self._queue)[2])
            by_url: dict[str, list[Waiting]] = defaultdict(list)
            for receipt in due:
                by_url[receipt.url].append(receipt)
            for receipts in by_url.values():
                task = asyncio.create_task(self.call(receipts))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    def withdraw(self, name: str, value: str) -> None:
        """Forgets the receipts of one message that have not left."""
        self._queue = [each for each in self._queue if each[2].shown.get(name) != value]
        heapq.heapify(self._queue)

    async def call(self, receipts: list[Waiting]) -> None:
        """One call, repeated until it is answered with a 2xx or given up."""
        number = next(self._calls)
        at = datetime.now(UTC)
        self.journal.write(
            {"kind": "receipt", "call": number, "to": receipt.number, **receipt.shown} for receipt in receipts
        )
        self.counters.receipts += len(receipts)
        for attempt, wait_s in enumerate(RETRY_S, start=1):
            status = await self.post(self.written(receipts, at))
            self.counters.calls += 1
            self.journal.write([{"kind": "call", "call": number, "attempt": attempt, "status": status}])
            if 200 <= status < 300:
                return
            self.counters.calls_failed += 1
            await asyncio.sleep(wait_s)
        self.counters.calls_given_up += 1

    async def post(self, letter: Letter) -> int:
        """One call, once; its status, 0 when there was none."""
        assert self._session is not None, "run() opens the session before anything is taken"
        try:
            async with self._session.post(
                letter.url,
                data=letter.body,
                headers=letter.headers,
                timeout=aiohttp.ClientTimeout(total=CALL_S),
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0


def in_json(secret: str, receipts: list[Waiting], at: datetime) -> Letter:
    """One signed JSON array."""
    shown = [{**receipt.shown, "at": at.isoformat(timespec="milliseconds")} for receipt in receipts]
    body = json.dumps(shown, ensure_ascii=False).encode()
    return Letter(receipts[0].url, signed(secret, body), body)


def signed(secret: str, body: bytes) -> dict[str, str]:
    """The headers of a call: a time stamp and the HMAC-SHA256 over time stamp, full stop and body."""
    at = str(int(time.time()))
    digest = hmac.new(secret.encode(), at.encode() + b"." + body, "sha256").hexdigest()
    return {"Content-Type": "application/json", "X-Carrier-Timestamp": at, "X-Carrier-Signature": digest}
