"""The trial balance: what every kind of account of the platform comes to. All of a currency sum to zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select

from tenants.accounts.models import Tenant
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.ledger.models import Account, LedgerEntry

PAGE = 20


@dataclass(frozen=True)
class Row:
    """One kind of account in one currency."""

    kind: str
    currency: str
    accounts: int
    balance_micro: int
    held_micro: int


@dataclass(frozen=True)
class Wallet:
    """One business's wallet."""

    tenant_id: int
    name: str
    currency: str
    posted_micro: int
    held_micro: int

    @property
    def available_micro(self) -> int:
        return self.posted_micro - self.held_micro


def trial_balance() -> list[Row]:
    """Every kind of account with its sum. Platform scope."""
    sums = (
        select(LedgerEntry.account_id, func.sum(LedgerEntry.amount).label("sum"))
        .group_by(LedgerEntry.account_id)
        .cte("sums")
    )
    rows = db.session.execute(
        select(
            Account.kind, Account.currency, func.count(), func.coalesce(func.sum(sums.c.sum), 0),
            func.coalesce(func.sum(Account.held), 0),
        )
        .outerjoin(sums, sums.c.account_id == Account.id)
        .group_by(Account.kind, Account.currency)
        .order_by(Account.currency, Account.kind)
    )  # fmt: skip
    return [Row(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]


def wallets(*, name: str = "", after: int = 0, limit: int = PAGE) -> tuple[Sequence[Wallet], int]:
    """A page of businesses by their number with what is in their wallets, and after which one the next page begins
    (0: no more). Platform scope."""
    query = _wallets().where(Tenant.id > after).limit(limit + 1)
    if name:
        query = query.where(Tenant.name.contains(name, autoescape=True))
    found = [Wallet(*row) for row in db.session.execute(query)]
    return found[:limit], found[limit - 1].tenant_id if len(found) > limit else 0


def wallet(tenant_id: int) -> Wallet:
    """One business's wallet. Platform scope."""
    row = db.session.execute(_wallets().where(Tenant.id == tenant_id)).one_or_none()
    if row is None:
        raise NotFound
    return Wallet(*row)


def _wallets() -> Select[int, str, str, int, int]:
    owned = and_(Account.tenant_id == Tenant.id, Account.kind == "wallet", Account.currency == Tenant.currency)
    posted, held = func.coalesce(Account.posted, 0), func.coalesce(Account.held, 0)
    query = select(Tenant.id, Tenant.name, Tenant.currency, posted, held).outerjoin(Account, owned)
    return query.where(Tenant.state != "spare").order_by(Tenant.id)
