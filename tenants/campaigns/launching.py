"""From draft to on its way, and what people may do on the way: pause, resume, cancel."""

from __future__ import annotations

from typing import Any

from tenants import ledger, messages, moderation, quotas
from tenants.accounts.vaults import vault
from tenants.campaigns import preflight
from tenants.campaigns.drafting import locked
from tenants.campaigns.models import Campaign
from tenants.campaigns.states import TRANSITIONS, State
from tenants.campaigns.weighing import Spec, spec_of
from tenants.core import agenda, audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, NotEnoughCredit, QuotaReached, WrongState
from tenants.core.jobs import Job
from tenants.message_templates.kinds import Kind
from tenants.message_templates.rich import to_json, words
from tenants.message_templates.rich_render import whole
from tenants.messages.writing import compose

ENDED_BY_OWNER = frozenset({State.CANCELLING, State.CANCELLED})


def launch(campaign_id: int, *, by: int, people: int | None = None) -> Campaign:
    """Send the draft on its way, once: a second call finds it launched and changes nothing.

    `people` is the number the person saw and confirmed. WrongState (`forecast_stale`) when the forecast is not of what
    the draft says now; NotEnoughCredit, QuotaReached, ContentRefused, Invalid say what stands in the way.
    """
    campaign = locked(campaign_id)
    if campaign.launched_at is not None:
        return campaign
    TRANSITIONS.check(State(campaign.state), State.QUEUED)
    spec = spec_of(campaign)
    forecast = campaign.preflight
    if not preflight.fresh(campaign) or (people is not None and people != forecast["people"]):
        raise WrongState("forecast_stale")
    _check(campaign, forecast)
    verdict = moderation.judge(preflight.sample(campaign), spec.kind)
    if verdict.level == "block":
        raise ContentRefused(words=", ".join(sorted({hit.word for hit in verdict.hits})))
    campaign.kind, campaign.launched_by, campaign.launched_at = spec.kind, by, now()
    messages.open_run(
        campaign_id, kind=spec.kind, product=spec.template.product, signature_id=spec.signature_id, text=spec.text,
        vault=vault(),
    )  # fmt: skip
    if verdict.level == "review":
        _ask_review(campaign, spec, forecast, by)
    else:
        _set_out(campaign)
    audit.record("campaign.launch", actor_id=by, object=f"campaign:{campaign_id}", people=forecast["people"])
    db.session.flush()
    return campaign


def _check(campaign: Campaign, forecast: dict[str, Any]) -> None:
    if not forecast["people"]:
        raise Invalid({"audience": "audience_empty"})
    available = ledger.balance(scopes.tenant_id()).available
    if forecast["cost_micro"] > available:
        raise NotEnoughCredit(missing_micro=forecast["cost_micro"] - available)
    left = quotas.left()
    if left is not None and forecast["parts"] > left:
        raise QuotaReached(parts=forecast["parts"], left=left)
    if campaign.scheduled_at is not None and campaign.scheduled_at < now():
        raise Invalid({"scheduled_at": "schedule_past"})


def _ask_review(campaign: Campaign, spec: Spec, forecast: dict[str, Any], by: int) -> None:
    campaign.state = State.IN_REVIEW
    shown = {"text": _written(spec), "people": forecast["people"], "kind": spec.kind}
    shown |= {"product": spec.template.product, "rich": to_json(spec.template.rich)}
    moderation.ask("campaign", campaign.id, title=campaign.name, shown=shown, by=by)


def _written(spec: Spec) -> str:
    """The whole text, variables in braces: the queue is shared, so it holds nobody's data."""
    if spec.template.rich is None:
        return compose(spec.signature, spec.template.body, spec.kind, "CN")
    return words(whole(spec.template.rich, spec.signature, Kind(spec.kind), "CN"))


def _set_out(campaign: Campaign) -> None:
    """Plan now, or when its hour comes."""
    later = campaign.scheduled_at is not None and campaign.scheduled_at > now()
    campaign.state = State.SCHEDULED if later else State.QUEUED
    agenda.put(Job.PLAN_CAMPAIGN, campaign.id, at=campaign.scheduled_at if later else None)


def decide(campaign_id: int, approved: bool, reason: str, by: int | None) -> None:
    """What staff said of a campaign in review; saying the same again changes nothing."""
    campaign = locked(campaign_id)
    if campaign.state != State.IN_REVIEW:
        if (campaign.state == State.REJECTED) is not approved and campaign.state not in ENDED_BY_OWNER:
            return
        raise WrongState(state=campaign.state)
    if approved:
        _set_out(campaign)
    else:
        campaign.state, campaign.reason = State.REJECTED, reason


def pause(campaign_id: int) -> Campaign:
    """Nothing new leaves; what is on its way ends as it would have."""
    campaign = _moved(campaign_id, State.PAUSED)
    messages.pause(campaign_id)
    return campaign


def resume(campaign_id: int) -> Campaign:
    """Go on after a pause, after a top-up, or when a limit allows it again."""
    campaign = locked(campaign_id)
    if campaign.state in {State.UNFUNDED, State.LIMITED}:
        campaign.state, campaign.reason = State.QUEUED, ""
        agenda.put(Job.PLAN_CAMPAIGN, campaign_id)
        return campaign
    campaign = _moved(campaign_id, State.SENDING)
    messages.let_go(campaign_id)
    return campaign


def cancel(campaign_id: int) -> Campaign:
    """Whatever has not left is not sent and its money given back; counts stay exact all the while."""
    if locked(campaign_id).state == State.IN_REVIEW:
        moderation.withdraw("campaign", campaign_id)
    campaign = _moved(campaign_id, State.CANCELLING)
    agenda.done(Job.PLAN_CAMPAIGN, campaign_id)
    messages.pause(campaign_id)
    agenda.put(Job.CANCEL_CAMPAIGN, campaign_id)
    return campaign


def _moved(campaign_id: int, to: State) -> Campaign:
    campaign = locked(campaign_id)
    campaign.state = to
    return campaign
