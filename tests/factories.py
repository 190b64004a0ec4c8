"""Plain functions that make what tests need, through the doors of the domain wherever there is one.

Actors: acme and rival are businesses, ada an owner, bob a member, eve a stranger.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from tenants import ledger
from tenants.accounts.models import Identity, Member, Tenant
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Business:
    """A tenant and its owner."""

    id: int
    owner_id: int
    email: str


def business(name: str = "Acme Coffee", *, state: str = "live", credit_micro: int = 0, **columns: object) -> Business:
    """A business of its own, taken from the spares, with an owner (ada) and, if asked, money."""
    columns = {"live_at": now() if state == "live" else None} | columns
    email = f"ada{next(_numbers)}-{uuid.uuid4().hex[:6]}@example.com"
    with scopes.platform(Reason.SIGN_UP):
        spare = select(Tenant.id).where(Tenant.state == "spare").limit(1).with_for_update(skip_locked=True)
        tenant_id = db.session.scalar(
            update(Tenant)
            .where(Tenant.id == spare.scalar_subquery())
            .values(name=name, state=state, opened_at=now(), **columns)
            .returning(Tenant.id)
        )
        assert tenant_id is not None, "no spare tenant is left: make more"
        owner_id = identity(email=email)
        db.session.execute(
            insert(Member).values(tenant_id=tenant_id, identity_id=owner_id, role="owner", created_at=now())
        )
    if credit_micro:
        credit(tenant_id, credit_micro)
    return Business(tenant_id, owner_id, email)


def identity(email: str, *, name: str = "Ada", is_staff: bool = False, password_hash: str = "!") -> int:
    """A person, verified; inside a platform scope."""
    return db.session.scalars(
        insert(Identity)
        .values(email=email, name=name, is_staff=is_staff, password_hash=password_hash, locale="en",
                verified_at=now(), created_at=now())
        .returning(Identity.id)
    ).one()  # fmt: skip


def credit(tenant_id: int, amount_micro: int) -> None:
    """Money from nowhere, as a promotional grant."""
    with scopes.platform(Reason.PAYMENTS):
        ledger.grant(f"grant:{uuid.uuid4()}", tenant_id, "CNY", amount_micro, note="for a test")


def member(business: Business, name: str = "Bob") -> int:
    """One more person of a business (bob), who is no owner."""
    with scopes.platform(Reason.SIGN_UP):
        person = identity(f"bob{next(_numbers)}-{uuid.uuid4().hex[:6]}@example.com", name=name)
        db.session.execute(
            insert(Member).values(tenant_id=business.id, identity_id=person, role="member", created_at=now())
        )
    return person
