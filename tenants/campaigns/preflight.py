"""The check before sending: everyone counted, weighed and priced as planning will do it, nothing changed.

The result is kept with the campaign under the revision it was made for, and launching asks for a fresh one.
"""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tenants import contacts, filings
from tenants.accounts.vaults import vault
from tenants.campaigns import ways
from tenants.campaigns.drafting import get, locked
from tenants.campaigns.estimating import audience_fault
from tenants.campaigns.models import Campaign
from tenants.campaigns.states import State
from tenants.campaigns.weighing import Spec, spec_of, weigh
from tenants.core import agenda
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, WrongState
from tenants.core.jobs import Job
from tenants.filings import Forecast
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
    if found.get("state") != "done" or found.get("revision") != campaign.revision or "sealed" not in found:
        return False
    return now() - datetime.fromisoformat(found["at"]) < FRESH


def choose(campaign_id: int, *, send_unfiled: bool) -> Campaign:
    """Whether those get it too whose operator has not filed the text; the forecast is for the choice at once."""
    campaign = locked(campaign_id)
    if campaign.state != State.DRAFT:
        raise WrongState(state=campaign.state)
    campaign.send_unfiled = send_unfiled
    if campaign.preflight.get("state") == "done":
        campaign.preflight = settled(campaign.preflight, send_unfiled)
    return campaign


@dataclass
class _Sum:
    """What the chunks add up to."""

    sample: str = ""

    def __post_init__(self) -> None:
        self.groups: dict[tuple[str, str, int], Counter[int]] = {}
        # What those of a group cost at most, and all as SMS when they may go as one.
        self.most_micro: Counter[tuple[str, str, int]] = Counter()
        self.as_sms_micro: Counter[tuple[str, str, int]] = Counter()
        self.skipped: Counter[str] = Counter()

    def add(self, planned: list[Planned], skipped: Counter[str], spec: Spec) -> None:
        self.skipped += skipped
        for each in planned:
            place = (each.country, each.operator, each.unit_micro)
            self.groups.setdefault(place, Counter())[each.segments] += 1
            self.most_micro[place] += each.most_micro
            self.as_sms_micro[place] += each.fallback.cost_micro if each.fallback else 0
        if planned and not self.sample:
            first = planned[0]
            self.sample = spec.sample(first.values, first.country)


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
    sealed = keys.seal("preflights", campaign_id, total.sample)
    kept = {"sealed": base64.b64encode(sealed).decode()}
    _keep(campaign_id, revision, _result(total, spec, campaign.audience) | kept)


def sample(campaign: Campaign) -> str:
    """What the first of the people will read, as the forecast keeps it: sealed, because it holds a person's data."""
    sealed = base64.b64decode(campaign.preflight["sealed"])
    return str(vault().open("preflights", campaign.id, sealed))


def _result(total: _Sum, spec: Spec, audience: dict[str, Any]) -> dict[str, Any]:
    summary = contacts.audience_summary(audience)
    forecasts = ways.forecast(spec, sorted({operator for country, operator, _ in total.groups if country == ways.HOME}))
    groups = [
        _group(*place, by_parts, forecasts)
        | {"cost_micro": total.most_micro[place], "as_sms_micro": total.as_sms_micro[place]}
        for place, by_parts in total.groups.items()
    ]
    return {
        "state": "done",
        "product": spec.template.product,
        "rows": summary.rows,
        "invalid": summary.invalid,
        "duplicate": summary.duplicate,
        "skipped": dict(total.skipped),
        "groups": sorted(groups, key=lambda each: (-each["people"], each["country"])),
    }


def _group(
    country: str, operator: str, unit_micro: int, by_parts: Counter[int], forecasts: dict[str, Forecast]
) -> dict[str, Any]:
    parts = sum(each * people for each, people in by_parts.items())
    ahead = forecasts[operator] if country == ways.HOME else Forecast(True, "not_needed")
    return {
        "country": country, "operator": operator, "unit_micro": unit_micro, "people": by_parts.total(), "parts": parts,
        "own_micro": parts * unit_micro, "by_parts": {str(each): people for each, people in by_parts.items()},
        "ready": ahead.ready, "reason": ahead.reason, "detail": ahead.detail,
        "pieces": {str(piece.kind): str(piece.state) for piece in ahead.pieces},
    }  # fmt: skip


def settled(found: dict[str, Any], send_unfiled: bool) -> dict[str, Any]:
    """The forecast with its sums: of everybody, or of those alone whose operator lets the text through."""
    kept = [each for each in found["groups"] if each["ready"] or send_unfiled]
    by_parts: Counter[int] = Counter()
    for each in kept:
        by_parts.update({int(parts): people for parts, people in each["by_parts"].items()})
    skipped = Counter({code: n for code, n in found["skipped"].items() if code not in filings.CODES})
    for each in found["groups"]:
        if each not in kept:
            skipped[each["reason"]] += each["people"]
    sums = {name: sum(each[name] for each in kept) for name in ("people", "parts", "cost_micro", "as_sms_micro")}
    return found | sums | {"by_parts": {str(parts): n for parts, n in sorted(by_parts.items())}, "skipped": skipped}


def _keep(campaign_id: int, revision: int, result: dict[str, Any]) -> None:
    campaign = locked(campaign_id)
    agenda.done(Job.PREFLIGHT_CAMPAIGN, campaign_id)
    if campaign.revision == revision:
        if result["state"] == "done":
            result = settled(result, campaign.send_unfiled)
        campaign.preflight = result | {"revision": revision, "at": now().isoformat()}
    else:
        # Changed while it was being counted: count what it says now.
        campaign.preflight = {"state": "counting", "revision": campaign.revision, "at": now().isoformat()}
        agenda.put(Job.PREFLIGHT_CAMPAIGN, campaign_id)
