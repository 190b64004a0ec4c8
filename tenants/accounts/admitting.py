"""From trial to live and back: what staff decide about a business, and what it says about itself."""

from __future__ import annotations

from zoneinfo import available_timezones

from sqlalchemy import Select, select, update

from tenants.accounts.models import Tenant
from tenants.accounts.signing_up import name_fault
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.core.states import Transitions

STATES: Transitions[str] = Transitions(
    {
        "spare": {"trial"},
        "trial": {"live", "suspended", "closed"},
        "live": {"suspended", "closed"},
        "suspended": {"trial", "live", "closed"},
    }
)


def stopped() -> Select[int]:
    """The businesses for which nothing may be sent, as a subquery for whoever hands out work. Platform scope."""
    return select(Tenant.id).where(Tenant.state.in_(("suspended", "closed")))


def current() -> Tenant:
    """The scope's business."""
    return db.session.get_one(Tenant, scopes.tenant_id(), populate_existing=True)


def amend(name: str, time_zone: str, *, by: int) -> None:
    """Change the business's own data. Its name is checked when it goes live, and stays after that. Tenant's scope."""
    business, name = current(), " ".join(name.split())
    if business.live_at is not None:
        name = business.name
    faults = {
        "name": name_fault(name, "business_missing"),
        "time_zone": "" if time_zone in available_timezones() else "time_zone_unknown",
    }
    if any(faults.values()):
        raise Invalid({field: code for field, code in faults.items() if code})
    db.session.execute(update(Tenant).where(Tenant.id == business.id).values(name=name, time_zone=time_zone))
    audit.record("business.amend", actor_id=by, name=name, time_zone=time_zone)


def ask_go_live(*, by: int) -> None:
    """The business asks to leave its trial; staff are shown it in their queue. The tenant's scope."""
    asked = db.session.scalar(
        update(Tenant)
        .where(Tenant.id == scopes.tenant_id(), Tenant.state == "trial", Tenant.live_asked_at.is_(None))
        .values(live_asked_at=now())
        .returning(Tenant.id)
    )
    if asked is None:
        raise WrongState(state=current().state)
    audit.record("business.ask_go_live", actor_id=by)


def decide_go_live(tenant_id: int, approved: bool, reason: str, by: int | None) -> None:
    """Staff let a business go live, or say why not yet. Decided the same way again: no change. Platform scope."""
    tenant = _locked(tenant_id)
    if not approved:
        tenant.live_asked_at = None
    elif tenant.state == "live":
        return
    elif tenant.state != "trial":
        raise WrongState(state=tenant.state)
    else:
        tenant.state, tenant.live_at = "live", now()
    audit.record("business.go_live", actor_id=by, tenant_id=tenant_id, approved=approved, reason=reason)


def suspend(tenant_id: int, reason: str, by: int) -> None:
    """Nothing may be done by or for this business until it is reopened. Platform scope."""
    _move(_locked(tenant_id), "suspended", reason, by)


def reopen(tenant_id: int, reason: str, by: int) -> None:
    """Back to where it was: live, or on trial. Platform scope."""
    tenant = _locked(tenant_id)
    if tenant.state != "suspended":
        raise WrongState(state=tenant.state)
    _move(tenant, "trial" if tenant.live_at is None else "live", reason, by)


def _move(tenant: Tenant, to: str, reason: str, by: int) -> None:
    STATES.check(tenant.state, to)
    audit.record(f"business.{to}", actor_id=by, tenant_id=tenant.id, before=tenant.state, reason=reason)
    tenant.state = to


def _locked(tenant_id: int) -> Tenant:
    query = select(Tenant).where(Tenant.id == tenant_id, Tenant.state != "spare").with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found
