"""The end of a campaign: cancelled batch by batch, or finished with its last receipt."""

from __future__ import annotations

from tenants import messages, webhooks
from tenants.campaigns.drafting import locked
from tenants.campaigns.states import State
from tenants.core import agenda
from tenants.core.clock import now
from tenants.core.jobs import Job


def cancel_some(campaign_id: int) -> bool:
    """Cancel one batch of what has not left; True while there may be more."""
    campaign = locked(campaign_id)
    if campaign.state not in {State.CANCELLING, State.CANCELLED}:
        agenda.done(Job.CANCEL_CAMPAIGN, campaign_id)
        return False
    if messages.stop(campaign_id):
        return True
    agenda.done(Job.CANCEL_CAMPAIGN, campaign_id)
    campaign.state = State.CANCELLED
    if not messages.progress(campaign_id).open:
        messages.release_rest(campaign_id)
        campaign.finished_at = campaign.finished_at or now()
    return False


def finish(campaign_id: int) -> None:
    """The last message came to its end: close the campaign."""
    agenda.done(Job.FINISH_CAMPAIGN, campaign_id)
    campaign = locked(campaign_id)
    if campaign.finished_at is not None or messages.progress(campaign_id).open:
        return
    if campaign.state in {State.SENDING, State.PAUSED}:
        campaign.state = State.FINISHED
    elif campaign.state != State.CANCELLED:
        return
    messages.release_rest(campaign_id)
    campaign.finished_at = now()
    webhooks.record("campaign.finished", campaign_id, {"state": campaign.state})
