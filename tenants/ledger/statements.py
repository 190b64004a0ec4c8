"""The statement of a wallet: one line for each cause, newest first, and the sums of a month.

A campaign's many settlements are one line a day; top-ups and adjustments are a line each. Opening balance plus all
lines is the closing balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Date, case, cast, func, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.ledger.models import Account, Hold, LedgerEntry, Txn

LINES_MAX = 1_000
KINDS = {"usage": ("settle",), "topup": ("topup",), "adjustment": ("grant", "adjustment", "refund")}


@dataclass(frozen=True)
class Line:
    """What one cause moved on one day; `balance_micro` is the posted balance after it."""

    at: datetime
    kind: str
    ref_type: str
    ref_id: int
    note: str
    amount_micro: int
    balance_micro: int


@dataclass(frozen=True)
class Month:
    """The sums of a period: opening + credited − settled = closing."""

    opening_micro: int
    credited_micro: int
    settled_micro: int
    closing_micro: int


def statement(since: datetime, until: datetime, kind: str = "", time_zone: str = "UTC") -> list[Line]:
    """The lines between two instants. The tenant's scope."""
    account_id = _wallet()
    if account_id is None:
        return []
    day = cast(func.timezone(time_zone, Txn.at), Date)
    # A settlement is grouped with its campaign's others of the day; everything else stands alone.
    alone = case((Txn.kind == "settle", None), else_=Txn.id)
    grouped = (
        select(
            func.max(Txn.at).label("at"), Txn.kind, Txn.ref_type, Txn.ref_id, func.max(Txn.note).label("note"),
            func.sum(LedgerEntry.amount).label("amount"),
        )
        .join(Txn, Txn.id == LedgerEntry.txn_id)
        .where(LedgerEntry.account_id == account_id, Txn.at >= since, Txn.at < until)
        .group_by(day, Txn.kind, Txn.ref_type, Txn.ref_id, alone)
        .order_by(func.max(Txn.at), Txn.ref_id)
    )  # fmt: skip
    balance = _posted(account_id, since)
    lines = []
    for row in db.session.execute(grouped):
        balance += int(row.amount)
        lines.append(Line(row.at, row.kind, row.ref_type, row.ref_id, row.note, int(row.amount), balance))
    wanted = KINDS.get(kind)
    shown = [line for line in lines if wanted is None or line.kind in wanted]
    return shown[::-1][:LINES_MAX]


def month(since: datetime, until: datetime) -> Month:
    """The sums between two instants. The tenant's scope."""
    account_id = _wallet()
    if account_id is None:
        return Month(0, 0, 0, 0)
    opening = _posted(account_id, since)
    row = db.session.execute(
        select(
            func.coalesce(func.sum(LedgerEntry.amount).filter(Txn.kind != "settle"), 0),
            func.coalesce(func.sum(LedgerEntry.amount).filter(Txn.kind == "settle"), 0),
        )
        .join(Txn, Txn.id == LedgerEntry.txn_id)
        .where(LedgerEntry.account_id == account_id, Txn.at >= since, Txn.at < until)
    ).one()
    return Month(opening, int(row[0]), -int(row[1]), opening + int(row[0]) + int(row[1]))


def held_for(ref_type: str, ref_ids: Sequence[int]) -> dict[int, int]:
    """What is still held for each of some objects, in micro-units."""
    query = select(Hold.ref_id, func.sum(Hold.remaining)).where(
        Hold.tenant_id == scopes.tenant_id(), Hold.ref_type == ref_type, Hold.ref_id.in_(ref_ids)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(query.group_by(Hold.ref_id))}


def _wallet() -> int | None:
    return db.session.scalar(
        select(Account.id).where(Account.tenant_id == scopes.tenant_id(), Account.kind == "wallet")
    )


def _posted(account_id: int, until: datetime) -> int:
    query = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).join(Txn, Txn.id == LedgerEntry.txn_id)
    return int(db.session.scalar(query.where(LedgerEntry.account_id == account_id, Txn.at < until)) or 0)
