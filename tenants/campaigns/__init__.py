"""Campaigns: drafted, checked, launched, planned, finished."""

from tenants.campaigns import preflight
from tenants.campaigns.drafting import Draft, copy, create, discard, get, locked, save
from tenants.campaigns.estimating import Estimate, estimate, faults
from tenants.campaigns.finishing import cancel_some, finish
from tenants.campaigns.launching import cancel, decide, launch, pause, resume
from tenants.campaigns.listing import begun, begun_at, counted, listed, names, running, uses_import
from tenants.campaigns.models import Campaign
from tenants.campaigns.planning import plan_chunk, stop_short
from tenants.campaigns.reopening import UNDOERS, rendered
from tenants.campaigns.states import State

__all__ = [
    "UNDOERS", "Campaign", "Draft", "Estimate", "State", "begun", "begun_at", "cancel", "cancel_some", "copy",
    "counted", "create", "decide", "discard", "estimate", "faults", "finish", "get", "launch", "listed", "locked",
    "names", "pause", "plan_chunk", "preflight", "rendered", "resume", "running", "save", "stop_short", "uses_import",
]  # fmt: skip
