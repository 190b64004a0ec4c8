"""Who belongs to a business: listed, given another role, removed; a business always keeps an owner.

Members are read in the business's own scope and changed in the platform's, where sessions and other businesses lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts.models import Identity, Member, Tenant, WebSession
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.core.scopes import Reason

ROLES = ("owner", "member")


@dataclass(frozen=True)
class Shown:
    """A person of a business."""

    id: int
    name: str
    email: str
    role: str
    joined_at: datetime


@dataclass(frozen=True)
class Home:
    """A business somebody belongs to."""

    tenant_id: int
    name: str
    role: str


def people() -> list[Shown]:
    """The people of the scope's business, owners first."""
    rows = db.session.execute(
        select(Identity.id, Identity.name, Identity.email, Member.role, Member.created_at)
        .join(Member, Member.identity_id == Identity.id)
        .order_by(Member.role.desc(), Member.created_at, Identity.id)
    )
    return [Shown(*row) for row in rows]


def homes(identity_id: int) -> list[Home]:
    """The businesses a person belongs to, the first they joined first."""
    with scopes.platform(Reason.MEMBERS):
        rows = db.session.execute(
            select(Tenant.id, Tenant.name, Member.role)
            .join(Member, Member.tenant_id == Tenant.id)
            .where(Member.identity_id == identity_id)
            .order_by(Member.created_at, Tenant.id)
        )
        return [Home(*row) for row in rows]


def enter(tenant_id: int, *, identity_id: int, session_id: int) -> None:
    """From now on this session works in another business of the person's."""
    with scopes.platform(Reason.MEMBERS):
        _role(tenant_id, identity_id)
        mine = (WebSession.id == session_id, WebSession.identity_id == identity_id)
        db.session.execute(update(WebSession).where(*mine).values(tenant_id=tenant_id))
        audit.record("member.enter", actor_id=identity_id, tenant_id=tenant_id)


def change_role(identity_id: int, role: str, *, by: int) -> None:
    """Make a person of the scope's business an owner or a member. WrongState: it would be left without an owner."""
    if role not in ROLES:
        raise Invalid({"role": "role_unknown"})
    tenant_id = scopes.tenant_id()
    with scopes.platform(Reason.MEMBERS):
        _keeps_an_owner(tenant_id, identity_id, stays=role == "owner")
        place = (Member.tenant_id == tenant_id, Member.identity_id == identity_id)
        db.session.execute(update(Member).where(*place).values(role=role))
        audit.record("member.role", actor_id=by, object=str(identity_id), tenant_id=tenant_id, role=role)


def remove(identity_id: int, *, by: int) -> None:
    """Somebody leaves the scope's business, or is made to: their sessions there end at once. WrongState as above."""
    tenant_id = scopes.tenant_id()
    with scopes.platform(Reason.MEMBERS):
        _keeps_an_owner(tenant_id, identity_id, stays=False)
        for model in (WebSession, Member):
            db.session.execute(delete(model).where(model.tenant_id == tenant_id, model.identity_id == identity_id))
        act = "member.leave" if by == identity_id else "member.remove"
        audit.record(act, actor_id=by, object=str(identity_id), tenant_id=tenant_id)


def join(tenant_id: int, identity_id: int, role: str) -> None:
    """Make somebody a person of a business; who is one already keeps their role. Platform scope."""
    place = {"tenant_id": tenant_id, "identity_id": identity_id, "role": role, "created_at": now()}
    db.session.execute(insert(Member).values(place).on_conflict_do_nothing())
    audit.record("member.join", actor_id=identity_id, tenant_id=tenant_id, role=role)


def _keeps_an_owner(tenant_id: int, identity_id: int, *, stays: bool) -> None:
    """WrongState when a business would be left without an owner; two who leave at once wait for each other."""
    db.session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update())
    if _role(tenant_id, identity_id) != "owner" or stays:
        return
    owners = select(func.count()).where(Member.tenant_id == tenant_id, Member.role == "owner")
    if db.session.scalars(owners).one() == 1:
        raise WrongState("last_owner")


def _role(tenant_id: int, identity_id: int) -> str:
    place = (Member.tenant_id == tenant_id, Member.identity_id == identity_id)
    role = db.session.scalar(select(Member.role).where(*place))
    if role is None:
        raise NotFound
    return role
