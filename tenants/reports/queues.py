"""What waits for each channel: batches that were handed to it, and ready ones whose group it may take by the rules.

A ready batch belongs to no channel yet, so several may count it. Ready batches are added up by group in the database; a
business is told from others only where a channel or a rule names it, so there are few groups however many businesses.
Platform scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BigInteger, case, cast, func, select

from tenants.accounts.models import Tenant
from tenants.core.db import db
from tenants.messages.models import Batch
from tenants.routing import State, rules
from tenants.routing.models import Channel, Route

GROUPS_MAX = 1000  # those that wait longest


@dataclass(frozen=True)
class Queue:
    """Messages that wait, and since when the oldest has."""

    messages: int = 0
    oldest_at: datetime | None = None

    def age_s(self, at: datetime) -> float:
        return max(0.0, (at - self.oldest_at).total_seconds()) if self.oldest_at else 0.0

    def add(self, messages: int, oldest_at: datetime) -> Queue:
        return replace(
            self, messages=self.messages + messages, oldest_at=min(oldest_at, self.oldest_at or oldest_at)
        )  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A group of ready batches. The tenant and the reseller are 0 where nothing names them."""

    country: str
    operator: str
    kind: str
    product: str
    tenant_id: int
    reseller_id: int
    messages: int
    oldest_at: datetime


def queues(channels: Sequence[Channel]) -> tuple[dict[int, Queue], Queue]:
    """Channel → what waits for it; and what waits though no channel takes it."""
    stranded = Queue()
    found = {channel.id: Queue() for channel in channels}
    handed = db.session.execute(
        select(Batch.channel_id, func.sum(Batch.left), func.min(Batch.ready_at))
        .where(Batch.state == "handed", Batch.channel_id.is_not(None))
        .group_by(Batch.channel_id)
    )
    for id, messages, oldest_at in handed:
        if id in found:
            found[id] = found[id].add(int(messages), oldest_at)
    routes = rules.listed()
    for group in _ready(channels, routes):
        rule = next((route for route in routes if holds(route, group)), None)
        takers = [channel.id for channel in channels if takes(channel, rule, group)]
        for id in takers:
            found[id] = found[id].add(group.messages, group.oldest_at)
        stranded = stranded if takers else stranded.add(group.messages, group.oldest_at)
    return found, stranded


def _ready(channels: Sequence[Channel], routes: Sequence[Route]) -> list[Waiting]:
    named = {int(id) for channel in channels for id in channel.tenant_ids}
    named |= {route.tenant_id for route in routes if route.tenant_id is not None}
    resellers = {route.reseller_id for route in routes if route.reseller_id is not None}
    tenant = case((Batch.tenant_id.in_(named), Batch.tenant_id), else_=0)
    reseller = case((Tenant.reseller_id.in_(resellers), Tenant.reseller_id), else_=0)
    waiting = select(
        Batch.country, Batch.operator, Batch.kind, Batch.product, tenant.label("tenant"), reseller.label("reseller"),
        Batch.left, Batch.ready_at,
    ).outerjoin(Tenant, Tenant.id == Batch.tenant_id).where(Batch.state == "ready").subquery()  # fmt: skip
    *key, left, ready_at = waiting.c
    rows = db.session.execute(
        select(*key, cast(func.sum(left), BigInteger), func.min(ready_at))
        .group_by(*key)
        .order_by(func.min(ready_at))
        .limit(GROUPS_MAX)
    )
    return [Waiting(**dict(zip(Waiting.__dataclass_fields__, row, strict=True))) for row in rows]


def holds(route: Route, group: Waiting) -> bool:
    """Pure: whether a rule is one for this group."""
    return (
        route.country in ("", group.country) and route.operator in ("", group.operator)
        and route.kind in ("", group.kind) and route.product in ("", group.product)
        and route.tenant_id in (None, group.tenant_id) and route.reseller_id in (None, group.reseller_id)
    )  # fmt: skip


def takes(channel: Channel, rule: Route | None, group: Waiting) -> bool:
    """Pure: whether a channel takes this group by its own fields and by the rule; empty fields mean any."""
    return (
        channel.state == State.ACTIVE
        and (not channel.countries or group.country in channel.countries)
        and (not channel.operators or group.operator in channel.operators)
        and (not channel.kinds or group.kind in channel.kinds)
        and group.product in channel.products
        and (not channel.tenant_ids or group.tenant_id in channel.tenant_ids)
        and (rule is None or channel.id in {int(id) for id, _weight in rule.ways})
    )
