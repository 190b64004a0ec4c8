"""Campaigns: drafted, checked, launched, planned, finished."""

from tenants.campaigns import preflight
from tenants.campaigns.drafting import Draft, copy, create, discard, get, save
from tenants.campaigns.finishing import cancel_some, finish
from tenants.campaigns.launching import cancel, decide, launch, pause, resume
from tenants.campaigns.listing import listed, running
from tenants.campaigns.models import Campaign
from tenants.campaigns.planning import plan_chunk, stop_short
from tenants.campaigns.states import State

__all__ = [
    "Campaign", "Draft", "State", "cancel", "cancel_some", "copy", "create", "decide", "discard", "finish", "get",
    "launch", "listed", "pause", "plan_chunk", "preflight", "resume", "running", "save", "stop_short",
]  # fmt: skip
