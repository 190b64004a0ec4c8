"""Signing in: a session lives in PostgreSQL, the browser holds a token of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from tenants.accounts import devices as remembering
from tenants.accounts import passwords, throttling
from tenants.accounts.models import Identity, WebSession
from tenants.accounts.people import LOCALES, home_of, normal_email
from tenants.accounts.sessions import LASTS
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotAllowed
from tenants.core.scopes import Reason


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token goes into the cookie and nowhere else."""

    token: str
    identity_id: int
    is_staff: bool
    devices: Sequence[str]


def sign_in(
    email: str, password: str, *, ip: str, user_agent: str, locale: str = "", devices: Sequence[str] = ()
) -> SignedIn:
    """A session for who knows the password; `locale` is the language mails use from now on.

    `devices` is what the browser holds (devices.py): one this person signed in on before has tries of its own.
    Invalid (`sign_in_wrong`) never says which half was wrong. TooMany: tried too often for this account or from this
    place. NotAllowed (`address_unproven`), said only to who knows the password: the link in the mail comes first.
    """
    address = normal_email(email)
    throttling.count(throttling.bucket("sign-in-from", throttling.place(ip)), throttling.SIGN_IN_ADDRESS)
    known = _at_the_door(address)
    device = remembering.known(devices, known.identity_id if known else 0, known.password_hash if known else "")
    tries = throttling.bucket("sign-in", f"{address}|{device}" if device else address)
    throttling.count(tries, throttling.SIGN_IN_ACCOUNT)
    # No transaction is open while the hash takes its time.
    if not passwords.matches(password, known.password_hash if known else "") or known is None:
        _refused(known.identity_id if known else None, ip)
        raise Invalid({"password": "sign_in_wrong"})
    if known.verified_at is None:
        raise NotAllowed("address_unproven")
    changes = {"locale": locale} if locale in LOCALES else {}
    if passwords.outdated(known.password_hash):
        changes["password_hash"] = passwords.hashed(password)
    with scopes.platform(Reason.SIGN_IN):
        if changes:
            db.session.execute(update(Identity).where(Identity.id == known.identity_id).values(changes))
        throttling.forgive(tries, throttling.SIGN_IN_ACCOUNT)
        tenant_id = home_of(known.identity_id)
        token = open_session(known.identity_id, tenant_id, ip=ip, user_agent=user_agent)
        audit.record("session.open", actor_id=known.identity_id, ip=ip, tenant_id=tenant_id)
    stored = changes.get("password_hash", known.password_hash)
    kept = remembering.remembered(devices, known.identity_id, stored, device)
    return SignedIn(token, known.identity_id, known.is_staff, kept)


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


def _at_the_door(address: str) -> Any:
    """What the door tells about an address: identity_id, password_hash, verified_at, is_staff; or None."""
    columns = ("identity_id", "password_hash", "verified_at", "is_staff")
    found = func.shared.door_identity(address).table_valued(*columns)
    with scopes.door():
        return db.session.execute(select(*[found.c[name] for name in columns])).first()


def _refused(identity_id: int | None, ip: str) -> None:
    """Written down for unknown addresses too, so that both take the same time."""
    with scopes.platform(Reason.SIGN_IN):
        tenant_id = home_of(identity_id)
        audit.record("session.refused", actor_id=identity_id, ip=ip, tenant_id=tenant_id)
