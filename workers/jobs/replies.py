"""Replies: each brought to the business that wrote last, then kept there and obeyed."""

from __future__ import annotations

from collections.abc import Sequence

from tenants.core import jobs, scopes
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.messages import inbound

SETS_MAX = 20


def route_replies() -> None:
    """One set of new replies, and whatever an earlier job matched and did not keep."""
    with scopes.platform(Reason.RECEIPTS):
        found = inbound.waiting()
        asked = inbound.candidates(found) if found else []
    written = _written(found, asked)
    with scopes.platform(Reason.RECEIPTS):
        inbound.assign(found, written)
        owners = inbound.matched()
    for tenant_id in owners:
        for _ in range(SETS_MAX):
            with scopes.tenant(tenant_id):
                kept = inbound.settle()
            if kept < inbound.SET_MAX:
                break
    if len(found) == inbound.SET_MAX:
        jobs.ring(Job.ROUTE_REPLIES)


def _written(found: Sequence[inbound.Waiting], asked: Sequence[int]) -> dict[int, inbound.Written]:
    """For each reply what was last written to its number, of all businesses."""
    best: dict[int, inbound.Written] = {}
    for tenant_id in asked:
        with scopes.tenant(tenant_id):
            own = inbound.last_written(found)
        best |= {id: each for id, each in own.items() if id not in best or best[id].rank < each.rank}
    return best


def tidy_replies() -> None:
    """Forget old ones; the clock calls this."""
    with scopes.platform(Reason.SWEEPS):
        inbound.tidy()
