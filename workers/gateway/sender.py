"""Messages of one channel on their way out: batches taken up, slices begun, parts handed to links, outcomes told."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol
from uuid import UUID

from tenants.messages import SLICE_MAX, Answer
from tenants.routing.leases import Kept
from workers.channels import Code, Doubtful, LinkAdapter, Outgoing, Refused, SendResult, Settings
from workers.gateway import desk
from workers.gateway.clerk import Clerk
from workers.gateway.clock import now
from workers.gateway.desk import Begun, Desk, Work
from workers.gateway.link import Link
from workers.gateway.outbox import THROTTLES_MAX, Outbox, Parcel
from workers.gateway.rate import Rate
from workers.protocols.errors import LocalProtocolError

WORKS_MAX: Final = 200  # batches taken up at a time; how many there are is bounded where they are handed over
LOOK_S: Final = 1.0
AHEAD_S: Final = 2.0  # how much may be committed and not yet sent, by the pace
PACE_WAIT_S: Final = 0.005
STOP_S: Final = 2.0


class Channel(Protocol):
    """What a sender needs of its bridge."""

    kept: Kept
    adapter: LinkAdapter
    settings: Settings | None

    @property
    def sends(self) -> bool:
        """Whether new messages may leave at all: active, ours, and not about to end."""

    @property
    def rests(self) -> bool:
        """Whether a link was left for idleness and comes back when there is work."""

    def senders(self) -> list[Link]:
        """The links messages may leave on now."""


class Sender:
    def __init__(self, channel: Channel, desk: Desk, clerk: Clerk) -> None:
        self._channel, self._desk, self._clerk = channel, desk, clerk
        self.outbox = Outbox()
        self.works: list[Work] = []
        self.rate = Rate(channel.kept.tps, now())
        self._reference = random.randrange(1 << 16)
        self._bell = asyncio.Event()
        self._rung, self._looked_at = True, -math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._filling = asyncio.create_task(self._fill())

    # What the bridge calls.

    def ring(self) -> None:
        """There may be a batch."""
        self._rung = True
        self._bell.set()

    def wake(self) -> None:
        """Something changed: look again."""
        self._bell.set()

    @property
    def has_work(self) -> bool:
        return bool(len(self.outbox) or any(not work.dry for work in self.works))

    async def stop(self) -> None:
        """Begin nothing more; what is committed and has not left goes back."""
        self._stopped = True
        self._bell.set()
        # A slice that is being committed is waited for: cut off, it would be in doubt.
        await asyncio.wait([self._filling], timeout=STOP_S)
        self._filling.cancel()
        self.unload()

    def unload(self) -> None:
        """Give back what has not left, and every batch when its last message is done with."""
        for parcel in self.outbox.clear():
            self._give_up(parcel)
        for work in list(self.works):
            work.dry = work.returned = True
            self._look_over(work)

    async def end(self) -> None:
        """Every batch goes back now; those with messages nobody wrote down are left to their leases."""
        for work in list(self.works):
            self._look_over(work)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def forget(self, gone: Collection[UUID]) -> None:
        """These leases are no longer ours."""
        for work in self.works:
            work.lost = work.lost or work.claim.lease in gone

    # What the links call.

    def part(self, link: Link) -> tuple[Parcel, int] | None:
        """The next part for a link: of the message it is at, else of the next one."""
        if link.current is None or not link.current.unsent:
            link.current = self._next() if self._channel.sends else None
        return (link.current, link.current.unsent.popleft()) if link.current else None

    def used(self, count: int, at: float) -> None:
        self.rate.used(count, at)
        if self.outbox.before(False) <= self._depth() / 2:
            self._bell.set()

    def wait(self, seconds: float) -> None:
        """A link has to wait for its pace."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(seconds, PACE_WAIT_S), self._again)

    def came(self, parcel: Parcel, index: int, result: SendResult, *, late: bool = False) -> None:
        """What became of one part."""
        if isinstance(result, Refused):
            if result.code is Code.THROTTLED and not late and self._repeats(parcel, index):
                return
            if not result.retryable:
                parcel.give_up()
        parcel.results[index] = result
        if parcel.done:
            self._tell(parcel)

    def reroute(self, parcel: Parcel) -> None:
        """Its link ended before all parts left: they leave by another, unless the message is lost anyhow."""
        if self._channel.sends and not any(isinstance(each, Doubtful) for each in parcel.results.values()):
            self.outbox.put_back(parcel)
        else:
            self._give_up(parcel)

    # Messages out.

    def _depth(self) -> int:
        """Parts that may be committed and wait: what fills all windows, or two seconds of the pace."""
        links = self._channel.senders()
        windows = sum(link.session.window for link in links)
        pace: float = self._channel.kept.tps
        pace = pace or sum([link.rate.measured for link in links])
        return int(min(max(windows, AHEAD_S * pace, 1), SLICE_MAX))

    async def _fill(self) -> None:
        while not self._stopped:
            try:
                wait_s = await self._step()
            except Exception as error:  # noqa: BLE001 - the sender must outlive a database that is away
                desk.failed("gateway.cannot_begin", error, channel=self._channel.kept.name)
                wait_s = LOOK_S
            if wait_s and not self._stopped:
                try:
                    async with asyncio.timeout(wait_s):
                        await self._bell.wait()
                except TimeoutError:
                    pass
                self._bell.clear()

    async def _step(self) -> float:
        """Take up batches, begin a slice; how long to wait for the next step unless something happens."""
        self.works = [work for work in self.works if not work.lost]
        self._pump()
        ready = self._channel.sends and not self._clerk.is_behind
        if not ready or not (self._channel.senders() or self._channel.rests):
            return LOOK_S
        await self._take_up()
        depth = self._depth()
        work = next((work for work in self.works if not work.dry), None)
        before = self.outbox.before(work.urgent) if work else 0
        if work is None or before > depth / 2:
            return LOOK_S
        if not work.urgent:  # the others have their turn first
            self.works.append(self.works.pop(self.works.index(work)))
        return await self._begin(work, depth - before)

    async def _take_up(self) -> None:
        if not (self._rung or now() - self._looked_at > LOOK_S):
            return
        self._rung, self._looked_at = False, now()
        self.works += await self._desk(desk.take_up, self._channel.kept.channel_id, WORKS_MAX)
        self.works.sort(key=lambda work: not work.urgent)

    async def _begin(self, work: Work, want: int) -> float:
        referenced = self._channel.adapter.echoes_reference
        try:
            begun = await self._desk(desk.begin, work, self._channel.kept, want, self._said, referenced=referenced)
        except Exception:
            work.lost = True  # who knows what was committed: its lease runs out, and a sweep sorts it out
            raise
        if begun.wait_s:
            return begun.wait_s
        if begun.picked is None:
            work.lost = True
        elif not begun.picked:
            work.dry = True
            self._look_over(work)
        else:
            self._post(work, begun)
        return 0.0

    def _said(self, outgoing: Outgoing) -> Sequence[Any]:
        """The requests of a message; in a thread."""
        assert self._channel.settings is not None
        self._reference = (self._reference + 1) & 0xFFFF
        try:
            return self._channel.adapter.submits(self._channel.settings, outgoing, self._reference, now())
        except LocalProtocolError:
            return ()

    def _post(self, work: Work, begun: Begun) -> None:
        """Let a slice leave."""
        assert begun.picked is not None
        work.open += len(begun.picked)
        for picked, requests in begun.picked:
            parcel = Parcel(work, picked.id, picked.attempt, tuple(requests) or (None,), work.urgent)
            if requests:
                self.outbox.add(parcel)
            else:
                self.came(parcel, parcel.unsent.popleft(), Refused(Code.CONTENT, False))
        self._pump()

    def _next(self) -> Parcel | None:
        """The next message whose batch is still ours; the others have not left."""
        while parcel := self.outbox.take():
            if not parcel.work.lost:
                return parcel
            self._give_up(parcel)
        return None

    def _pump(self) -> None:
        for link in self._channel.senders():
            link.pump()

    def _again(self) -> None:
        self._timer = None
        self._pump()

    # What became of them.

    def _repeats(self, parcel: Parcel, index: int) -> bool:
        """A throttled part waits for its next turn, unless it waited often or there is none."""
        parcel.throttles += 1
        if not self._channel.sends or parcel.throttles > THROTTLES_MAX:
            return False
        waits = bool(parcel.unsent)  # on its link, or in the outbox already
        parcel.unsent.append(index)
        if not waits:
            for link in self._channel.senders():
                if link.current is parcel:
                    link.current = None
            self.outbox.put_back(parcel)
        return True

    def _give_up(self, parcel: Parcel) -> None:
        parcel.give_up()
        if parcel.done:
            self._tell(parcel)

    def _tell(self, parcel: Parcel) -> None:
        """All parts are known: have it written down. What is known late only settles a doubt."""
        result, late = parcel.result(), parcel.told
        if late and result.answer in (Answer.AGAIN, Answer.LATER):
            result = replace(result, answer=Answer.REFUSED)
        parcel.told = True
        self._clerk.result(parcel.work, result, late=late)

    def written(self, work: Work, count: int, came_back: bool) -> None:
        """So many messages of a batch are written down; some of them may be in the queue again."""
        work.open -= count
        if came_back and not work.returned:
            work.dry = False
        self._look_over(work)
        self._bell.set()

    def _look_over(self, work: Work) -> None:
        if not work.over or work.lost or work not in self.works:
            return
        self.works.remove(work)
        self._rung = True
        task = asyncio.create_task(self._end(work))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, work: Work) -> None:
        try:
            await self._desk(desk.give_back, work.claim)
        except Exception as error:  # noqa: BLE001 - its lease runs out, and a sweep takes it up
            desk.failed("gateway.not_ended", error, channel=self._channel.kept.name)
