"""The way back: receipts and replies wait for their moment and for a link with room, until the customer took them."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from workers.simulators.carrier.journal import Journal
from workers.simulators.links.link import Link

LOOK_S: Final = 0.02
RETRY_S: Final = (0.2, 0.5, 1, 2, 5, 10, 15, 30, 30, 30)  # then it is given up
WAITING_MAX: Final = 200_000


@dataclass(slots=True)
class Counters:
    """What /control shows."""

    links: int = 0
    refused_links: int = 0
    submitted: int = 0
    accepted: int = 0
    refused: int = 0
    messages: int = 0
    receipts: int = 0
    replies: int = 0
    taken: int = 0
    given_up: int = 0


@dataclass(slots=True)
class Parcel:
    """One receipt, or one part of a reply. `note` is for the journal; `made` writes it for the link that brings it."""

    note: dict[str, Any]
    made: Callable[[Any], Any]
    tries: int = 0


@dataclass(slots=True)
class WayBack:
    """`ready` gives a link that may carry a parcel now, or None and sees to it that there will be one."""

    ready: Callable[[], Link | None]
    journal: Journal
    counters: Counters
    _queue: list[tuple[float, int, Parcel]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def full(self) -> bool:
        return len(self._queue) >= WAITING_MAX

    def push(self, parcel: Parcel, wait_s: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + wait_s, next(self._order), parcel))

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.flush()

    def flush(self) -> None:
        """Brings what is due, as far as there is room."""
        moment = time.monotonic()
        while self._queue and self._queue[0][0] <= moment and (link := self.ready()):
            self._bring(heapq.heappop(self._queue)[2], link)

    def _bring(self, parcel: Parcel, link: Link) -> None:
        if parcel.note["kind"] == "receipt":
            self.counters.receipts += 1
        else:
            self.counters.replies += 1
        self.journal.write([{**parcel.note, "link": link.number}])
        link.send(parcel.made(link.session), token=parcel)

    def answered(self, parcel: Parcel, taken: bool) -> None:
        """The customer's word; without one, or with a no, it is brought again."""
        named = {name: value for name, value in parcel.note.items() if name in ("id", "to")}
        if taken:
            self.counters.taken += 1
            self.journal.write([{"kind": "taken", "what": parcel.note["kind"], **named}])
            self.flush()  # there is room again
        elif parcel.tries < len(RETRY_S):
            self.push(parcel, RETRY_S[parcel.tries])
            parcel.tries += 1
        else:
            self.counters.given_up += 1
            self.journal.write([{"kind": "given_up", "what": parcel.note["kind"], **named}])
