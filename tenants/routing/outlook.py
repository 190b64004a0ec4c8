"""How fast a set of messages can leave: a look ahead for people, from the pace of the channels. The tenant's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tenants.core.db import db
from tenants.routing import rules
from tenants.routing.choose import serves
from tenants.routing.groups import Group
from tenants.routing.models import Channel


@dataclass(frozen=True)
class Outlook:
    """`parts_a_second` of all channels that serve any of the groups together, None when one has no limit of its own;
    `seconds` at that pace and no sooner than the slowest group; `unserved` groups have no channel at present."""

    parts_a_second: int | None
    seconds: float
    unserved: frozenset[Group]


def outlook(parts: Mapping[Group, int]) -> Outlook:
    """The pace for so many parts of each group, if nobody else sends."""
    serving = {group: _paces(group) for group in parts}
    served = {group: paces for group, paces in serving.items() if paces}
    paces = {id: tps for each in served.values() for id, tps in each.items()}
    together = _sum(paces)
    slowest = max((_seconds(parts[group], _sum(each)) for group, each in served.items()), default=0.0)
    whole = _seconds(sum(parts[group] for group in served), together)
    return Outlook(together, max(slowest, whole), frozenset(serving) - frozenset(served))


def _sum(paces: Mapping[int, int]) -> int | None:
    return None if 0 in paces.values() else sum(paces.values())


def _seconds(parts: int, pace: int | None) -> float:
    return parts / pace if pace else 0.0


def serving(group: Group) -> set[int]:
    """The channels that would take a group now, as far as a business may know."""
    rule = rules.of(group)
    found = db.session.scalars(select(Channel.id).where(serves(group), Channel.breaker == "closed"))
    return {id for id in found if rule is None or id in rule.weights}


def _paces(group: Group) -> dict[int, int]:
    """Channel → parts a second (0: no limit). Only the columns a tenant may read."""
    rule = rules.of(group)
    rows = db.session.execute(select(Channel.id, Channel.tps).where(serves(group)))
    return {row.id: row.tps for row in rows if rule is None or row.id in rule.weights}
