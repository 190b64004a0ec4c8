"""What another price list would mean for whom: by what each business sent lately, one part each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from tenants.accounts.models import Tenant
from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages.models import Batch
from tenants.resellers import Price, PriceTable, Rule

BACK = timedelta(days=30)
SHOWN = 20


@dataclass
class Effect:
    """One business: its messages of the last 30 days, what they would cost more or less, how many could not be sent."""

    name: str
    messages: int = 0
    touched: int = 0
    difference_micro: int = 0
    unpriced: int = 0


def effects(before: Sequence[Rule], after: Sequence[Rule]) -> list[Effect]:
    """The businesses another list touches, the most touched first. Platform scope."""
    old, new, found = _Tables(before), _Tables(after), defaultdict[int, Effect](lambda: Effect(""))
    rows = db.session.execute(
        select(
            Batch.tenant_id, Batch.product, Batch.kind, Batch.country, Batch.operator, func.sum(Batch.total),
        )
        .where(Batch.ready_at >= now() - BACK)
        .group_by(Batch.tenant_id, Batch.product, Batch.kind, Batch.country, Batch.operator)
    )  # fmt: skip
    for tenant_id, product, kind, country, operator, messages in rows:
        was, will = (table.unit(product, kind, country, operator) for table in (old, new))
        effect = found[tenant_id]
        effect.messages += int(messages)
        if was != will:
            effect.touched += int(messages)
            effect.unpriced += int(messages) if will is None else 0
            effect.difference_micro += int(messages) * (will - was) if will and was else 0
    touched = {id: effect for id, effect in found.items() if effect.touched}
    for id, name in db.session.execute(select(Tenant.id, Tenant.name).where(Tenant.id.in_(touched))):
        touched[id].name = name
    return sorted(touched.values(), key=lambda each: (-each.unpriced, -abs(each.difference_micro)))[:SHOWN]


class _Tables:
    """A list by product and kind."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules: Mapping[str, dict[tuple[str, str, str], Price]] = defaultdict(dict)
        for rule in rules:
            self.rules[rule.product][rule.country, rule.operator, rule.kind] = Price(0, rule.unit_micro)

    def unit(self, product: str, kind: str, country: str, operator: str) -> int | None:
        price = PriceTable(kind, self.rules[product]).unit(country, operator)
        return price.unit_micro if price else None
