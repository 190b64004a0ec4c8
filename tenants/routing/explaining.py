"""Why a message would leave by these channels and not by those: the choice, told and not made. Platform scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tenants.core.db import db
from tenants.routing.choose import PRECIOUS, options
from tenants.routing.groups import Group
from tenants.routing.models import Channel, Route
from tenants.routing.rules import Rule, of
from tenants.routing.states import State


@dataclass(frozen=True)
class Told:
    """A channel, its share in the draw in per cent, weight and points; or a code of why it is not in it: paused,
    draining, country, operator, kind, product, business, rule, links, breaker, points."""

    channel: Channel
    share: float = 0.0
    weight: int = 0
    points: int = 100
    why_not: str = ""


def explain(group: Group) -> tuple[Route | None, list[Told]]:
    """The rule that holds, if any, and every channel: those in the draw first, the largest share on top."""
    rule, found = of(group), {option.channel.id: option for option in options(group)}
    pulls = {
        id: option.pull(group.kind) for id, option in found.items() if option.channel.breaker == "closed"
    }  # fmt: skip
    if pulls and not any(pulls.values()):
        pulls = dict.fromkeys(pulls, 1.0)
    total = sum(pulls.values())
    channels = db.session.scalars(select(Channel).order_by(Channel.name)).all()
    told = []
    for channel in channels:
        option = found.get(channel.id)
        if option is None:
            told.append(Told(channel, why_not=_why_not(channel, group, rule)))
            continue
        pull = pulls.get(channel.id)
        why_not = "breaker" if pull is None else "points" if not pull and group.kind in PRECIOUS else ""
        share = 100 * pull / total if pull and total else 0.0
        told.append(Told(channel, share, option.weight, option.points, why_not))
    told.sort(key=lambda each: (bool(each.why_not), -each.share, each.channel.name))
    return (db.session.get(Route, rule.id) if rule else None), told


def _why_not(channel: Channel, group: Group, rule: Rule | None) -> str:
    reasons = {
        str(channel.state): channel.state != State.ACTIVE,
        "country": bool(channel.countries) and group.country not in channel.countries,
        "operator": bool(channel.operators) and group.operator not in channel.operators,
        "kind": bool(channel.kinds) and group.kind not in channel.kinds,
        "product": group.product not in channel.products,
        "business": bool(channel.tenant_ids) and group.tenant_id not in channel.tenant_ids,
        "rule": rule is not None and channel.id not in rule.weights,
    }
    return next((reason for reason, holds in reasons.items() if holds), "links")


def shares(told: Sequence[Told]) -> list[Told]:
    """Those in the draw."""
    return [each for each in told if not each.why_not]
