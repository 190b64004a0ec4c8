"""The process: keeps its share of the channels, listens for bells, tells how the links are, and ends in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from tenants.core.settings import Settings
from tenants.messages import handing
from tenants.routing.leases import LIFE
from workers.channels import LINK_KINDS
from workers.gateway import desk
from workers.gateway.bridge import Bridge
from workers.gateway.clock import now
from workers.gateway.desk import Desk

log = structlog.get_logger()

TEND_S: Final = 2.0
RENEW_S: Final = 30.0
BELL_AGAIN_S: Final = 1.0


class Gateway:
    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk, self._settings = desk, settings
        self._bridges: dict[int, Bridge] = {}
        self._told: set[tuple[Any, ...]] = set()
        self._leaving: set[int] = set()
        self._ends: set[asyncio.Task[None]] = set()
        self._valid_until = self._renewed_at = now()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Asked to end."""
        self._stop.set()

    async def run(self) -> None:
        """Until asked to end."""
        bell = asyncio.create_task(self._listen())
        while not self._stop.is_set():
            try:
                await self._tend()
            except Exception as error:  # noqa: BLE001 - the gateway must outlive a database that is away
                desk.failed("gateway.cannot_tend", error)
                if now() > self._valid_until:
                    self._drop(set())
            await self._pause()
        bell.cancel()
        ends = [bridge.leave() for bridge in self._bridges.values()]
        for each in await asyncio.gather(*ends, *self._ends, return_exceptions=True):
            if isinstance(each, Exception):
                desk.failed("gateway.not_left", each)
        await self._desk(desk.leave, self._desk.gateway)

    async def _pause(self) -> None:
        """Until it is time to tend again; how the links are is told sooner when it changed."""
        stop_at = now() + TEND_S
        while now() < stop_at and not self._stop.is_set():
            try:
                async with asyncio.timeout(0.25):
                    await self._stop.wait()
            except TimeoutError:
                if self._shown() != self._told:
                    return

    async def _tend(self) -> None:
        asked_at = now()
        share = await self._desk(desk.keep, self._desk.gateway, LINK_KINDS)
        self._valid_until = asked_at + LIFE.total_seconds()
        kept = {each.channel_id: each for each in share.kept if each.channel_id not in self._leaving}
        same = {id for id, bridge in self._bridges.items() if id in kept and kept[id].fence == bridge.kept.fence}
        self._drop(same)
        for id, each in kept.items():
            if id not in self._bridges:
                log.info("gateway.keeps", channel=each.name, fence=each.fence)
                self._bridges[id] = Bridge(self._desk, each, self._valid_until)
            await self._bridges[id].follow(each, self._valid_until)
        for id in sorted(self._bridges, reverse=True)[: max(share.surplus - len(self._leaving), 0)]:
            self._leaving.add(id)
            self._end(self._hand_over(self._bridges.pop(id)))
        await self._tell()
        if now() - self._renewed_at > RENEW_S:
            await self._renew()

    def _drop(self, same: set[int]) -> None:
        """Channels that are no longer ours."""
        for id in set(self._bridges) - same:
            bridge = self._bridges.pop(id)
            log.warning("gateway.lost", channel=bridge.kept.name)
            self._end(bridge.abort())

    def _end(self, ending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(ending)
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def _hand_over(self, bridge: Bridge) -> None:
        """Another gateway came, and takes its share."""
        try:
            await bridge.leave()
            await self._desk(desk.release, self._desk.gateway, bridge.kept.channel_id)
        finally:
            self._leaving.discard(bridge.kept.channel_id)

    def _shown(self) -> set[tuple[Any, ...]]:
        """What is told at once when it changes."""
        return {
            (id, keeper.line.number, keeper.state, len(keeper.bound))
            for id, bridge in self._bridges.items()
            for keeper in bridge.keepers
        }

    async def _tell(self) -> None:
        self._told = self._shown()
        lines = [line for bridge in self._bridges.values() for line in bridge.lines()]
        await self._desk(desk.tell, self._desk.gateway, lines)

    async def _renew(self) -> None:
        self._renewed_at = now()
        claims = [work.claim for bridge in self._bridges.values() for work in bridge.sender.works if not work.lost]
        if claims:
            ours = await self._desk(desk.renew, claims)
            leases = {claim.lease for claim in claims}
            for bridge in self._bridges.values():
                bridge.sender.forget(leases - ours)

    async def _listen(self) -> None:
        """Bells of batches handed over. A lost one costs a second: senders look by themselves."""
        while True:
            try:
                async with redis.asyncio.Redis.from_url(self._settings.redis_url) as client, client.pubsub() as bells:
                    await bells.subscribe(handing.BELL)
                    async for bell in bells.listen():
                        self._rung(bell.get("data"))
            except (RedisError, OSError) as error:
                log.warning("gateway.waits_for_valkey", error=type(error).__qualname__)
                await asyncio.sleep(BELL_AGAIN_S)

    def _rung(self, data: Any) -> None:
        if isinstance(data, bytes) and data.isdigit() and int(data) in self._bridges:
            self._bridges[int(data)].sender.ring()
