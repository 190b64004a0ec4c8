"""Our own people. The first is made from the command line: before there is one, nobody could sign in to make it."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts import passwords
from tenants.accounts.models import Identity
from tenants.accounts.people import LOCALES, Person, normal_email, person_by_email
from tenants.accounts.signing_up import email_fault, name_fault
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound


def add_staff(email: str, name: str, password: str = "", *, locale: str = LOCALES[0]) -> Person:
    """Make a person one of ours, with an account if they have none; Invalid names what is wrong. Platform scope.

    Without a password they can sign in once they have chosen one by a link (`token_for`).
    """
    email, name = normal_email(email), " ".join(name.split()) or email.partition("@")[0]
    faults = {
        "email": email_fault(email),
        "name": name_fault(name, "person_missing"),
        "password": passwords.fault(password, email=email) if password else "",
    }
    if any(faults.values()):
        raise Invalid({field: code for field, code in faults.items() if code})
    # Who runs commands on our machines is believed about addresses.
    values = {"is_staff": True, "verified_at": now()} | (
        {"password_hash": passwords.hashed(password)} if password else {}
    )
    row = {"email": email, "name": name, "locale": locale, "password_hash": "", "created_at": now()} | values
    put = insert(Identity).values(row).on_conflict_do_update(index_elements=[Identity.email], set_=values)
    identity_id = db.session.scalars(put.returning(Identity.id)).one()
    audit.record("staff.add", actor_id=None, object=str(identity_id))
    person = person_by_email(email)
    assert person is not None
    return person


def remove_staff(email: str) -> Person:
    """They are none of ours any more; their account stays. Their sessions are the caller's to end. Platform scope."""
    person = person_by_email(email)
    gone = update(Identity).where(Identity.email == normal_email(email), Identity.is_staff).values(is_staff=False)
    if person is None or db.session.scalar(gone.returning(Identity.id)) is None:
        raise NotFound
    audit.record("staff.remove", actor_id=None, object=str(person.id))
    return person


def staff_count() -> int:
    """How many people of ours there are. Platform scope."""
    return db.session.scalar(select(func.count()).select_from(Identity).where(Identity.is_staff)) or 0
