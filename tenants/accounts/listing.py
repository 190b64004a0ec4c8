"""Lists for staff: businesses, and the audit trail. The trail of one business is read in its own scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import func, select

from tenants.accounts.models import Identity, Tenant
from tenants.core import audit
from tenants.core.db import db

PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows and where the next page begins below; None at the end."""

    rows: Sequence[T]
    next: int | None


def page(*, state: str = "", name: str = "", before: int | None = None) -> Page[Tenant]:
    """Businesses, newest first. Platform scope."""
    query = select(Tenant).where(Tenant.state != "spare").order_by(Tenant.id.desc()).limit(PAGE + 1)
    if state:
        query = query.where(Tenant.state == state)
    if name:
        query = query.where(Tenant.name.contains(name, autoescape=True))
    if before is not None:
        query = query.where(Tenant.id < before)
    return _cut(db.session.scalars(query).all())


def one(tenant_id: int) -> Tenant:
    """A business. Platform scope."""
    return db.session.get_one(Tenant, tenant_id)


def business_names(tenant_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of businesses. Platform scope."""
    wanted = {each for each in tenant_ids if each is not None}
    rows = db.session.execute(select(Tenant.id, Tenant.name).where(Tenant.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def counts() -> dict[str, int]:
    """How many businesses are in each state. Platform scope."""
    rows = db.session.execute(select(Tenant.state, func.count()).where(Tenant.state != "spare").group_by(Tenant.state))
    return {row[0]: row[1] for row in rows}


def trail(*, before: int | None = None) -> Page[audit.Entry]:
    """The audit trail the scope may see, newest first."""
    query = select(audit.Entry).order_by(audit.Entry.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(audit.Entry.id < before)
    return _cut(db.session.scalars(query).all())


def names(identity_ids: Sequence[int | None]) -> dict[int, str]:
    """The names of people the scope may see."""
    wanted = {each for each in identity_ids if each is not None}
    rows = db.session.execute(select(Identity.id, Identity.name).where(Identity.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def _cut(rows: Sequence[T]) -> Page[T]:
    shown = rows[:PAGE]
    return Page(shown, shown[-1].id if len(rows) > PAGE else None)  # type: ignore[attr-defined]
