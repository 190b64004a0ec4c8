"""What came in, written down in sets: outcomes of messages first, then news of the carrier, which is acknowledged only
when it is stored.

In this order a receipt seldom arrives before the reference it names is known.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.exc import InterfaceError, OperationalError

from tenants.messages import Answer, Incoming, Result, verdict
from workers.channels import Inbound, Receipt
from workers.channels.links import Said
from workers.gateway import desk
from workers.gateway.clock import now
from workers.gateway.desk import Desk, Work
from workers.gateway.link import Link
from workers.protocols.long import Assembler, Gathered

WAIT_S: Final = 0.05
SET_MAX: Final = 2_000
FULL: Final = 500  # so many are written down at once, without waiting for more
BACKLOG_MAX: Final = 10_000  # with more than that unwritten nothing new begins
AGAIN_S, AGAIN_S_MAX = 0.2, 5.0
TRIES_MAX: Final = 5  # of a set the database refuses for another reason than being away
PARTS_AGE_S: Final = 20.0  # parts of a reply that wait for the others, unacknowledged


@dataclass(frozen=True, slots=True)
class News:
    """A request of the carrier that must be kept, and where its answer goes."""

    link: Link
    pdu: Any
    sequence: Any


class Clerk:
    """`thank` answers news; `written` is told of each batch how many of its messages are done with, and whether some
    came back; `broke` that the channel is to be left alone for a while."""

    def __init__(
        self,
        desk: Desk,
        channel_id: int,
        thank: Callable[[News, bool], None],
        written: Callable[[Work, int, bool], None],
        broke: Callable[[], None],
    ) -> None:
        self._desk, self._channel_id = desk, channel_id
        self._thank, self._written, self._broke = thank, written, broke
        self._good = False  # whether the breaker knows that the channel is in order
        self._results: list[tuple[Work, Result, bool]] = []
        self._receipts: list[tuple[Incoming, News]] = []
        self._replies: list[tuple[Inbound, tuple[News, ...]]] = []
        self._assembler = Assembler(age_s=PARTS_AGE_S)
        self._some, self._many = asyncio.Event(), asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tries = 0
        self._task = asyncio.create_task(self._run())

    @property
    def is_behind(self) -> bool:
        return len(self._results) + len(self._receipts) > BACKLOG_MAX

    def result(self, work: Work, result: Result, *, late: bool) -> None:
        """`late`: the batch is not waiting for this one any more."""
        self._results.append((work, result, late))
        self._ring(len(self._results))

    def receipt(self, receipt: Receipt, news: News) -> None:
        self._receipts.append((Incoming.of(receipt), news))
        self._ring(len(self._receipts))

    def said(self, said: Said, news: News) -> None:
        """Parts of one reply wait for each other, but not for long."""
        key = (said.number, said.extension)
        self._gathered(self._assembler.add(key, said.part, now(), (said, news)))

    def look(self) -> None:
        """Replies whose other parts never came are kept as far as they go."""
        self._gathered(self._assembler.expire(now()))

    async def finish(self, limit_s: float) -> bool:
        """Everything that is here is written down; False when that took too long."""
        try:
            async with asyncio.timeout(limit_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def end(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _gathered(self, wholes: Sequence[Gathered]) -> None:
        for whole in wholes:
            first: Said = whole.tokens[0][0]
            text = first.coding.decode(whole.body)
            told = Inbound(first.number, text, datetime.now(UTC), first.extension, first.provider_ref)
            self._replies.append((told, tuple(news for _, news in whole.tokens)))
            self._ring(len(self._replies))

    def _ring(self, count: int) -> None:
        self._idle.clear()
        self._some.set()
        if count >= FULL:
            self._many.set()

    async def _run(self) -> None:
        wait_s = AGAIN_S
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(WAIT_S):
                    await self._many.wait()
            self._some.clear()
            self._many.clear()
            try:
                good = await self._record()
                good = await self._store() and good
            except Exception as error:  # noqa: BLE001 - one odd answer must not end the writing down of all others
                desk.failed("gateway.clerk_failed", error, channel=self._channel_id)
                good = False
            self._look()
            wait_s = AGAIN_S if good else min(wait_s * 2, AGAIN_S_MAX)
            if not good:
                await asyncio.sleep(wait_s)

    def _look(self) -> None:
        """Whether there is more."""
        if self._results or self._receipts or self._replies:
            self._some.set()
        else:
            self._idle.set()

    async def _record(self) -> bool:
        """One set of outcomes, business by business; False when it has to be tried again."""
        taken, self._results = self._results[:SET_MAX], self._results[SET_MAX:]
        groups: dict[tuple[int, str, bool], list[tuple[Work, Result, bool]]] = defaultdict(list)
        for each in taken:
            groups[each[0].claim.tenant_id, each[0].basis, each[0].place.others].append(each)
        good, done = True, []
        for (tenant_id, basis, others), group in groups.items():
            results = [result for _, result, _ in group]
            back = {work.claim for work, result, _ in group if result.answer in (Answer.AGAIN, Answer.LATER)}
            key = f"links:{uuid.uuid4().hex}"
            try:
                await self._desk(desk.record, self._channel_id, tenant_id, basis, results, key, back, others)
            except Exception as error:  # noqa: BLE001 - what carriers said must outlive one failed statement
                good = False
                self._failed(group, error)
            else:
                self._tries = 0
                done += group
        try:
            await self._judge([(work, result) for work, result, late in done if not late])
        finally:
            self._tell(done)
        return good

    async def _judge(self, told: Sequence[tuple[Work, Result]]) -> None:
        """What a set says of the channel as a whole. That a channel in order still is need not be told."""
        failure = verdict([result for _, result in told])
        probed = any(work.place.probe for work, _ in told)
        if failure is None:
            if probed:
                await self._desk(desk.end_probe, self._channel_id)
        elif failure or probed or not self._good:
            left_alone = await self._desk(desk.called, self._channel_id, failure)
            self._good = not failure and not left_alone
            if left_alone:
                self._broke()

    def _failed(self, group: list[tuple[Work, Result, bool]], error: Exception) -> None:
        self._tries += not isinstance(error, OperationalError | InterfaceError)
        desk.failed("gateway.not_recorded", error, channel=self._channel_id, count=len(group))
        if self._tries < TRIES_MAX:
            self._results = group + self._results
            return
        self._tries = 0
        for work, _, _ in group:
            work.lost = True  # its lease runs out, and what is not written down is in doubt

    def _tell(self, done: list[tuple[Work, Result, bool]]) -> None:
        ours = [(work, result) for work, result, late in done if not late]
        for work, some in itertools.groupby(sorted(ours, key=lambda one: id(one[0])), key=lambda one: one[0]):
            found = list(some)
            self._written(work, len(found), any(result.answer is Answer.LATER for _, result in found))

    async def _store(self) -> bool:
        receipts, self._receipts = self._receipts[:SET_MAX], self._receipts[SET_MAX:]
        replies, self._replies = self._replies[:SET_MAX], self._replies[SET_MAX:]
        news = [one for _, one in receipts] + [one for _, parts in replies for one in parts]
        if not news:
            return True
        stored = True
        try:
            await self._desk(
                desk.store, self._channel_id, [told for told, _ in receipts], [told for told, _ in replies]
            )
        except Exception as error:  # noqa: BLE001 - the carrier keeps what we could not
            stored = False
            desk.failed("gateway.not_stored", error, channel=self._channel_id, count=len(news))
        for one in news:
            self._thank(one, stored)
        return stored
