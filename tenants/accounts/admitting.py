"""From trial to live and back: what staff decide about a business."""

from __future__ import annotations

from sqlalchemy import select, update

from tenants.accounts.models import Tenant
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound, WrongState
from tenants.core.states import Transitions

STATES: Transitions[str] = Transitions(
    {
        "spare": {"trial"},
        "trial": {"live", "suspended", "closed"},
        "live": {"suspended", "closed"},
        "suspended": {"live", "closed"},
    }
)


def current() -> Tenant:
    """The scope's business."""
    return db.session.get_one(Tenant, scopes.tenant_id())


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
    """Staff let a business go live, or say why not yet. Platform scope."""
    tenant = _locked(tenant_id)
    if approved:
        STATES.check(tenant.state, "live")
        tenant.state = "live"
    else:
        tenant.live_asked_at = None
    audit.record("business.go_live", actor_id=by, tenant_id=tenant_id, approved=approved, reason=reason)


def suspend(tenant_id: int, reason: str, by: int) -> None:
    """Nothing may be done by or for this business until it is reopened. Platform scope."""
    _move(tenant_id, "suspended", reason, by)


def reopen(tenant_id: int, reason: str, by: int) -> None:
    _move(tenant_id, "live", reason, by)


def _move(tenant_id: int, to: str, reason: str, by: int) -> None:
    tenant = _locked(tenant_id)
    STATES.check(tenant.state, to)
    tenant.state = to
    audit.record(f"business.{to}", actor_id=by, tenant_id=tenant_id, reason=reason)


def _locked(tenant_id: int) -> Tenant:
    query = select(Tenant).where(Tenant.id == tenant_id, Tenant.state != "spare").with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found
