"""The versions of the published prices as staff see them: which holds, what each says, what another would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound, WrongState
from tenants.resellers.models import PriceList, PriceRule
from tenants.resellers.prices import CURRENCY, PRODUCTS, Rule, in_force

SHOWN = 50
HOME = "CN"


@dataclass(frozen=True)
class Version:
    """One published list; state: coming, in_force, past."""

    id: int
    published_at: datetime
    rules: int
    state: str


@dataclass(frozen=True)
class Change:
    """A price that another list changes; None where there was none before or is none after."""

    rule: Rule
    before_micro: int | None
    after_micro: int | None


def versions(currency: str = CURRENCY) -> list[Version]:
    """The lists of a currency, the last to hold first."""
    holds, at = db.session.scalar(in_force(currency)), now()
    rules = select(func.count()).where(PriceRule.list_id == PriceList.id).scalar_subquery()
    rows = db.session.execute(
        select(PriceList.id, PriceList.published_at, rules)
        .where(PriceList.currency == currency)
        .order_by(PriceList.published_at.desc(), PriceList.id.desc())
        .limit(SHOWN)
    )
    return [
        Version(id, since, n, "coming" if since > at else "in_force" if id == holds else "past")
        for id, since, n in rows
    ]


def rules_of(list_id: int) -> list[Rule]:
    """What a list says, in the order it is read."""
    found = db.session.scalars(select(PriceRule).where(PriceRule.list_id == list_id)).all()
    if not found:
        raise NotFound()
    return ordered([Rule(row.country, row.unit_micro, row.operator, row.kind, row.product) for row in found])


def ordered(rules: Sequence[Rule]) -> list[Rule]:
    """Pure: by product, the mainland first, what holds for everybody before what holds for some."""
    return sorted(
        rules,
        key=lambda each: (PRODUCTS.index(each.product), each.country != HOME, each.country, each.kind, each.operator),
    )


def changes(before: Sequence[Rule], after: Sequence[Rule]) -> list[Change]:
    """Pure: what differs between two lists."""
    old, new = ({each.place: each for each in rules} for rules in (before, after))
    found = [
        (rule, old[place].unit_micro if place in old else None, new[place].unit_micro if place in new else None)
        for place, rule in {**old, **new}.items()
    ]
    differing = {rule: Change(rule, *units) for rule, *units in found if units[0] != units[1]}
    return [differing[rule] for rule in ordered(list(differing))]


def withdraw(list_id: int, by: int) -> None:
    """Take back a list whose day has not come. Platform scope."""
    found = db.session.get(PriceList, list_id, with_for_update=True)
    if found is None:
        raise NotFound()
    if found.published_at <= now():
        raise WrongState("price_list_holds")
    db.session.execute(delete(PriceRule).where(PriceRule.list_id == list_id))
    db.session.execute(delete(PriceList).where(PriceList.id == list_id))
    audit.record("prices.withdraw", actor_id=by, object=str(list_id))
