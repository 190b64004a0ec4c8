"""Weighing people: from an audience's rows to messages with parts and price, or the reason why there is none.

The forecast and the plan use this same code, so what was forecast is what is planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

from tenants import contacts, message_templates, optouts, resellers, routing, signatures
from tenants.campaigns.models import Campaign
from tenants.core.errors import Invalid
from tenants.core.secrets import Vault
from tenants.message_templates.kinds import RULES, Kind
from tenants.message_templates.render import Compiled, compiled, render
from tenants.message_templates.rich import Product, to_json, words
from tenants.message_templates.rich_render import filled, whole
from tenants.message_templates.variables import Variable, value_fault
from tenants.messages import Fallback, Planned, segments
from tenants.messages.writing import compose

# Skip reasons beside the codes of value faults.
OPTED_OUT, NO_PRICE = "opted_out", "no_price"
Place = tuple[str, str]  # country and operator


@dataclass(frozen=True)
class Spec:
    """Everything that decides what one recipient gets. `fallback_prices`: of SMS, for an RCS that may go as one."""

    kind: str
    signature: str
    signature_id: int
    template: message_templates.Version
    bindings: dict[str, dict[str, str]]
    prices: resellers.PriceTable
    fallback_prices: resellers.PriceTable | None = None

    @cached_property
    def home(self) -> Compiled:
        return compiled(compose(self.signature, self.template.body, self.kind, "CN"))

    @cached_property
    def abroad(self) -> Compiled:
        return compiled(compose(self.signature, self.template.body, self.kind, ""))

    @property
    def text(self) -> dict[str, Any]:
        """What a run keeps of it."""
        kept = {"signature": self.signature, "body": self.template.body, "kind": self.kind}
        template = [self.template.template_id, self.template.version]
        names = [variable.name for variable in self.template.variables]
        return kept | {"rich": to_json(self.template.rich), "template": template, "names": names}

    def sample(self, values: dict[str, str], country: str) -> str:
        """Everything one recipient may read."""
        if self.template.rich is None:
            return render(self.home if country == "CN" else self.abroad, values)
        return words(filled(whole(self.template.rich, self.signature, Kind(self.kind), country), values))

    def values(self, fields: dict[str, str]) -> dict[str, str]:
        """The variables of one recipient."""
        return values_of(self.template.variables, self.bindings, fields)


def values_of(
    variables: Iterable[Variable], bindings: Mapping[str, Mapping[str, str]], fields: Mapping[str, str]
) -> dict[str, str]:
    """The variables of one recipient: from a field of theirs or the same for all."""
    found = {}
    for variable in variables:
        binding = bindings.get(variable.name, {"field": variable.name})
        found[variable.name] = binding["value"] if "value" in binding else fields.get(binding["field"], "")
    return found


def spec_of(campaign: Campaign) -> Spec:
    """The campaign's content, whole and approved; Invalid names what is missing."""
    if campaign.signature_id is None:
        raise Invalid({"signature_id": "signature_missing"})
    if campaign.template_id is None or campaign.version is None:
        raise Invalid({"template_id": "template_missing"})
    signature = signatures.get(campaign.signature_id)
    template = message_templates.version(campaign.template_id, campaign.version)
    if signature.state != "approved":
        raise Invalid({"signature_id": "signature_not_approved"})
    if template.state != "approved":
        raise Invalid({"template_id": "template_not_approved"})
    prices = resellers.prices(template.kind, product=template.product)
    falls_back = template.product == Product.RCS and template.body
    return Spec(
        template.kind, signature.text, signature.id, template, campaign.bindings, prices,
        resellers.prices(template.kind) if falls_back else None,
    )  # fmt: skip


def weigh(
    people: Sequence[contacts.Recipient], spec: Spec, vault: Vault, closed: Mapping[Place, str] = MappingProxyType({})
) -> tuple[list[Planned], Counter[str]]:
    """The messages for these people, and how many were left out for which reason; `closed` places with theirs."""
    blocked, people = _blocked(people, spec, vault), _ported(people)
    planned: list[Planned] = []
    skipped: Counter[str] = Counter()
    price_of: dict[Place, resellers.Price | None] = {}
    parts_of = _parts_counter(spec)
    fallback_of, is_sms = _fallbacks(spec, parts_of), spec.template.product == Product.SMS
    for person in people:
        if person.phone_index in blocked:
            skipped[OPTED_OUT] += 1
            continue
        values = spec.values(person.values)
        faults = (value_fault(each, values[each.name]) for each in spec.template.variables)
        fault = next((found for found in faults if found), None)
        if fault is not None:
            skipped[fault.code] += 1
            continue
        place = (person.country, person.operator)
        if place not in price_of:
            price_of[place] = spec.prices.unit(*place)
        price = price_of[place]
        if price is None:
            skipped[NO_PRICE] += 1
            continue
        if place in closed:
            skipped[closed[place]] += 1
            continue
        planned.append(
            Planned(
                person.phone_index, person.number, values, person.country, person.operator,
                parts_of(values, person.country) if is_sms else 1, price.unit_micro, price.rule_id,
                fallback_of(place, values),
            )
        )  # fmt: skip
    return planned, skipped


def _fallbacks(
    spec: Spec, parts_of: Callable[[dict[str, str], str], int]
) -> Callable[[Place, dict[str, str]], Fallback | None]:
    """What an RCS would cost as SMS; None where there is no fallback text, or no price for one."""
    prices = spec.fallback_prices
    if prices is None:
        return lambda place, values: None
    unit = cache(prices.unit)

    def found(place: Place, values: dict[str, str]) -> Fallback | None:
        price = unit(*place)
        return None if price is None else Fallback(parts_of(values, place[0]), price.unit_micro, price.rule_id)

    return found


def _ported(people: Sequence[contacts.Recipient]) -> Sequence[contacts.Recipient]:
    """People at the operator that serves their number today, where it is not the one their prefix says."""
    operators = routing.operators_of([person.number for person in people if person.country == "CN"])
    if not operators:
        return people
    return [replace(person, operator=operators.get(person.number, person.operator)) for person in people]


def _blocked(people: Sequence[contacts.Recipient], spec: Spec, vault: Vault) -> set[bytes]:
    for_all = optouts.blocked_for_all([person.number for person in people])
    blocked = {person.phone_index for person in people if person.number in for_all}
    if RULES[Kind(spec.kind)].opt_outs_apply:
        blocked |= optouts.filter([person.phone_index for person in people], spec.signature_id)
    return blocked


def _parts_counter(spec: Spec) -> Callable[[dict[str, str], str], int]:
    """Counts parts; a text without variables is counted once for each country's rule."""
    if spec.template.variables:
        return lambda values, country: (
            segments.count(render(spec.home if country == "CN" else spec.abroad, values), country).parts
        )
    fixed = {
        home: segments.count(render(spec.home if home else spec.abroad, {}), "CN" if home else "").parts
        for home in (True, False)
    }
    return lambda values, country: fixed[country == "CN"]
