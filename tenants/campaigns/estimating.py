"""What a draft would come to, from its first people: shown while one writes. The check counts everybody.

`faults` says what keeps a draft from being checked, field by field, before anything is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenants import contacts
from tenants.accounts.vaults import vault
from tenants.campaigns.models import Campaign
from tenants.campaigns.weighing import spec_of, weigh
from tenants.contacts import Recipient, states
from tenants.core.clock import now
from tenants.core.errors import Invalid, NotFound
from tenants.message_templates import Variable, Version
from tenants.message_templates.variables import value_fault

SAMPLE = 200


@dataclass(frozen=True)
class Estimate:
    """`audience` numbers in all, of which the first `sampled` were weighed: `by_parts` parts → people among them,
    `skipped` reason → people. `parts` and `cost_micro` are for everybody; when not everybody was weighed, as if nobody
    was left out and all were like those who were not, so rather too much than too little."""

    audience: int
    sampled: int
    by_parts: dict[int, int]
    skipped: dict[str, int]
    parts: int
    cost_micro: int

    @property
    def exact(self) -> bool:
        """Whether everybody was weighed."""
        return self.sampled >= self.audience


def sample(source: dict[str, Any]) -> list[Recipient]:
    """The first people of an audience."""
    return contacts.audience(source, 0, SAMPLE) if source else []


def estimate(campaign: Campaign, audience_n: int, people: Sequence[Recipient]) -> Estimate | None:
    """What the draft would come to, judged by these first people; None while its content is incomplete."""
    try:
        spec = spec_of(campaign)
    except (Invalid, NotFound):
        return None
    planned, skipped = weigh(people, spec, vault())
    sampled, everybody = len(people), max(audience_n, len(people))
    parts = sum(each.segments for each in planned)
    cost_micro = sum(each.most_micro for each in planned)
    share = everybody / len(planned) if planned and everybody > sampled else 1
    return Estimate(
        everybody, sampled, dict(sorted(Counter(each.segments for each in planned).items())), dict(skipped),
        round(parts * share), round(cost_micro * share),
    )  # fmt: skip


def faults(campaign: Campaign, template: Version | None, fields: Sequence[str]) -> dict[str, Any]:
    """What must be settled before a draft can be checked: field of the form → code, or (code, values).

    `fields` are those the audience has. Variables are named `bind-1`, `bind-2`, … in the template's order.
    """
    found: dict[str, Any] = {}
    try:
        spec_of(campaign)
    except Invalid as error:
        found |= error.fields
    except NotFound:
        found["template_id"] = "template_missing"
    if template is None:
        found.setdefault("template_id", "template_missing")
    if fault := audience_fault(campaign.audience):
        found["audience"] = fault
    for place, variable in enumerate(template.variables if template else (), 1):
        fault = _binding_fault(variable, campaign.bindings.get(variable.name), fields)
        if fault is not None and "audience" not in found:
            found[f"bind-{place}"] = fault
    if campaign.scheduled_at is not None and campaign.scheduled_at < now():
        found["scheduled_at"] = "schedule_past"
    return found


def audience_fault(source: dict[str, Any]) -> str:
    """What keeps these people from being counted: nobody chosen, a file still on its way in, or no usable number."""
    if not source:
        return "audience_missing"
    if source["source"] == "import":
        state = contacts.get_import(source["import_id"]).state
        if state == states.State.UPLOADED:
            return "audience_not_mapped"
        if state in states.WAITING:
            return "audience_not_read"
    return "" if sample(source) else "audience_empty"


def _binding_fault(variable: Variable, binding: dict[str, str] | None, fields: Sequence[str]) -> Any:
    if binding is None or ("value" not in binding and binding["field"] not in fields):
        return "binding_missing", {"name": variable.name}
    if "value" not in binding:
        return None
    fault = value_fault(variable, binding["value"])
    return (fault.code, fault.values) if fault else None
