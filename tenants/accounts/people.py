"""People with an account, as the rest of the room finds them. Platform scope."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from tenants.accounts.models import Identity, Member
from tenants.core.db import db

LOCALES = ("zh", "en")
_COLUMNS = (Identity.id, Identity.email, Identity.name, Identity.locale)


@dataclass(frozen=True)
class Person:
    """Somebody with an account, as mails address them."""

    id: int
    email: str
    name: str
    locale: str


def normal_email(text: str) -> str:
    return text.strip().lower()


def person_by_email(email: str) -> Person | None:
    return _person(Identity.email == normal_email(email))


def owner_of(tenant_id: int) -> Person | None:
    """Who opened a business: its first owner."""
    owners = select(Member.identity_id).where(Member.tenant_id == tenant_id, Member.role == "owner")
    return _person(Identity.id == owners.order_by(Member.created_at).limit(1).scalar_subquery())


def staff() -> list[Person]:
    """All our own people."""
    query = select(*_COLUMNS).where(Identity.is_staff).order_by(Identity.id)
    return [Person(*row) for row in db.session.execute(query)]


def owners_of(tenant_id: int) -> list[Person]:
    """Everybody who owns a business, the first one first."""
    owners = select(*_COLUMNS).join(Member, Member.identity_id == Identity.id)
    rows = db.session.execute(
        owners.where(Member.tenant_id == tenant_id, Member.role == "owner").order_by(Member.created_at, Identity.id)
    )
    return [Person(*row) for row in rows]


def home_of(identity_id: int | None) -> int | None:
    """The business a person lands in: the first they joined."""
    joined = select(Member.tenant_id).where(Member.identity_id == identity_id)
    return db.session.scalar(joined.order_by(Member.created_at, Member.tenant_id).limit(1))


def _person(which: ColumnElement[bool]) -> Person | None:
    row = db.session.execute(select(*_COLUMNS).where(which)).first()
    return Person(*row) if row else None
