"""Campaigns: counted, planned, cancelled, finished. Each job is a loop of small transactions with a bound in time."""

from __future__ import annotations

import time
from contextlib import suppress

from tenants import campaigns
from tenants.campaigns import State, preflight
from tenants.core import crash, jobs, scopes
from tenants.core.errors import NotEnoughCredit, NotFound, QuotaReached
from tenants.core.jobs import Job

JOB_S = 20.0


def preflight_campaign(tenant_id: int, campaign_id: int) -> None:
    """Count and price everyone of a draft."""
    with scopes.tenant(tenant_id):
        preflight.run(campaign_id)


def plan_campaign(tenant_id: int, campaign_id: int) -> None:
    """Plan chunk after chunk, then let the run go."""
    stop_at = time.monotonic() + JOB_S
    more = True
    while more:
        if time.monotonic() > stop_at:
            jobs.ring(Job.PLAN_CAMPAIGN, tenant_id, campaign_id)
            return
        try:
            with scopes.tenant(tenant_id):
                more = campaigns.plan_chunk(campaign_id)
        except NotEnoughCredit as refusal:
            _stop_short(tenant_id, campaign_id, State.UNFUNDED, refusal.code)
            return
        except QuotaReached as refusal:
            _stop_short(tenant_id, campaign_id, State.LIMITED, refusal.code)
            return
        crash.point("after_plan_chunk")


def _stop_short(tenant_id: int, campaign_id: int, state: State, reason: str) -> None:
    with scopes.tenant(tenant_id):
        campaigns.stop_short(campaign_id, state, reason)


def cancel_campaign(tenant_id: int, campaign_id: int) -> None:
    """Cancel batch after batch of what has not left."""
    stop_at = time.monotonic() + JOB_S
    more = True
    while more:
        if time.monotonic() > stop_at:
            jobs.ring(Job.CANCEL_CAMPAIGN, tenant_id, campaign_id)
            return
        with scopes.tenant(tenant_id):
            more = campaigns.cancel_some(campaign_id)


def finish_campaign(tenant_id: int, campaign_id: int) -> None:
    """Close a campaign whose last message came to its end; one that is gone needs no closing."""
    with scopes.tenant(tenant_id), suppress(NotFound):
        campaigns.finish(campaign_id)
