"""A new password: by who knows the old one, or by a link from a mail."""

from __future__ import annotations

from tenants.accounts import passwords, throttling
from tenants.accounts.links import use_token, void_links
from tenants.accounts.models import Identity
from tenants.accounts.people import home_of
from tenants.accounts.sessions import sign_out_everywhere
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.scopes import Reason


def change_password(identity_id: int, old: str, new: str, *, keep: int, ip: str = "") -> None:
    """A new password for who knows the old one; every session but `keep` ends."""
    throttling.count(f"change-password:{identity_id}", throttling.SIGN_IN_ACCOUNT)
    with scopes.platform(Reason.SIGN_IN):
        identity = db.session.get_one(Identity, identity_id)
        if not passwords.matches(old, identity.password_hash):
            raise Invalid({"old": "password_wrong"})
        _set(identity, new, "password.change", ip)
    sign_out_everywhere(identity_id, but=keep, ip=ip)


def reset_password(token: str, new: str, *, ip: str = "") -> None:
    """A new password by a link from a mail; every session ends. NotFound when the link is over."""
    with scopes.platform(Reason.SIGN_IN):
        identity = db.session.get_one(Identity, use_token(token, "reset"))
        # The link came by mail, so the address is proven as well.
        identity.verified_at = identity.verified_at or now()
        _set(identity, new, "password.reset", ip)
        throttling.forgive(throttling.bucket("sign-in", identity.email), throttling.SIGN_IN_ACCOUNT)
    sign_out_everywhere(identity.id, ip=ip)


def _set(identity: Identity, new: str, act: str, ip: str) -> None:
    """Store it, when it is a good one."""
    if code := passwords.fault(new, email=identity.email):
        raise Invalid({"new": code})
    identity.password_hash = passwords.hashed(new)
    void_links(identity.id, "reset")
    audit.record(act, actor_id=identity.id, ip=ip, tenant_id=home_of(identity.id))
