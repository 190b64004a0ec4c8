"""The clock's look at the channels: who loses points, who gets them back."""

from __future__ import annotations

import structlog

from tenants import routing
from tenants.core import scopes
from tenants.core.scopes import Reason

log = structlog.get_logger()


def judge_channels() -> None:
    """Let points follow what became of messages."""
    with scopes.platform(Reason.SWEEPS):
        found = routing.drifting.judge()
    for change in found:
        reason = change.bad.reason if change.bad else "recovered"
        log.info("points.changed", channel=change.channel_id, before=change.before, after=change.after, reason=reason)


def tidy_health() -> None:
    """What was seen long ago."""
    with scopes.platform(Reason.SWEEPS):
        routing.drifting.tidy()
