"""Old news is forgotten once a day, in small transactions and within a bound of time; what is left waits a day."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from sqlalchemy import select

from tenants import ledger, webhooks
from tenants.accounts.models import Tenant
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import thinning

log = structlog.get_logger()

JOB_S = 240.0
LOTS_MAX = 20_000


def thin_out() -> None:
    """Everything that is kept for a time only."""
    stop_at = time.monotonic() + JOB_S
    with scopes.platform(Reason.SWEEPS):
        tenants = db.session.scalars(select(Tenant.id).where(Tenant.state != "spare")).all()
    gone = {"receipts": _receipts(stop_at)}
    gone["submissions"] = _lots(thinning.submissions, stop_at)
    gone["stripe_events"] = _lots(ledger.thin_events, stop_at)
    gone["events"] = sum(_lots(webhooks.thin, stop_at, tenant_id) for tenant_id in tenants)
    log.info("thinned", **gone)


def _receipts(stop_at: float) -> int:
    after: int | None = 0
    gone = 0
    while after is not None and time.monotonic() < stop_at:
        with scopes.platform(Reason.SWEEPS):
            after, lot = thinning.receipts(after)
        gone += lot
    return gone


def _lots(thin: Callable[[], int], stop_at: float, tenant_id: int | None = None) -> int:
    """Lot after lot, until one is empty."""
    gone = 0
    for _ in range(LOTS_MAX):
        if time.monotonic() > stop_at:
            break
        with scopes.tenant(tenant_id) if tenant_id is not None else scopes.platform(Reason.SWEEPS):
            lot = thin()
        if not lot:
            break
        gone += lot
    return gone
