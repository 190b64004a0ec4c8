"""The trial balance: what every kind of account of the platform comes to. All of a currency sum to zero."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from tenants.core.db import db
from tenants.ledger.models import Account, LedgerEntry


@dataclass(frozen=True)
class Row:
    """One kind of account in one currency."""

    kind: str
    currency: str
    accounts: int
    balance_micro: int
    held_micro: int


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
