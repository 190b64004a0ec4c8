"""What staff decided and takes back: in review again, unless something was sent with it. The tenant's scope."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from tenants import message_templates, signatures
from tenants.accounts.vaults import vault
from tenants.campaigns.drafting import locked
from tenants.campaigns.estimating import sample
from tenants.campaigns.models import Campaign
from tenants.campaigns.states import State
from tenants.campaigns.weighing import spec_of, weigh
from tenants.core import agenda
from tenants.core.db import db
from tenants.core.errors import NotFound, WrongState
from tenants.core.jobs import Job
from tenants.moderation.undoing import Undoer


def reopen_campaign(campaign_id: int, _version: int, _by: int) -> None:
    """Back into review, as long as planning has not begun."""
    campaign = locked(campaign_id)
    if campaign.state == State.IN_REVIEW:
        return
    campaign.state, campaign.reason = State.IN_REVIEW, ""
    agenda.done(Job.PLAN_CAMPAIGN, campaign_id)


def reopen_signature(id: int, _version: int, by: int) -> None:
    _unless_launched(Campaign.signature_id == id)
    signatures.reopen(id, by=by)


def reopen_template(id: int, version: int, by: int) -> None:
    _unless_launched((Campaign.template_id == id) & (Campaign.version == version))
    message_templates.reopen(id, version, by=by)


UNDOERS: dict[str, Undoer] = {
    "campaign": reopen_campaign,
    "signature": reopen_signature,
    "template": reopen_template,
}


def _unless_launched(which: ColumnElement[bool]) -> None:
    if db.session.scalar(select(Campaign.id).where(which, Campaign.launched_at.is_not(None)).limit(1)) is not None:
        raise WrongState("review_final")


def rendered(campaign_id: int, number: int) -> tuple[str, int]:
    """What the `number`th of the first people will read, counted from one and going round, and that number."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound
    spec = spec_of(campaign)
    planned, _ = weigh(sample(campaign.audience), spec, vault())
    if not planned:
        raise NotFound
    place = (number - 1) % len(planned)
    return spec.sample(planned[place].values, planned[place].country), place + 1
