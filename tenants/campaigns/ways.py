"""The channels a business's messages may take at home, operator by operator: what filings are asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from tenants import filings
from tenants.campaigns.models import Campaign
from tenants.campaigns.weighing import Place, Spec
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.operators import MAINLAND
from tenants.filings import Forecast
from tenants.routing import Group, rules
from tenants.routing.choose import serves
from tenants.routing.models import Channel

HOME = "CN"
CHANNELS_MAX = 500


def serving(kind: str, product: str, operators: Collection[str] = MAINLAND) -> dict[str, list[int]]:
    """The channels that take messages of a kind, by the rules of routing; a breaker that is open will close again."""
    groups = {operator: Group(scopes.tenant_id(), HOME, operator, kind, product) for operator in operators}
    return {operator: _ids(group) for operator, group in groups.items()}


def _ids(group: Group) -> list[int]:
    rule = rules.of(group)
    found = db.session.scalars(select(Channel.id).where(serves(group)))
    return [id for id in found if rule is None or id in rule.weights]


def possible() -> dict[str, list[int]]:
    """Every channel that may take any, whatever its state: filing lasts longer than a pause."""
    rows = db.session.execute(
        select(Channel.id, Channel.countries, Channel.operators, Channel.tenant_ids).limit(CHANNELS_MAX)
    ).all()
    ours = [
        row
        for row in rows
        if (not row.countries or HOME in row.countries) and (not row.tenant_ids or scopes.tenant_id() in row.tenant_ids)
    ]
    return {
        operator: [row.id for row in ours if not row.operators or operator in row.operators] for operator in MAINLAND
    }


def forecast(spec: Spec, operators: Collection[str] = MAINLAND) -> dict[str, Forecast]:
    """What each operator will do with a campaign's text."""
    template = spec.template
    return filings.forecast(
        scopes.tenant_id(), spec.signature_id, template.template_id, template.version,
        serving(spec.kind, template.product, operators),
    )  # fmt: skip


def closed(campaign: Campaign, spec: Spec) -> Mapping[Place, str]:
    """Where nobody is planned for, and why: what was not filed when it was counted, or is not any more.

    What was filed since stays left out: more people than were confirmed never get it.
    """
    if campaign.send_unfiled:
        return {}
    groups: list[dict[str, Any]] = campaign.preflight.get("groups", [])
    then = {(each["country"], each["operator"]): str(each["reason"]) for each in groups if not each["ready"]}
    now = {(HOME, operator): each.reason for operator, each in forecast(spec).items() if not each.ready}
    return then | now
