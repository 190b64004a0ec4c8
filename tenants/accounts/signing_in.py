"""Signing in and out: sessions live in PostgreSQL, the browser holds a token of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from tenants.accounts import passwords, throttling
from tenants.accounts.models import Identity, Member, Tenant, WebSession
from tenants.accounts.signing_up import normal_email, use_token
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.scopes import Reason

LASTS = timedelta(hours=12)
# `seen_at` moves at most this often, so that reading pages does not write.
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token goes into the cookie and nowhere else."""

    token: str
    identity_id: int
    is_staff: bool
    verified: bool


def sign_in(email: str, password: str, *, ip: str, user_agent: str) -> SignedIn:
    """A session for who knows the password. Invalid (`sign_in_wrong`) never says which half was wrong; TooMany when
    it was tried too often for this account or from this address."""
    address = normal_email(email)
    throttling.count(f"sign-in:ip:{ip}", throttling.SIGN_IN_ADDRESS)
    account = "sign-in:" + hashlib.sha256(address.encode()).hexdigest()[:32]
    throttling.count(account, throttling.SIGN_IN_ACCOUNT)
    with scopes.platform(Reason.SIGN_IN):
        identity = db.session.scalars(select(Identity).where(Identity.email == address)).one_or_none()
        if not passwords.matches(password, identity.password_hash if identity else "") or identity is None:
            if identity is not None:
                audit.record("session.refused", actor_id=identity.id, ip=ip)
                db.session.commit()
            raise Invalid({"password": "sign_in_wrong"})
        if passwords.outdated(identity.password_hash):
            identity.password_hash = passwords.hashed(password)
        throttling.forgive(account, throttling.SIGN_IN_ACCOUNT)
        tenant_id = _home(identity.id)
        token = open_session(identity.id, tenant_id, ip=ip, user_agent=user_agent)
        audit.record("session.open", actor_id=identity.id, ip=ip, tenant_id=tenant_id)
        return SignedIn(token, identity.id, identity.is_staff, identity.verified_at is not None)


def open_session(identity_id: int, tenant_id: int | None, *, ip: str = "", user_agent: str = "") -> str:
    """A new session and its token. Platform scope."""
    token, at = secrets.token_urlsafe(32), now()
    db.session.execute(
        insert(WebSession).values(
            token_hash=hashlib.sha256(token.encode()).hexdigest(), identity_id=identity_id, tenant_id=tenant_id,
            ip=ip, user_agent=user_agent[:300], created_at=at, seen_at=at, ends_at=at + LASTS,
        )
    )  # fmt: skip
    return token


def _home(identity_id: int) -> int | None:
    """The business a person lands in: the first they joined."""
    return db.session.scalar(
        select(Member.tenant_id)
        .join(Tenant, Tenant.id == Member.tenant_id)
        .where(Member.identity_id == identity_id)
        .order_by(Member.created_at)
        .limit(1)
    )


def touch(session_id: int) -> None:
    """Note that a session is alive."""
    with scopes.platform(Reason.SIGN_IN):
        db.session.execute(update(WebSession).where(WebSession.id == session_id).values(seen_at=now()))


def sign_out(session_id: int, *, by: int, ip: str = "") -> None:
    """End one session."""
    with scopes.platform(Reason.SIGN_IN):
        db.session.execute(delete(WebSession).where(WebSession.id == session_id, WebSession.identity_id == by))
        audit.record("session.close", actor_id=by, ip=ip)


def sign_out_everywhere(identity_id: int, *, but: int | None = None, ip: str = "") -> None:
    """End every session of a person, but for one."""
    with scopes.platform(Reason.SIGN_IN):
        query = delete(WebSession).where(WebSession.identity_id == identity_id)
        db.session.execute(query if but is None else query.where(WebSession.id != but))
        audit.record("session.close_all", actor_id=identity_id, ip=ip)


def sessions_of(identity_id: int) -> list[WebSession]:
    """A person's living sessions, the newest first."""
    with scopes.platform(Reason.SIGN_IN):
        query = select(WebSession).where(WebSession.identity_id == identity_id, WebSession.ends_at > now())
        return list(db.session.scalars(query.order_by(WebSession.seen_at.desc())))


def change_password(identity_id: int, old: str, new: str, *, keep: int) -> None:
    """A new password for who knows the old one; every other session ends."""
    throttling.count(f"change-password:{identity_id}", throttling.SIGN_IN_ACCOUNT)
    with scopes.platform(Reason.SIGN_IN):
        identity = db.session.get_one(Identity, identity_id)
        if not passwords.matches(old, identity.password_hash):
            raise Invalid({"old": "password_wrong"})
        if code := passwords.fault(new, email=identity.email):
            raise Invalid({"new": code})
        identity.password_hash = passwords.hashed(new)
        audit.record("password.change", actor_id=identity_id)
    sign_out_everywhere(identity_id, but=keep)


def reset_password(token: str, new: str) -> None:
    """A new password by a link from a mail; every session ends. NotFound when the link is over."""
    if code := passwords.fault(new):
        raise Invalid({"new": code})
    with scopes.platform(Reason.SIGN_IN):
        identity = db.session.get_one(Identity, use_token(token, "reset"))
        identity.password_hash = passwords.hashed(new)
        # The link came by mail, so the address is proven as well.
        identity.verified_at = identity.verified_at or now()
        audit.record("password.reset", actor_id=identity.id)
    sign_out_everywhere(identity.id)
