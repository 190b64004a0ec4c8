"""The invariants of the books. Each query finds what breaks one; all empty means the books are right."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from tenants.core.db import db
from tenants.ledger.models import Account, Hold, LedgerEntry, Topup, Txn


@dataclass(frozen=True)
class Discrepancy:
    """One broken invariant: which, on which row, what is there and what should be."""

    rule: str
    row: str
    found: int | None
    expected: int | None


def verify() -> list[Discrepancy]:
    """Every discrepancy of the whole book; platform scope."""
    return [*_unbalanced(), *_wrong_posted(), *_wrong_held(), *_below_floor(), *_wrong_topups()]


def _unbalanced() -> list[Discrepancy]:
    total = func.sum(LedgerEntry.amount)
    rows = db.session.execute(select(LedgerEntry.txn_id, total).group_by(LedgerEntry.txn_id).having(total != 0))
    return [Discrepancy("legs of a transaction sum to zero", f"txn {id}", int(found), 0) for id, found in rows]


def _wrong_posted() -> list[Discrepancy]:
    entries = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .where(LedgerEntry.account_id == Account.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Account.id, Account.posted, entries).where(Account.posted.is_not(None), Account.posted != entries)
    )
    return [Discrepancy("posted is the sum of entries", f"account {id}", found, int(sum_)) for id, found, sum_ in rows]


def _wrong_held() -> list[Discrepancy]:
    holds = select(func.coalesce(func.sum(Hold.remaining), 0)).where(Hold.account_id == Account.id).scalar_subquery()
    rows = db.session.execute(select(Account.id, Account.held, holds).where(Account.held != holds))
    return [Discrepancy("held is the sum of open holds", f"account {id}", found, int(sum_)) for id, found, sum_ in rows]


def _below_floor() -> list[Discrepancy]:
    rows = db.session.execute(
        select(Account.id, Account.posted - Account.held, Account.floor).where(
            Account.posted - Account.held < Account.floor
        )
    )
    return [Discrepancy("available is not below the floor", f"account {id}", found, floor) for id, found, floor in rows]


def _wrong_topups() -> list[Discrepancy]:
    """Both ways: a paid top-up nobody was credited for, a credit no paid top-up asked for, or another amount."""
    credited = (
        select(Txn.ref_id, func.sum(LedgerEntry.amount).label("amount"))
        .join(LedgerEntry, LedgerEntry.txn_id == Txn.id)
        .join(Account, and_(Account.id == LedgerEntry.account_id, Account.kind == "wallet"))
        .where(Txn.kind == "topup", Txn.ref_type == "topup")
        .group_by(Txn.ref_id)
        .cte("credited")
    )
    paid = select(Topup.id, Topup.amount_micro).where(Topup.state == "paid").cte("paid")
    rows = db.session.execute(
        select(func.coalesce(paid.c.id, credited.c.ref_id), credited.c.amount, paid.c.amount_micro)
        .select_from(paid)
        .join(credited, credited.c.ref_id == paid.c.id, full=True)
        .where(or_(paid.c.id.is_(None), credited.c.amount.is_(None), paid.c.amount_micro != credited.c.amount))
    )
    return [
        Discrepancy("a paid top-up is credited once", f"topup {id}", found if found is None else int(found), expected)
        for id, found, expected in rows
    ]
