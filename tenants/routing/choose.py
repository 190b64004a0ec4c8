"""The choice of a channel for a slice of messages. Platform scope."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, func, literal, or_, select

from tenants.core.db import db
from tenants.routing.leases import reachable
from tenants.routing.models import Channel
from tenants.routing.pace import Grant, take, unlimited


@dataclass(frozen=True)
class Group:
    """A route group: messages of one tenant that may share a channel."""

    tenant_id: int
    country: str
    operator: str
    kind: str


@dataclass(frozen=True)
class Way:
    """A channel that may be used now, and how many parts of it were granted."""

    channel_id: int
    name: str
    kind: str
    settings: dict[str, Any]
    secrets: bytes | None
    grant: Grant


def candidates(group: Group) -> Sequence[Channel]:
    """The active channels that serve a group; of those with links, the ones a gateway keeps."""
    return db.session.scalars(select(Channel).where(serves(group), reachable())).all()


def serves(group: Group) -> ColumnElement[bool]:
    """That a channel is active and serves a group; empty arrays of a channel mean any."""
    empty = func.cardinality
    return and_(
        Channel.state == "active",
        or_(empty(Channel.countries) == 0, literal(group.country) == any_(Channel.countries)),
        or_(empty(Channel.operators) == 0, literal(group.operator) == any_(Channel.operators)),
        or_(empty(Channel.kinds) == 0, literal(group.kind) == any_(Channel.kinds)),
        or_(Channel.tenant_ids == [], Channel.tenant_ids.contains([group.tenant_id])),
    )


def choose(group: Group, parts: int) -> Way | float | None:
    """A way for up to `parts` parts, drawn by weight among the channels that have room in their pace.

    When all are at their pace: the seconds until the first has room. None when no channel serves the group.
    """
    found = list(candidates(group))
    if not found:
        return None
    wait_s: float | None = None
    while found:
        channel = random.choices(found, [max(each.weight, 1) for each in found])[0]  # a draw, no secret
        grant = take(channel.id, parts) if channel.tps else unlimited(parts)
        if grant.parts:
            return Way(channel.id, channel.name, channel.kind, channel.settings, channel.secrets, grant)
        wait_s = grant.wait_s if wait_s is None else min(wait_s, grant.wait_s)
        found.remove(channel)
    return wait_s
