"""Sign-up of a business: the person, a spare tenant, the proof of the address. All in the platform's scope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts import passwords
from tenants.accounts.links import use_token
from tenants.accounts.models import Identity, Member, Tenant
from tenants.accounts.people import LOCALES, Person, home_of, normal_email
from tenants.core import audit, jobs
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, WrongState
from tenants.core.jobs import Job

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


def checked(form: SignUp) -> SignUp:
    """The form, cleaned; Invalid names each field that is wrong."""
    clean = SignUp(
        " ".join(form.business.split()), " ".join(form.person.split()), normal_email(form.email), form.password,
        form.time_zone, form.locale if form.locale in LOCALES else LOCALES[0],
    )  # fmt: skip
    faults = {
        "business": name_fault(clean.business, "business_missing"),
        "person": name_fault(clean.person, "person_missing"),
        "email": email_fault(clean.email),
        "password": passwords.fault(clean.password, email=clean.email),
        "time_zone": "" if clean.time_zone in available_timezones() else "time_zone_unknown",
    }
    if any(faults.values()):
        raise Invalid({field: code for field, code in faults.items() if code})
    return clean


def sign_up(form: SignUp) -> Person | None:
    """Make the person and their business; None when the address has an account already (nothing is changed).

    WrongState (`no_spare`) when no spare tenant is ready: the chore that makes them has been rung for.
    """
    # Hashed first and always, so that the time tells nobody who has an account.
    stored = passwords.hashed(form.password)
    row = {"email": form.email, "name": form.person, "password_hash": stored, "locale": form.locale, "is_staff": False}
    added = insert(Identity).values(**row, created_at=now()).on_conflict_do_nothing(index_elements=[Identity.email])
    identity_id = db.session.scalar(added.returning(Identity.id))
    if identity_id is None:
        return None
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


def verify(token: str) -> Person:
    """The person behind a verification link, whose address is proven by it."""
    identity = db.session.get_one(Identity, use_token(token, "verify"))
    identity.verified_at = identity.verified_at or now()
    audit.record("identity.verified", actor_id=identity.id, tenant_id=home_of(identity.id))
    return Person(identity.id, identity.email, identity.name, identity.locale)


def email_fault(email: str) -> str:
    """The code of what is wrong with a normalised address; empty when nothing is."""
    return "" if _EMAIL.fullmatch(email) and len(email) <= EMAIL_MAX else "email_bad"


def name_fault(name: str, missing: str) -> str:
    """The code of what is wrong with a name; empty when nothing is."""
    return missing if not name else "name_long" if len(name) > NAME_MAX else ""
