"""Invitations by mail: a link that is good for a week and for one use, until it is sent again or taken back.

The link proves the address. Who has an account accepts it signed in; who has none makes one with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts import members, passwords
from tenants.accounts.links import hashed
from tenants.accounts.models import Identity, Invitation, Member, Tenant
from tenants.accounts.people import LOCALES, normal_email
from tenants.accounts.signing_in import open_session
from tenants.accounts.signing_up import email_fault, name_fault
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotAllowed, NotFound, QuotaReached
from tenants.core.scopes import Reason

LASTS = timedelta(days=7)
OPEN_MAX = 50


@dataclass(frozen=True)
class Offer:
    """What an invitation says to who opens its link. `identity_id` is there when the address has a proven account."""

    id: int
    tenant_id: int
    business: str
    email: str
    role: str
    ends_at: datetime
    identity_id: int | None


def waiting() -> Sequence[Invitation]:
    """The scope's business's open invitations, those that are over included, the newest first."""
    query = select(Invitation).where(Invitation.state == "sent").order_by(Invitation.id.desc()).limit(OPEN_MAX)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def invite(email: str, role: str, *, by: int) -> str:
    """Ask somebody to join the scope's business; the token for the mail. Asked before: the link before is void."""
    email = normal_email(email)
    faults = {"email": email_fault(email), "role": "" if role in members.ROLES else "role_unknown"}
    known = select(Identity.id).where(Identity.email == email)
    if not faults["email"] and db.session.scalar(select(Member.identity_id).where(Member.identity_id.in_(known))):
        faults["email"] = "member_already"
    if any(faults.values()):
        raise Invalid({field: code for field, code in faults.items() if code})
    if len(waiting()) >= OPEN_MAX:
        raise QuotaReached("invitations_many", limit=OPEN_MAX)
    token, at = token_urlsafe(32), now()
    again = {"role": role, "token_hash": hashed(token), "sent_at": at, "ends_at": at + LASTS, "invited_by": by}
    row = {"tenant_id": scopes.tenant_id(), "email": email, "created_at": at} | again
    db.session.execute(
        insert(Invitation)
        .values(row)
        .on_conflict_do_update(
            index_elements=["tenant_id", "email"], index_where=Invitation.state == "sent", set_=again
        )
    )
    audit.record("member.invite", actor_id=by, role=role)
    return token


def send_again(id: int, *, by: int) -> tuple[str, str]:
    """A fresh link for an open invitation, good for a week; the address and the token. The tenant's scope."""
    token, at = token_urlsafe(32), now()
    email = db.session.scalar(
        update(Invitation)
        .where(Invitation.id == id, Invitation.state == "sent")
        .values(token_hash=hashed(token), sent_at=at, ends_at=at + LASTS)
        .returning(Invitation.email)
    )
    if email is None:
        raise NotFound
    audit.record("member.invite_again", actor_id=by)
    return email, token


def revoke(id: int, *, by: int) -> None:
    """Its link is worth nothing from now on. The tenant's scope."""
    gone = update(Invitation).where(Invitation.id == id, Invitation.state == "sent").values(state="revoked")
    if db.session.scalar(gone.returning(Invitation.id)) is None:
        raise NotFound
    audit.record("member.revoke", actor_id=by)


def offer(token: str) -> Offer:
    """What a link offers; NotFound (`link_over`) when it is over, used, taken back or never was."""
    with scopes.platform(Reason.MEMBERS):
        return _offer(token)


def accept(token: str, *, identity_id: int, session_id: int) -> None:
    """Somebody with an account joins: their session goes on in the business. NotAllowed: it is not theirs to accept."""
    with scopes.platform(Reason.MEMBERS):
        found = _offer(token, lock=True)
        if found.identity_id != identity_id:
            raise NotAllowed("invitation_not_yours")
        _join(found, identity_id)
    members.enter(found.tenant_id, identity_id=identity_id, session_id=session_id)


def accept_anew(token: str, name: str, password: str, *, locale: str, ip: str, user_agent: str) -> str:
    """Somebody without an account makes one and joins; the token of their first session."""
    stored = passwords.hashed(password)  # made first: no transaction waits for it
    with scopes.platform(Reason.MEMBERS):
        found, name = _offer(token, lock=True), " ".join(name.split())
        if found.identity_id is not None:
            raise NotAllowed("invitation_not_yours")
        faults = {"name": name_fault(name, "person_missing"), "password": passwords.fault(password, email=found.email)}
        if any(faults.values()):
            raise Invalid({field: code for field, code in faults.items() if code})
        identity_id = _identity(found.email, name, stored, locale)
        _join(found, identity_id)
        return open_session(identity_id, found.tenant_id, ip=ip, user_agent=user_agent)


def _identity(email: str, name: str, stored: str, locale: str) -> int:
    """An account whose address is proven. One that nobody ever proved was made by who knows whom: it is taken over."""
    values = {"name": name, "password_hash": stored, "verified_at": now()}
    values |= {"locale": locale if locale in LOCALES else LOCALES[0]}
    row = {"email": email, "is_staff": False, "created_at": now()} | values
    put = insert(Identity).values(row).on_conflict_do_update(index_elements=[Identity.email], set_=values)
    return db.session.scalars(put.returning(Identity.id)).one()


def _join(found: Offer, identity_id: int) -> None:
    if db.session.scalar(select(Identity.is_staff).where(Identity.id == identity_id)):
        raise NotAllowed("staff_joins_nothing")
    members.join(found.tenant_id, identity_id, found.role)
    db.session.execute(update(Invitation).where(Invitation.id == found.id).values(state="accepted"))


def _offer(token: str, *, lock: bool = False) -> Offer:
    alive = (Invitation.token_hash == hashed(token), Invitation.state == "sent", Invitation.ends_at > func.now())
    query = select(Invitation, Tenant.name).join(Tenant, Tenant.id == Invitation.tenant_id).where(*alive)
    row = db.session.execute(query.with_for_update(of=Invitation) if lock else query).first()
    if row is None:
        raise NotFound("link_over")
    invitation, business = row
    proven = select(Identity.id).where(Identity.email == invitation.email, Identity.verified_at.is_not(None))
    return Offer(
        invitation.id, invitation.tenant_id, business, invitation.email, invitation.role, invitation.ends_at,
        db.session.scalar(proven),
    )  # fmt: skip
