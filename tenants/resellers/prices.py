"""The published prices: immutable versions, the newest of a currency is in force. No price: no sending, never zero."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.operators import OPERATORS
from tenants.resellers.models import PriceList, PriceRule

CURRENCY = "CNY"
COUNTRY = re.compile(r"[A-Z]{2}")
PRODUCTS = ("sms", "mms", "rcs")
UNIT_MAX_MICRO = 1_000_000_000  # a thousand a segment: more is a slip of the pen
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


def prices(kind: str, currency: str = CURRENCY, *, product: str = "sms") -> PriceTable:
    """The prices in force for a kind of message and a product."""
    newest = select(PriceList.id).where(PriceList.currency == currency).order_by(PriceList.id.desc()).limit(1)
    rows = db.session.scalars(select(PriceRule).where(PriceRule.list_id.in_(newest), PriceRule.product == product))
    return PriceTable(kind, {(row.country, row.operator, row.kind): Price(row.id, row.unit_micro) for row in rows})


def publish(rules: Iterable[Rule], currency: str = CURRENCY) -> int:
    """Publish a new list that replaces the one before; its id. Platform scope."""
    wanted = list(rules)
    _check(wanted)
    list_id = db.session.scalars(
        insert(PriceList).values(currency=currency, published_at=now()).returning(PriceList.id)
    ).one()
    db.session.execute(
        insert(PriceRule),
        [
            {"list_id": list_id, "country": rule.country, "operator": rule.operator, "kind": rule.kind,
             "unit_micro": rule.unit_micro, "product": rule.product}
            for rule in wanted
        ],
    )  # fmt: skip
    return list_id


def _check(rules: Sequence[Rule]) -> None:
    places = {(rule.product, rule.country, rule.operator, rule.kind) for rule in rules}
    if not rules or any(not 0 < rule.unit_micro <= UNIT_MAX_MICRO for rule in rules):
        raise Invalid({"unit_micro": "price_not_positive"})
    if any(not COUNTRY.fullmatch(rule.country) or rule.operator not in ("", *OPERATORS) for rule in rules):
        raise Invalid({"country": "price_place_bad"})
    if any(rule.product not in PRODUCTS for rule in rules):
        raise Invalid({"product": "price_product_unknown"})
    if len(places) < len(rules):
        raise Invalid({"country": "price_twice"})
