"""The published prices: immutable versions, the newest of a currency is in force. No price: no sending, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select

from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.resellers.models import PriceList, PriceRule

CURRENCY = "CNY"
# Most specific first: what a rule leaves empty it leaves open.
_SPECIFIC = (("operator", "kind"), ("operator",), ("kind",), ())


@dataclass(frozen=True)
class Price:
    """What one segment costs, in micro-units, and by which rule."""

    rule_id: int
    unit_micro: int


@dataclass(frozen=True)
class Rule:
    """A price to be published; an empty operator or kind means any."""

    country: str
    unit_micro: int
    operator: str = ""
    kind: str = ""


@dataclass(frozen=True)
class PriceTable:
    """The prices for one kind of message."""

    kind: str
    rules: Mapping[tuple[str, str, str], Price]

    def unit(self, country: str, operator: str) -> Price | None:
        """The price of a segment there; None when nothing was published for it."""
        for fields in _SPECIFIC:
            key = (country, operator if "operator" in fields else "", self.kind if "kind" in fields else "")
            if (price := self.rules.get(key)) is not None:
                return price
        return None


def prices(kind: str, currency: str = CURRENCY) -> PriceTable:
    """The prices in force for a kind of message."""
    newest = select(PriceList.id).where(PriceList.currency == currency).order_by(PriceList.id.desc()).limit(1)
    rows = db.session.scalars(select(PriceRule).where(PriceRule.list_id.in_(newest)))
    return PriceTable(kind, {(row.country, row.operator, row.kind): Price(row.id, row.unit_micro) for row in rows})


def publish(rules: Iterable[Rule], currency: str = CURRENCY) -> int:
    """Publish a new list that replaces the one before; its id. Platform scope."""
    wanted = list(rules)
    if not wanted or any(rule.unit_micro <= 0 for rule in wanted):
        raise Invalid({"unit_micro": "price_not_positive"})
    list_id = db.session.scalars(
        insert(PriceList).values(currency=currency, published_at=now()).returning(PriceList.id)
    ).one()
    db.session.execute(
        insert(PriceRule),
        [
            {"list_id": list_id, "country": rule.country, "operator": rule.operator, "kind": rule.kind,
             "unit_micro": rule.unit_micro}
            for rule in wanted
        ],
    )  # fmt: skip
    return list_id
