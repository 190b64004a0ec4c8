"""The published prices: versions that never change, each in force from its day until the next. No price: no sending,
never zero."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, insert, select

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, WrongState
from tenants.core.operators import OPERATORS
from tenants.resellers.models import PriceList, PriceRule

CURRENCY = "CNY"
COUNTRY = re.compile(r"[A-Z]{2}")
PRODUCTS = ("sms", "mms", "rcs")
KINDS = ("verification", "notice", "marketing")
UNIT_MAX_MICRO = 1_000_000_000  # a thousand a segment: more is a slip of the pen
RULES_MAX = 300
AHEAD_MAX = timedelta(days=366)
# Most specific first: what a rule leaves empty it leaves open, and the kind says more than the operator.
_SPECIFIC = (("operator", "kind"), ("kind",), ("operator",), ())


@dataclass(frozen=True)
class Price:
    """What one segment of an SMS costs, or one MMS or RCS, in micro-units, and by which rule."""

    rule_id: int
    unit_micro: int


@dataclass(frozen=True)
class Rule:
    """A price to be published; an empty operator or kind means any."""

    country: str
    unit_micro: int
    operator: str = ""
    kind: str = ""
    product: str = "sms"

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What it is a price of."""
        return self.product, self.country, self.operator, self.kind


@dataclass(frozen=True)
class PriceTable:
    """The prices of one product for one kind of message."""

    kind: str
    rules: Mapping[tuple[str, str, str], Price]

    def unit(self, country: str, operator: str) -> Price | None:
        """The price of a segment there; None when nothing was published for it."""
        for fields in _SPECIFIC:
            key = (country, operator if "operator" in fields else "", self.kind if "kind" in fields else "")
            if (price := self.rules.get(key)) is not None:
                return price
        return None


def in_force(currency: str = CURRENCY) -> Select[int]:
    """The list that holds at this moment."""
    newest = (PriceList.published_at.desc(), PriceList.id.desc())
    begun = (PriceList.currency == currency, PriceList.published_at <= now())
    return select(PriceList.id).where(*begun).order_by(*newest).limit(1)


def prices(kind: str, currency: str = CURRENCY, *, product: str = "sms") -> PriceTable:
    """The prices in force for a kind of message and a product."""
    holds = in_force(currency).scalar_subquery()
    rows = db.session.scalars(select(PriceRule).where(PriceRule.list_id == holds, PriceRule.product == product))
    return PriceTable(kind, {(row.country, row.operator, row.kind): Price(row.id, row.unit_micro) for row in rows})


def publish(
    rules: Iterable[Rule], currency: str = CURRENCY, *, at: datetime | None = None, base: int | None = None,
    by: int | None = None,
) -> int:  # fmt: skip
    """Publish a list that holds from a moment on, at once if none is named; its id. `base` is the newest list whoever
    wrote it had seen: WrongState when another was published meanwhile. Platform scope."""
    wanted, since = list(rules), now()
    check(wanted)
    if at is not None and not since - timedelta(days=1) < at < since + AHEAD_MAX:
        raise Invalid({"from": "price_day_bad"})
    if base is not None and base != _newest(currency, base):
        raise WrongState("price_list_overtaken")
    list_id = db.session.scalars(
        insert(PriceList).values(currency=currency, published_at=max(at or since, since)).returning(PriceList.id)
    ).one()
    db.session.execute(
        insert(PriceRule),
        [
            {"list_id": list_id, "country": rule.country, "operator": rule.operator, "kind": rule.kind,
             "unit_micro": rule.unit_micro, "product": rule.product}
            for rule in wanted
        ],
    )  # fmt: skip
    audit.record("prices.publish", actor_id=by, object=str(list_id), currency=currency, prices=len(wanted))
    return list_id


def _newest(currency: str, base: int) -> int | None:
    """The list published last. Of two who go by the same base one waits here, then sees what the other published."""
    db.session.execute(select(PriceList.id).where(PriceList.id == base).with_for_update())
    return db.session.scalar(
        select(PriceList.id).where(PriceList.currency == currency).order_by(PriceList.id.desc()).limit(1)
    )


def check(rules: Sequence[Rule]) -> None:
    """Pure: Invalid names by its number each price that makes no sense."""
    wrong = {f"price-{n}": fault for n, rule in enumerate(rules) if (fault := _fault(rule))}
    seen: set[tuple[str, str, str, str]] = set()
    for n, rule in enumerate(rules):
        if rule.place in seen:
            wrong.setdefault(f"price-{n}", "price_twice")
        seen.add(rule.place)
    if not rules:
        wrong["prices"] = "price_none"
    if len(rules) > RULES_MAX:
        wrong["prices"] = "price_too_many"
    if wrong:
        raise Invalid(wrong)


def _fault(rule: Rule) -> str:
    if not COUNTRY.fullmatch(rule.country) or rule.operator not in ("", *OPERATORS):
        return "price_place_bad"
    if rule.kind not in ("", *KINDS):
        return "price_place_bad"
    if rule.product not in PRODUCTS:
        return "price_product_unknown"
    return "" if 0 < rule.unit_micro <= UNIT_MAX_MICRO else "price_not_positive"
