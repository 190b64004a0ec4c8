"""Receipts: matched, then settled tenant by tenant, set by set."""

from __future__ import annotations

import time

from sqlalchemy import select

from tenants import messages
from tenants.accounts.models import Tenant
from tenants.core import crash, jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from workers.jobs import stopping

JOB_S = 10.0
SETS_MAX = 100
# A set costs nearly the same whatever its size: while receipts keep coming, let them gather for this long.
GATHER_S = 0.2

_settled_at = 0.0


def settle_receipts() -> None:
    """Match what is new and settle what is matched; ring again when time ran out first."""
    global _settled_at
    time.sleep(max(0.0, min(GATHER_S, _settled_at + GATHER_S - time.monotonic())))
    _settle_all(time.monotonic() + JOB_S)
    _settled_at = time.monotonic()


def _settle_all(stop_at: float) -> None:
    looked = None
    while looked is None or looked.number == messages.SET_MAX:
        with scopes.platform(Reason.RECEIPTS):
            looked = messages.match_new(looked and looked.end)
            waiting = messages.tenants_waiting()
        for tenant_id in waiting:
            after = 0
            for _ in range(SETS_MAX):
                if time.monotonic() > stop_at or stopping.asked():
                    jobs.ring(Job.SETTLE_RECEIPTS)
                    return
                with scopes.tenant(tenant_id):
                    basis = db.session.scalars(select(Tenant.basis).where(Tenant.id == tenant_id)).one()
                    settled = messages.settle(basis, after)
                crash.point("after_settle")
                if settled.number < messages.SET_MAX:
                    break
                after = settled.end
