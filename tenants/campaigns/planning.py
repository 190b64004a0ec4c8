"""Planning, chunk by chunk: people minus opt-outs, blocks and where the text is not filed, parts, price, one hold, held
batches. A chunk is one transaction, so a planner that dies has done a chunk wholly or not at all. When the last chunk
is in, the run is let go.
"""

from __future__ import annotations

from collections import Counter

from tenants import contacts, ledger, messages, quotas
from tenants.accounts.vaults import vault
from tenants.campaigns import ways
from tenants.campaigns.drafting import locked
from tenants.campaigns.models import Campaign
from tenants.campaigns.states import State
from tenants.campaigns.weighing import spec_of, weigh
from tenants.core import agenda, crash, scopes
from tenants.core.clock import now
from tenants.core.jobs import Job, Lane
from tenants.message_templates.kinds import RULES, Kind
from tenants.messages import Planned

CHUNK = 50_000


def plan_chunk(campaign_id: int) -> bool:
    """Plan the next chunk; True while there may be more. NotEnoughCredit and QuotaReached leave nothing of it."""
    campaign = locked(campaign_id)
    if campaign.state in {State.QUEUED, State.SCHEDULED}:
        campaign.state = State.PLANNING
    if campaign.state != State.PLANNING:
        agenda.done(Job.PLAN_CAMPAIGN, campaign_id)
        return False
    people = contacts.audience(campaign.audience, campaign.planned_through, CHUNK)
    if not people:
        _let_go(campaign)
        return False
    spec, keys = spec_of(campaign), vault()
    planned, skipped = weigh(people, spec, keys, ways.closed(campaign, spec))
    if planned:
        hold_id = _hold(campaign, planned)
        campaign.batches_n = messages.fill(
            campaign_id, planned, first_batch=campaign.batches_n, lane=str(Lane.BULK), kind=spec.kind,
            product=spec.template.product, hold_id=hold_id,
            valid_until=messages.lifetime(RULES[Kind(spec.kind)].validity_s), vault=keys,
        )  # fmt: skip
    crash.point("during_plan")
    campaign.skipped = dict(Counter(campaign.skipped) + skipped)
    campaign.planned_through = people[-1].row_id
    campaign.chunks_n += 1
    return True


def _hold(campaign: Campaign, planned: list[Planned]) -> int:
    parts = sum(each.segments for each in planned)
    cost_micro = sum(each.most_micro for each in planned)
    quotas.take(parts)
    tenant_id = scopes.tenant_id()
    return ledger.hold(
        f"plan:{tenant_id}:{campaign.id}:{campaign.chunks_n}", tenant_id, cost_micro, ref=("campaign", campaign.id)
    )


def _let_go(campaign: Campaign) -> None:
    agenda.done(Job.PLAN_CAMPAIGN, campaign.id)
    if messages.progress(campaign.id).total:
        campaign.state = State.SENDING
        messages.let_go(campaign.id)
    else:
        campaign.state, campaign.finished_at = State.FINISHED, now()


def stop_short(campaign_id: int, state: State, reason: str) -> None:
    """Planning cannot go on for want of money or because of a limit: nothing is sent, everything may be resumed."""
    campaign = locked(campaign_id)
    agenda.done(Job.PLAN_CAMPAIGN, campaign_id)
    if campaign.state == State.QUEUED:
        campaign.state = State.PLANNING
    campaign.state, campaign.reason = state, reason
