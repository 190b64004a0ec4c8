"""Rules: which channels messages of a country, operator, kind and product leave by, for all businesses, for those of a
reseller or for one. The closest rule counts, and it alone; without any, every channel that serves the group does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from tenants.accounts.models import Tenant
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.operators import OPERATORS
from tenants.message_templates.kinds import Kind
from tenants.routing.groups import Group
from tenants.routing.models import Channel, Route
from tenants.routing.tending import COUNTRY, PRODUCTS, WEIGHTS

RULES_MAX = 500
WAYS_MAX = 20
NOTE_MAX = 200


@dataclass(frozen=True)
class Rule:
    """A rule as the choice needs it: channel → weight."""

    id: int
    weights: Mapping[int, int]


def of(group: Group) -> Rule | None:
    """The closest rule for a group: the business's own, its reseller's, everybody's; then by what it names."""
    reseller = select(Tenant.reseller_id).where(Tenant.id == group.tenant_id).scalar_subquery()
    found = db.session.execute(
        select(Route.id, Route.ways)
        .where(
            Route.country.in_(("", group.country)), Route.operator.in_(("", group.operator)),
            Route.kind.in_(("", group.kind)), Route.product.in_(("", group.product)),
            or_(Route.tenant_id.is_(None), Route.tenant_id == group.tenant_id),
            or_(Route.reseller_id.is_(None), Route.reseller_id == reseller),
        )
        .order_by(
            Route.tenant_id.is_(None), Route.reseller_id.is_(None), Route.operator == "", Route.country == "",
            Route.kind == "", Route.product == "",
        )
        .limit(1)
    ).one_or_none()  # fmt: skip
    return Rule(found.id, {int(id): int(weight) for id, weight in found.ways}) if found else None


@dataclass(frozen=True)
class Wish:
    """What staff say of a rule. Empty means any; `ways` are pairs of channel and weight."""

    country: str = ""
    operator: str = ""
    kind: str = ""
    product: str = ""
    tenant_id: int | None = None
    reseller_id: int | None = None
    ways: tuple[tuple[int, int | None], ...] = ()
    note: str = ""

    def faults(self) -> dict[str, Any]:
        """What is wrong, by field."""
        weights = [weight for _, weight in self.ways]
        bounds = {"low": WEIGHTS.start, "high": WEIGHTS.stop - 1}
        found: dict[str, Any] = {
            "country": "" if not self.country or COUNTRY.fullmatch(self.country) else "country_unknown",
            "operator": "" if not self.operator or self.operator in OPERATORS else "invalid",
            "kind": "" if not self.kind or self.kind in set(Kind) else "invalid",
            "product": "" if not self.product or self.product in PRODUCTS else "invalid",
            "reseller": "route_for_one" if self.tenant_id is not None and self.reseller_id is not None else "",
            "ways": "" if 0 < len(self.ways) <= WAYS_MAX else "route_without_channel",
            "note": ("note_too_long", {"max": NOTE_MAX}) if len(self.note) > NOTE_MAX else "",
        }
        if not all(weight in WEIGHTS for weight in weights):
            found["ways"] = ("out_of_range", bounds)
        return {field: fault for field, fault in found.items() if fault}


def listed() -> Sequence[Route]:
    """All rules, the closest first."""
    return db.session.scalars(
        select(Route)
        .order_by(
            Route.tenant_id.is_(None), Route.reseller_id.is_(None), Route.operator == "", Route.country == "",
            Route.kind == "", Route.product == "", Route.id,
        )
        .limit(RULES_MAX)
    ).all()  # fmt: skip


def get(id: int, *, lock: bool = False) -> Route:
    found = db.session.get(Route, id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound
    return found


def add(wish: Wish, *, by: int) -> Route:
    """A new rule: it holds from the next slice on."""
    _check(wish, None)
    if (db.session.scalar(select(func.count()).select_from(Route)) or 0) >= RULES_MAX:
        raise Invalid({"ways": "too_many_routes"})
    made = Route(created_at=now(), **_columns(wish))
    db.session.add(made)
    db.session.flush()
    audit.record("route.add", actor_id=by, object=f"route:{made.id}", **_told(wish))
    return made


def amend(id: int, wish: Wish, *, by: int) -> Route:
    found = get(id, lock=True)
    _check(wish, id)
    for column, value in _columns(wish).items():
        setattr(found, column, value)
    db.session.flush()
    audit.record("route.amend", actor_id=by, object=f"route:{id}", **_told(wish))
    return found


def remove(id: int, *, by: int) -> None:
    found = get(id, lock=True)
    db.session.delete(found)
    audit.record("route.remove", actor_id=by, object=f"route:{id}", ways=found.ways)


def _columns(wish: Wish) -> dict[str, Any]:
    return {
        "country": wish.country, "operator": wish.operator, "kind": wish.kind, "product": wish.product,
        "tenant_id": wish.tenant_id, "reseller_id": wish.reseller_id, "ways": [list(way) for way in wish.ways],
        "note": wish.note,
    }  # fmt: skip


def _told(wish: Wish) -> dict[str, Any]:
    return {name: value for name, value in _columns(wish).items() if value and name not in ("tenant_id", "note")} | (
        {"for_tenant": wish.tenant_id} if wish.tenant_id is not None else {}
    )


def _check(wish: Wish, id: int | None) -> None:
    faults = wish.faults()
    for field, asked in (("tenant", wish.tenant_id), ("reseller", wish.reseller_id)):
        if asked is not None and field not in faults and db.session.get(Tenant, asked) is None:
            faults[field] = "tenants_unknown"
    known = set(db.session.scalars(select(Channel.id).where(Channel.id.in_([channel for channel, _ in wish.ways]))))
    if "ways" not in faults and len(known) != len(wish.ways):
        faults["ways"] = "invalid"
    same = select(Route.id).where(
        Route.country == wish.country, Route.operator == wish.operator, Route.kind == wish.kind,
        Route.product == wish.product, Route.tenant_id.is_not_distinct_from(wish.tenant_id),
        Route.reseller_id.is_not_distinct_from(wish.reseller_id), Route.id != (id or 0),
    )  # fmt: skip
    if not faults and db.session.scalar(same) is not None:
        faults["ways"] = "route_taken"
    if faults:
        raise Invalid(faults)
