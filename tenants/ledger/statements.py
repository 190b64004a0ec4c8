"""The statement of a wallet for one month of the business's own calendar, a line for each cause, the newest first.

A campaign's settlements and what it still holds are one line; top-ups and adjustments are a line each. Opening balance
plus all lines is the closing balance: in the present month what is available now, in an earlier one what was posted at
its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Select, Text, and_, case, cast, func, literal, select, tuple_, union_all

from tenants.accounts.models import Tenant
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.ledger.models import Account, Hold, LedgerEntry, Txn

PAGE = 50
YEARS = range(2000, 2200)
KINDS = {"usage": ("settle",), "topup": ("topup",), "adjustment": ("grant", "adjustment", "refund")}


@dataclass(frozen=True)
class Line:
    """What one cause moved in the month. `amount_micro` is what it changed of the available balance, `balance_micro`
    that balance after it; of a campaign, settled + held is the amount, and returned is what it held and gave back."""

    at: datetime
    key: str
    kind: str
    ref_type: str
    ref_id: int
    note: str
    amount_micro: int
    held_micro: int
    returned_micro: int
    balance_micro: int

    @property
    def settled_micro(self) -> int:
        return -self.amount_micro - self.held_micro if self.kind == "settle" else 0


@dataclass(frozen=True)
class Statement:
    """One page of lines and the sums of the whole month; `older` is the cursor of the next page."""

    since: datetime
    until: datetime
    opening_micro: int
    closing_micro: int
    settled_micro: int
    returned_micro: int
    credited_micro: int
    lines: Sequence[Line]
    older: str


def statement(month: date | None = None, kind: str = "", cursor: str = "", limit: int = PAGE) -> Statement:
    """The scope's tenant's month (this one for None), lines of one kind of KINDS or all."""
    tenant = db.session.get_one(Tenant, scopes.tenant_id())
    since, until = _bounds(month, ZoneInfo(tenant.time_zone))
    wallet = select(Account.id).where(
        Account.tenant_id == tenant.id, Account.kind == "wallet", Account.currency == tenant.currency
    )
    account_id = db.session.scalar(wallet) or 0
    moves = _moves(account_id, since, until)
    if since <= now() < until:
        moves = union_all(moves, _held(account_id))
    opening = _opening(account_id, since)
    causes = _causes(moves, opening)
    sums = db.session.execute(_sums(causes)).one()
    rows = db.session.execute(_page(causes, kind, cursor, limit + 1)).all()
    lines = [Line(*row) for row in rows[:limit]]
    older = f"{lines[-1].at.isoformat()}|{lines[-1].key}" if len(rows) > limit else ""
    return Statement(
        since, until, opening, opening + sums.total, sums.settled, sums.returned, sums.credited, lines, older
    )


def _bounds(month: date | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first = (month or now().astimezone(zone).date()).replace(day=1)
    if first.year not in YEARS:
        raise NotFound
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return datetime.combine(first, time.min, zone), datetime.combine(following, time.min, zone)


def _opening(account_id: int, since: datetime) -> int:
    """What was posted when the month began: what is posted now less what was since, so that few entries are read."""
    later = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .join(Txn, Txn.id == LedgerEntry.txn_id)
        .where(LedgerEntry.account_id == account_id, Txn.tenant_id == scopes.tenant_id(), Txn.at >= since)
        .scalar_subquery()
    )
    return int(db.session.scalar(select(Account.posted - later).where(Account.id == account_id)) or 0)


def _moves(account_id: int, since: datetime, until: datetime) -> Any:
    """Everything booked in the month. A settlement that only gave back has no entry."""
    alone = cast(Txn.id, Text)
    return (
        select(
            case((Txn.kind == "settle", func.concat(Txn.ref_type, ":", Txn.ref_id)), else_=alone).label("key"),
            Txn.at, Txn.kind, Txn.ref_type, Txn.ref_id, Txn.note, Txn.released,
            func.coalesce(LedgerEntry.amount, 0).label("amount"), literal(0, BigInteger).label("held"),
        )
        .outerjoin(LedgerEntry, and_(LedgerEntry.txn_id == Txn.id, LedgerEntry.account_id == account_id))
        .where(Txn.tenant_id == scopes.tenant_id(), Txn.at >= since, Txn.at < until)
    )  # fmt: skip


def _held(account_id: int) -> Any:
    """What is held now, under the cause it is held for."""
    return select(
        func.concat(Hold.ref_type, ":", Hold.ref_id).label("key"), Hold.at, literal("settle").label("kind"),
        Hold.ref_type, Hold.ref_id, literal("").label("note"), literal(0, BigInteger).label("released"),
        (-Hold.remaining).label("amount"), Hold.remaining.label("held"),
    ).where(Hold.account_id == account_id, Hold.tenant_id == scopes.tenant_id(), Hold.remaining > 0)  # fmt: skip


def _causes(moves: Any, opening: int) -> Any:
    """A row for each cause, with the running balance over all of them."""
    move = moves.subquery("move").c
    amount, at = func.sum(move.amount), func.max(move.at)
    running = literal(opening, BigInteger) + func.sum(amount).over(order_by=(at, move.key))
    return (
        select(
            at.label("at"), move.key, move.kind, move.ref_type, move.ref_id, func.max(move.note).label("note"),
            cast(amount, BigInteger).label("amount"), cast(func.sum(move.held), BigInteger).label("held"),
            cast(func.sum(move.released), BigInteger).label("released"), cast(running, BigInteger).label("balance"),
        )
        .group_by(move.key, move.kind, move.ref_type, move.ref_id)
        .cte("cause")
    )  # fmt: skip


def _sums(causes: Any) -> Select[Any]:
    cause = causes.c
    usage = cause.kind == "settle"

    def total(amount: Any, which: Any) -> Any:
        return cast(func.coalesce(func.sum(amount).filter(which), 0), BigInteger)

    return select(
        total(cause.amount, cause.kind.is_not(None)).label("total"),
        total(-cause.amount - cause.held, usage).label("settled"),
        total(cause.released, usage).label("returned"),
        total(cause.amount, ~usage).label("credited"),
    )


def _page(causes: Any, kind: str, cursor: str, limit: int) -> Select[Any]:
    query = select(causes).order_by(causes.c.at.desc(), causes.c.key.desc()).limit(limit)
    if kind in KINDS:
        query = query.where(causes.c.kind.in_(KINDS[kind]))
    if cursor:
        query = query.where(tuple_(causes.c.at, causes.c.key) < tuple_(*_place(cursor)))
    return query


def _place(cursor: str) -> tuple[Any, Any]:
    at, _bar, key = cursor.partition("|")
    try:
        return literal(datetime.fromisoformat(at)), literal(key)
    except ValueError as error:
        raise NotFound from error
