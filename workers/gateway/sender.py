"""Messages of one channel on their way out: batches taken up, slices begun, parts handed to links, outcomes told."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol
from uuid import UUID

from tenants.messages import SLICE_MAX, Answer, Picked
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
GROWTH: Final = 1.5  # how much faster than now links may go in a while
AHEAD_MAX: Final = 4 * SLICE_MAX
BEGINS_MAX: Final = 3  # slices being committed at a time, each of another batch; urgent ones may be one more
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
        self._reference = random.randrange(1 << 16)  # nosec B311  # no secret
        self._bell = asyncio.Event()
        self._rung, self._looked_at = True, -math.inf
        self._coming: dict[Work, int] = {}  # parts of the slices that are being committed
        self._begin_at = -math.inf  # not before: the pace has none yet, or the database is away
        self._timer: asyncio.TimerHandle | None = None
        self._beginning: set[asyncio.Task[None]] = set()
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
        # Slices that are being committed are waited for: cut off, they would be in doubt.
        last = [self._filling, *self._beginning]
        await asyncio.wait(last, timeout=STOP_S)
        for task in last:
            task.cancel()
        self.unload()

    def unload(self) -> None:
        """Give back what has not left, and every batch when its last message is done with."""
        for parcel in self.outbox.clear():
            self._give_up(parcel)
        for work in list(self.works):
            work.leave()
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
        if self._due():
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
        """Parts that may be committed and wait: what fills all windows, or two seconds of the pace, as far as the links
        keep up with it: measured on all of them, for one that has just come back knows nothing yet."""
        windows = sum(link.session.window for link in self._channel.senders())
        pace = min(self._channel.kept.tps or math.inf, GROWTH * self.rate.measured)
        return int(min(max(windows, AHEAD_S * pace, 1), AHEAD_MAX))

    async def _fill(self) -> None:
        while not self._stopped:
            try:
                await self._step()
            except Exception as error:  # noqa: BLE001 - the sender must outlive a database that is away
                self._rest(error)
            wait_s = min(max(self._begin_at - now(), 0.0) or LOOK_S, LOOK_S)
            if not self._stopped:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._bell.wait()
                self._bell.clear()

    def _rest(self, error: Exception) -> None:
        desk.failed("gateway.cannot_begin", error, channel=self._channel.kept.name)
        self._begin_at = now() + LOOK_S

    async def _step(self) -> None:
        """Take up batches and begin slices of them, one beside the other, as far as the depth goes."""
        self.works = [work for work in self.works if not work.lost]
        self._pump()
        ready = self._channel.sends and not self._clerk.is_behind and now() >= self._begin_at
        if not ready or not (self._channel.senders() or self._channel.rests):
            return
        await self._take_up()
        while not self._stopped and (due := self._due()):
            work, want = due
            if not work.urgent:  # the others have their turn first
                self.works.append(self.works.pop(self.works.index(work)))
            self._coming[work] = want
            task = asyncio.create_task(self._begin(work, want))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _take_up(self) -> None:
        if not (self._rung or now() - self._looked_at > LOOK_S):
            return
        self._rung, self._looked_at = False, now()
        self.works += await self._desk(desk.take_up, self._channel.kept.channel_id, WORKS_MAX)
        self.works.sort(key=lambda work: not work.urgent)

    def _due(self) -> tuple[Work, int] | None:
        """The batch whose turn it is, and how many parts of it there is room for; None when enough is on its way."""
        work = next((work for work in self.works if not work.dry and work not in self._coming), None)
        if work is None or len(self._coming) >= BEGINS_MAX + work.urgent:
            return None
        coming = sum(parts for each, parts in self._coming.items() if each.urgent or not work.urgent)
        depth, before = self._depth(), self.outbox.before(work.urgent) + coming
        return (work, min(depth - before, SLICE_MAX)) if before <= depth / 2 else None

    async def _begin(self, work: Work, want: int) -> None:
        """Commit a slice and let it leave."""
        try:
            begun = await self._desk(desk.begin, work, self._channel.kept, want)
        except Exception as error:  # noqa: BLE001 - the sender must outlive a database that is away
            work.lost = True  # who knows what was committed: its lease runs out, and a sweep sorts it out
            self._rest(error)
        else:
            self._post(work, begun)
        finally:
            del self._coming[work]
            self._look_over(work)
            self._bell.set()

    def _post(self, work: Work, begun: Begun) -> None:
        """Let a slice leave, and see whether it was the last of its batch."""
        if begun.wait_s:
            self._begin_at = now() + begun.wait_s
            return
        if begun.picked is None:
            work.lost = True
            return
        work.open += len(begun.picked)
        work.begun += len(begun.picked)
        work.dry = work.dry or not begun.picked or work.begun >= work.claim.left
        for picked in begun.picked:
            self.outbox.add(Parcel.sealed(work, picked, work.urgent))
        self._pump()

    def _next(self) -> Parcel | None:
        """The next message whose batch is still ours; the others have not left."""
        while parcel := self.outbox.take():
            if parcel.work.lost:
                self._give_up(parcel)
            elif parcel.picked is None or self._is_said(parcel, parcel.picked):
                return parcel
        return None

    def _is_said(self, parcel: Parcel, picked: Picked) -> bool:
        """Make the requests of a message, now that it leaves; what cannot be said is refused."""
        assert self._channel.settings is not None
        self._reference = (self._reference + 1) & 0xFFFF
        requests: Sequence[Any] = ()
        try:
            number, text = parcel.work.writer.write(picked.id, picked.sealed)
            message = Outgoing("", number, text)
            requests = self._channel.adapter.submits(self._channel.settings, message, self._reference, now())
        except LocalProtocolError:
            pass
        except Exception as error:  # noqa: BLE001 - one message that cannot be read must not end the link
            desk.failed("gateway.unsayable", error, channel=self._channel.kept.name)
        parcel.become(requests or (None,))
        if not requests:
            self.came(parcel, parcel.unsent.popleft(), Refused(Code.CONTENT, False))
        return bool(requests)

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
            result = result._replace(answer=Answer.REFUSED)
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
        if not work.over or work.lost or work in self._coming or work not in self.works:
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
