"""Drafts: what is sent to whom and when, changed as often as one likes until launch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tenants.campaigns.models import Campaign
from tenants.campaigns.states import EDITABLE, State
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState

NAME_MAX = 60


@dataclass(frozen=True)
class Draft:
    """What a composer may set. `bindings`: variable → {"field": name} or {"value": text}."""

    name: str = ""
    signature_id: int | None = None
    template_id: int | None = None
    version: int | None = None
    audience: dict[str, Any] = field(default_factory=dict)
    bindings: dict[str, Any] = field(default_factory=dict)
    scheduled_at: datetime | None = None
    time_zone: str = "Asia/Shanghai"


def create(name: str, *, by: int | None, time_zone: str = "Asia/Shanghai") -> Campaign:
    """An empty draft."""
    at = now()
    campaign = Campaign(name=_checked_name(name), created_by=by, created_at=at, updated_at=at, time_zone=time_zone)
    db.session.add(campaign)
    db.session.flush()
    audit.record("campaign.create", actor_id=by, object=f"campaign:{campaign.id}")
    return campaign


def save(campaign_id: int, draft: Draft) -> Campaign:
    """Replace what the draft says; every change of content makes an earlier forecast stale."""
    campaign = locked(campaign_id)
    if campaign.state not in EDITABLE:
        raise WrongState(state=campaign.state)
    changed = {
        "name": _checked_name(draft.name), "signature_id": draft.signature_id, "template_id": draft.template_id,
        "version": draft.version, "audience": draft.audience, "bindings": draft.bindings,
        "scheduled_at": draft.scheduled_at, "time_zone": _checked_zone(draft.time_zone),
    }  # fmt: skip
    if any(getattr(campaign, name) != value for name, value in changed.items() if name != "name"):
        campaign.revision += 1
    for name, value in changed.items():
        setattr(campaign, name, value)
    campaign.updated_at = now()
    db.session.flush()
    return campaign


def copy(campaign_id: int, name: str, *, by: int | None) -> Campaign:
    """A new draft with the same content, people and bindings."""
    old = get(campaign_id)
    fresh = create(name, by=by, time_zone=old.time_zone)
    for column in ("signature_id", "template_id", "version", "audience", "bindings"):
        setattr(fresh, column, getattr(old, column))
    db.session.flush()
    return fresh


def discard(campaign_id: int) -> None:
    """Delete a draft."""
    campaign = locked(campaign_id)
    if campaign.state != State.DRAFT:
        raise WrongState(state=campaign.state)
    db.session.delete(campaign)


def get(campaign_id: int) -> Campaign:
    found = db.session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound
    return found


def locked(campaign_id: int) -> Campaign:
    """The campaign, held by this transaction until it ends."""
    statement = select(Campaign).where(Campaign.id == campaign_id).with_for_update()
    found = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > NAME_MAX:
        raise Invalid({"name": "campaign_name_empty" if not cleaned else ("campaign_name_long", {"max": NAME_MAX})})
    return cleaned


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise Invalid({"time_zone": "time_zone_unknown"}) from error
    return name
