"""One channel: its lines, kept as its settings say; what its carrier tells us; and a sender for what leaves."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Collection
from typing import Any, Final

import structlog

from tenants.routing.leases import Kept
from tenants.routing.leases import Line as Shown
from workers import channels
from workers.channels import BadReceipt, Code, Receipt, SendError, SendResult, Settings
from workers.channels.links import Line
from workers.gateway import desk
from workers.gateway.clerk import Clerk, News
from workers.gateway.clock import now
from workers.gateway.desk import Desk
from workers.gateway.keeper import Keeper, misconfigured
from workers.gateway.link import Link
from workers.gateway.sender import Sender
from workers.protocols.errors import LocalProtocolError

log = structlog.get_logger()

ANSWERS_S: Final = 8.0  # how long answers are waited for at an end
GOODBYE_S: Final = 2.0
WRITE_S: Final = 2.0
ALONE_S: Final = 5.0  # without a link for so long, what was taken up is given back
QUIET_S: Final = 5.0  # a draining channel leaves when it has heard nothing for so long
TICK_S: Final = 0.02
# Sequences of sessions that are open together stay far apart.
SEQUENCES_APART, SEQUENCES = 1 << 20, 1 << 10
_sessions = itertools.count(random.randrange(SEQUENCES))  # nosec B311  # no secret


class Bridge:
    """`valid_until`: after this moment of the clock of links the channel may be another's, and nothing is sent."""

    def __init__(self, desk: Desk, kept: Kept, valid_until: float) -> None:
        self._desk, self.kept, self.valid_until = desk, kept, valid_until
        self.adapter = channels.link_adapter(kept.kind)
        self.settings: Settings | None = None
        self.keepers: list[Keeper] = []
        self._fault: list[Shown] = []
        self.ending = self._drained = False
        self._made_from: Any = None
        self._changing: asyncio.Task[None] | None = None
        self._linked_at = self._heard_at = now()
        self._clerk = Clerk(desk, kept.channel_id, self._thank, self._written, self._broke)
        self.sender = Sender(self, desk, self._clerk)

    # What the gateway calls.

    async def follow(self, kept: Kept, valid_until: float) -> None:
        """The channel as it is now. Changed settings mean new links, a state may mean none."""
        self.kept, self.valid_until = kept, valid_until
        self.sender.rate.agree(kept.tps)
        self._clerk.look()
        wanted = (kept.settings, kept.secrets)
        if self._changing is None or self._changing.done():
            if self._made_from != wanted and not self._drained:
                self._made_from = wanted
                self._changing = asyncio.create_task(self._change())
            elif self._drained and kept.state != "draining":
                self._drained, self._made_from = False, None
            elif kept.state == "draining" and not self._drained and self._is_quiet():
                self._drained = True
                self._changing = asyncio.create_task(self._clear())
        if kept.state != "active":
            self.sender.unload()
            await self._desk(desk.return_handed, kept.channel_id)
        elif self._is_alone():
            self.sender.unload()
            await self._desk(desk.alone, kept.channel_id, self._why_alone())
        self.sender.wake()

    def lines(self) -> list[Shown]:
        """What the staff's board shows."""
        return self._fault + [keeper.shown(self.kept.channel_id, len(self.sender.outbox)) for keeper in self.keepers]

    async def leave(self) -> None:
        """End in good order: nothing new, answers are waited for, the rest is given back, goodbye."""
        self.ending = True
        await self.sender.stop()
        await self._answers(self.keepers)
        await self._end(goodbye=True)

    async def abort(self) -> None:
        """The channel is another's: end the links at once. What they still owed us is in doubt."""
        self.ending = True
        await self.sender.stop()
        await self._end(goodbye=False)

    async def _end(self, *, goodbye: bool) -> None:
        if self._changing is not None:
            self._changing.cancel()
            await asyncio.gather(self._changing, return_exceptions=True)
        await self._part_from(self.keepers, goodbye=goodbye)
        await self._clerk.finish(WRITE_S)
        await self.sender.end()
        await self._clerk.end()

    # What the sender asks.

    @property
    def sends(self) -> bool:
        return self.kept.state == "active" and not self.ending and now() < self.valid_until

    @property
    def rests(self) -> bool:
        return any(keeper.state == "resting" for keeper in self.keepers)

    def senders(self) -> list[Link]:
        return [link for keeper in self.keepers if keeper.line.sends for link in keeper.bound if not link.leaving]

    # What the links call.

    def meaning(self, answer: Any, sequence: Any) -> SendResult:
        assert self.settings is not None
        return self.adapter.result(self.settings, answer, sequence)

    def is_late(self, pdu: Any) -> bool:
        assert self.settings is not None
        return self.adapter.late(self.settings, pdu)

    def heard(self, link: Link, pdu: Any, sequence: Any) -> None:
        """A request of the carrier: news is answered when it is stored, the rest at once."""
        assert self.settings is not None
        self._heard_at = now()
        note = News(link, pdu, sequence)
        try:
            news = self.adapter.news(self.settings, pdu, now())
        except BadReceipt as error:
            log.warning("gateway.unreadable", channel=self.kept.name, code=error.code, request=type(pdu).__name__)
            news = None
        if news is None:
            self._thank(note, True)
        elif isinstance(news, Receipt):
            self._clerk.receipt(news, note)
        else:
            self._clerk.said(news, note)

    def bound(self, link: Link) -> None:
        for keeper in self.keepers:
            if link in keeper.links:
                keeper.told("bound")
        self.sender.wake()
        link.pump()

    def over(self, link: Link) -> None:
        """A link ended: the parts it had not sent leave by another."""
        parcel, link.current = link.current, None
        if parcel is not None and parcel.unsent:
            self.sender.reroute(parcel)
        self.sender.wake()

    # News.

    def _written(self, work: Any, count: int, came_back: bool) -> None:
        self.sender.written(work, count, came_back)

    def _broke(self) -> None:
        self.sender.unload()

    def _thank(self, news: News, stored: bool) -> None:
        assert self.settings is not None
        answer = self.adapter.thanks(self.settings, news.pdu, stored=stored)
        if answer is not None:
            try:
                news.link.say(answer, reply_to=news.sequence)
            except LocalProtocolError:
                log.warning("gateway.not_thanked", channel=self.kept.name, request=type(news.pdu).__name__)

    # Lines.

    def _is_alone(self) -> bool:
        """Whether there has been no link to send on for a while."""
        if self.senders() or self.rests:
            self._linked_at = now()
        return now() - self._linked_at > ALONE_S

    def _why_alone(self) -> str:
        states = {keeper.state for keeper in self.keepers if keeper.line.sends}
        return Code.CONFIG if self._fault or states == {"refused"} else Code.UNREACHABLE

    def _is_quiet(self) -> bool:
        busy = self.sender.works or any(link.used for keeper in self.keepers for link in keeper.links)
        return not busy and now() - self._heard_at > QUIET_S

    async def _change(self) -> None:
        """New lines by new settings; settings that cannot be mean none."""
        settings: Settings | None = None
        lines: tuple[Line, ...] = ()
        self._fault = []
        try:
            settings = Settings(self.adapter.fields, await self._desk(desk.opened, self.kept))
            lines = self.adapter.lines(settings)
        except SendError as error:
            log.error("gateway.misconfigured", channel=self.kept.name, reason=error.reason)
            self._fault = [misconfigured(self.kept.channel_id, error.reason)]
        await self._clear()
        self.settings = settings or self.settings
        self.keepers = [Keeper(self.kept.name, line, self._made, self._wants) for line in lines]

    async def _clear(self) -> None:
        """Let the old lines end in good order, and forget them."""
        old = self.keepers
        for keeper in old:
            keeper.hush()
        await self._answers(old)
        await self._part_from(old, goodbye=True)
        self.keepers = []

    async def _answers(self, keepers: Collection[Keeper]) -> None:
        """Wait until nothing of ours is unanswered, but not for ever."""
        stop_at = now() + ANSWERS_S
        while now() < stop_at and any(link.used for keeper in keepers for link in keeper.links):
            await asyncio.sleep(TICK_S)

    async def _part_from(self, keepers: Collection[Keeper], *, goodbye: bool) -> None:
        if goodbye and keepers:
            for keeper in keepers:
                keeper.leave()
            await asyncio.wait([keeper.task for keeper in keepers], timeout=GOODBYE_S)
        for keeper in keepers:
            await keeper.end()

    def _wants(self) -> bool:
        return self.sends and self.sender.has_work

    def _made(self, line: Line) -> Link:
        """A link that is about to be connected."""
        assert self.settings is not None
        first = next(_sessions) % SEQUENCES * SEQUENCES_APART + 1
        session = self.adapter.session(self.settings, line, now(), first)
        return Link(self, session, self.adapter.login(self.settings, line, now()), sends=line.sends)
