"""The check before sending: everyone counted, weighed and priced as planning will do it, nothing changed.

The result is kept with the campaign under the revision it was made for, and launching asks for a fresh one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tenants import contacts, filings
from tenants.accounts.vaults import vault
from tenants.campaigns.drafting import get, locked
from tenants.campaigns.estimating import audience_fault
from tenants.campaigns.models import Campaign
from tenants.campaigns.states import State
from tenants.campaigns.weighing import Spec, spec_of, weigh
from tenants.core import agenda, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.jobs import Job
from tenants.message_templates.render import render
from tenants.messages import Planned

CHUNK = 50_000
CHUNKS_MAX = 200
FRESH = timedelta(minutes=5)


def ask(campaign_id: int) -> Campaign:
    """Start counting, unless a fresh forecast of this very revision is there. Invalid when content is missing."""
    campaign = locked(campaign_id)
    if campaign.state != State.DRAFT or fresh(campaign):
        return campaign
    spec_of(campaign)
    if fault := audience_fault(campaign.audience):
        raise Invalid({"audience": fault})
    pending = {"state": "counting", "revision": campaign.revision, "at": now().isoformat(), "counted": 0}
    if campaign.preflight.get("state") != "counting" or campaign.preflight.get("revision") != campaign.revision:
        campaign.preflight = pending
    db.session.flush()
    agenda.put(Job.PREFLIGHT_CAMPAIGN, campaign_id)
    return campaign


def fresh(campaign: Campaign) -> bool:
    """Whether the forecast was made for what the draft says now, and not long ago."""
    found = campaign.preflight
    if found.get("state") != "done" or found.get("revision") != campaign.revision:
        return False
    return now() - datetime.fromisoformat(found["at"]) < FRESH


@dataclass
class _Sum:
    """What the chunks add up to."""

    people: int = 0
    parts: int = 0
    cost_micro: int = 0
    sample: str = ""

    def __post_init__(self) -> None:
        self.groups: dict[tuple[str, str, int], list[int]] = {}
        self.by_parts: Counter[int] = Counter()
        self.skipped: Counter[str] = Counter()

    def add(self, planned: list[Planned], skipped: Counter[str], spec: Spec) -> None:
        self.skipped += skipped
        for each in planned:
            group = self.groups.setdefault((each.country, each.operator, each.unit_micro), [0, 0])
            group[0] += 1
            group[1] += each.segments
            self.by_parts[each.segments] += 1
            self.people += 1
            self.parts += each.segments
            self.cost_micro += each.segments * each.unit_micro
        if planned and not self.sample:
            first = planned[0]
            self.sample = render(spec.home if first.country == "CN" else spec.abroad, first.values)


def run(campaign_id: int) -> None:
    """Count everyone and keep the forecast. The tenant's scope; reads only, but for the result."""
    campaign = get(campaign_id)
    revision = campaign.revision
    try:
        spec = spec_of(campaign)
    except Invalid as error:
        _keep(campaign_id, revision, {"state": "failed", "fields": error.fields})
        return
    total, after, keys = _Sum(), 0, vault()
    for _ in range(CHUNKS_MAX):
        people = contacts.audience(campaign.audience, after, CHUNK)
        if not people:
            break
        after = people[-1].row_id
        total.add(*weigh(people, spec, keys), spec)
    _keep(campaign_id, revision, _result(total, spec, campaign.audience))


def _result(total: _Sum, spec: Spec, audience: dict[str, Any]) -> dict[str, Any]:
    summary = contacts.audience_summary(audience)
    forecasts = filings.forecast(
        scopes.tenant_id(), spec.signature_id, spec.template.template_id, spec.template.version,
        sorted({operator for _, operator, _ in total.groups}),
    )  # fmt: skip
    return {
        "state": "done",
        "rows": summary.rows,
        "invalid": summary.invalid,
        "duplicate": summary.duplicate,
        "people": total.people,
        "parts": total.parts,
        "cost_micro": total.cost_micro,
        "skipped": dict(total.skipped),
        "by_parts": {str(parts): n for parts, n in sorted(total.by_parts.items())},
        "groups": [
            {
                "country": country, "operator": operator, "unit_micro": unit_micro, "people": people, "parts": parts,
                "cost_micro": parts * unit_micro, "ready": forecasts[operator].ready,
                "reason": forecasts[operator].reason,
            }
            for (country, operator, unit_micro), (people, parts) in sorted(total.groups.items(), key=_largest_first)
        ],
        "sample": total.sample,
    }  # fmt: skip


def _largest_first(item: tuple[tuple[str, str, int], list[int]]) -> tuple[int, str]:
    return -item[1][0], item[0][1]


def _keep(campaign_id: int, revision: int, result: dict[str, Any]) -> None:
    campaign = locked(campaign_id)
    agenda.done(Job.PREFLIGHT_CAMPAIGN, campaign_id)
    if campaign.revision == revision:
        campaign.preflight = result | {"revision": revision, "at": now().isoformat()}
    else:
        # Changed while it was being counted: count what it says now.
        campaign.preflight = {"state": "counting", "revision": campaign.revision, "at": now().isoformat()}
        agenda.put(Job.PREFLIGHT_CAMPAIGN, campaign_id)
