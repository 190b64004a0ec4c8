"""Sign-up of a business: the person, a spare tenant, the mail that proves the address. All in the platform's scope."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import available_timezones

from sqlalchemy import insert, select, update

from tenants.accounts import passwords
from tenants.accounts.models import Identity, MailToken, Member, Tenant
from tenants.core import audit, jobs
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.core.jobs import Job

VERIFY_FOR = timedelta(hours=24)
RESET_FOR = timedelta(hours=1)
NAME_MAX, EMAIL_MAX = 60, 254
_EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:.]+(\.[^@\s<>\"',;:.]+)+", re.ASCII)


@dataclass(frozen=True)
class SignUp:
    """What the form asks for."""

    business: str
    person: str
    email: str
    password: str
    time_zone: str = "Asia/Shanghai"
    locale: str = "zh"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, as mails address them."""

    id: int
    email: str
    name: str
    locale: str


def normal_email(text: str) -> str:
    return text.strip().lower()


def checked(form: SignUp) -> SignUp:
    """The form, cleaned; Invalid names each field that is wrong."""
    clean = SignUp(
        " ".join(form.business.split()), " ".join(form.person.split()), normal_email(form.email), form.password,
        form.time_zone, form.locale if form.locale in {"zh", "en"} else "zh",
    )  # fmt: skip
    wrong: dict[str, str] = {}
    for field in ("business", "person"):
        value = getattr(clean, field)
        if not value or len(value) > NAME_MAX:
            wrong[field] = f"{field}_missing" if not value else "name_long"
    if not _EMAIL.fullmatch(clean.email) or len(clean.email) > EMAIL_MAX:
        wrong["email"] = "email_bad"
    if code := passwords.fault(clean.password, email=clean.email):
        wrong["password"] = code
    if clean.time_zone not in available_timezones():
        wrong["time_zone"] = "time_zone_unknown"
    if wrong:
        raise Invalid(wrong)
    return clean


def sign_up(form: SignUp) -> Person | None:
    """Make the person and their business; None when the address has an account already (nothing is changed).

    WrongState (`no_spare`) when no spare tenant is ready: the chore that makes them has been rung for.
    """
    if db.session.scalar(select(Identity.id).where(Identity.email == form.email)) is not None:
        # As long as for a new one, so that the time tells nobody who has an account.
        passwords.hashed(form.password)
        return None
    identity_id = db.session.scalars(
        insert(Identity)
        .values(
            email=form.email, name=form.person, password_hash=passwords.hashed(form.password), locale=form.locale,
            is_staff=False, created_at=now(),
        )
        .returning(Identity.id)
    ).one()  # fmt: skip
    tenant_id = open_tenant(form.business, form.time_zone)
    db.session.execute(
        insert(Member).values(tenant_id=tenant_id, identity_id=identity_id, role="owner", created_at=now())
    )
    audit.record("business.sign_up", actor_id=identity_id, tenant_id=tenant_id)
    return Person(identity_id, form.email, form.person, form.locale)


def open_tenant(name: str, time_zone: str) -> int:
    """Take a spare tenant for a new business, on trial; its id."""
    spare = (
        select(Tenant.id).where(Tenant.state == "spare").order_by(Tenant.id).limit(1).with_for_update(skip_locked=True)
    )
    tenant_id = db.session.scalar(
        update(Tenant)
        .where(Tenant.id == spare.scalar_subquery())
        .values(state="trial", name=name, time_zone=time_zone, opened_at=now())
        .returning(Tenant.id)
    )
    if tenant_id is None:
        jobs.ring(Job.MAKE_SPARES)
        raise WrongState("no_spare")
    jobs.after_commit(Job.MAKE_SPARES)
    return int(tenant_id)


def token_for(identity_id: int, purpose: str) -> str:
    """A fresh link token for a mail; purpose: verify or reset."""
    token = secrets.token_urlsafe(32)
    lasts = VERIFY_FOR if purpose == "verify" else RESET_FOR
    db.session.execute(
        insert(MailToken).values(
            token_hash=_hash(token), identity_id=identity_id, purpose=purpose, ends_at=now() + lasts
        )
    )
    return token


def use_token(token: str, purpose: str) -> int:
    """Use a link once; the identity. NotFound when it is unknown, used or over."""
    identity_id = db.session.scalar(
        update(MailToken)
        .where(
            MailToken.token_hash == _hash(token), MailToken.purpose == purpose, MailToken.used_at.is_(None),
            MailToken.ends_at > now(),
        )
        .values(used_at=now())
        .returning(MailToken.identity_id)
    )  # fmt: skip
    if identity_id is None:
        raise NotFound("link_over")
    return int(identity_id)


def verify(token: str) -> Person:
    """The person behind a verification link, whose address is proven by it."""
    identity_id = use_token(token, "verify")
    identity = db.session.get_one(Identity, identity_id)
    identity.verified_at = identity.verified_at or now()
    audit.record("identity.verified", actor_id=identity_id)
    return Person(identity.id, identity.email, identity.name, identity.locale)


def person_by_email(email: str) -> Person | None:
    row = db.session.scalars(select(Identity).where(Identity.email == normal_email(email))).one_or_none()
    return Person(row.id, row.email, row.name, row.locale) if row else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
