"""The calls into the ledger's functions (migrations/shared/0001_ledger.sql), and the balance."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, BindParameter, func, literal, select
from sqlalchemy.exc import DBAPIError

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import Conflict, Invalid, NotAllowed, NotEnoughCredit, NotFound, Refused, WrongState
from tenants.ledger.models import Account, Hold

CURRENCY = "CNY"
_REFUSALS: dict[str, type[Refused]] = {
    "QF400": Invalid, "QF402": NotEnoughCredit, "QF403": NotAllowed, "QF404": NotFound, "QF409": Conflict,
    "QF410": WrongState,
    "22003": Invalid,  # an amount or a sum beyond a bigint
}  # fmt: skip


@dataclass(frozen=True)
class Balance:
    """A wallet in micro-units: `posted` is there, `held` of it is set aside, `available` is left."""

    posted: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        return self.posted - self.held


@dataclass(frozen=True)
class Leg:
    """What becomes of a part of a hold, in micro-units."""

    hold_id: int
    post: int = 0
    release: int = 0


def hold(idem: str, tenant_id: int, amount_micro: int, *, ref: tuple[str, int], currency: str = CURRENCY) -> int:
    """Set money aside; the hold's id. NotEnoughCredit when the wallet cannot cover it, Conflict on a reused key."""
    with _refusals():
        call = func.ledger.hold(idem, _big(tenant_id), currency, _big(amount_micro), ref[0], _big(ref[1]))
        return int(db.session.scalars(select(call)).one())


def held_at(hold_ids: Sequence[int]) -> dict[int, datetime]:
    """When these holds of the scope's tenant were made."""
    query = select(Hold.id, Hold.at).where(Hold.id.in_(hold_ids), Hold.tenant_id == scopes.tenant_id())
    return {row.id: row.at for row in db.session.execute(query)}


def settle(
    idem: str, tenant_id: int, legs: Sequence[Leg], *, ref: tuple[str, int], txn_id: uuid.UUID | None = None,
    currency: str = CURRENCY,
) -> uuid.UUID:  # fmt: skip
    """Post and release parts of holds in one transaction; its id (the first one's, when the key was used before)."""
    with _refusals():
        call = func.ledger.settle(
            txn_id or uuid.uuid4(), idem, _big(tenant_id), currency, ref[0], _big(ref[1]),
            literal([leg.hold_id for leg in legs], ARRAY(BigInteger)),
            literal([leg.post for leg in legs], ARRAY(BigInteger)),
            literal([leg.release for leg in legs], ARRAY(BigInteger)),
        )  # fmt: skip
        return uuid.UUID(str(db.session.scalars(select(call)).one()))


def grant(
    idem: str, tenant_id: int, currency: str, amount_micro: int, *, source: str = "promo_grant", kind: str = "grant",
    ref: tuple[str, int] = ("tenant", 0), actor_id: int | None = None, note: str = "",
    reverses: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """Credit (or, negative, take back from) a wallet; platform scope only. The transaction's id."""
    with _refusals():
        call = func.ledger.credit(
            uuid.uuid4(), idem, _big(tenant_id), currency, _big(amount_micro), source, kind,
            ref[0], _big(ref[1]), _big(actor_id), note, reverses,
        )  # fmt: skip
        return uuid.UUID(str(db.session.scalars(select(call)).one()))


def balance(tenant_id: int, currency: str = CURRENCY) -> Balance:
    """The wallet of a tenant; zero before the first movement."""
    return balances([tenant_id], currency).get(tenant_id, Balance())


def balances(tenant_ids: Sequence[int], currency: str = CURRENCY) -> dict[int, Balance]:
    rows = db.session.execute(
        select(Account.tenant_id, Account.posted, Account.held).where(
            Account.tenant_id.in_(tenant_ids), Account.kind == "wallet", Account.currency == currency
        )
    )
    return {row.tenant_id: Balance(row.posted, row.held) for row in rows}


def _big(number: int | None) -> BindParameter[int | None]:
    """Without its type a number is sent as a plain integer, and ids outgrow that."""
    return literal(number, BigInteger)


@contextmanager
def _refusals() -> Iterator[None]:
    """The ledger's own error states as refusals; the transaction is lost with them, as with any database error."""
    try:
        yield
    except DBAPIError as error:
        refusal = _REFUSALS.get(getattr(error.orig, "sqlstate", None) or "")
        if refusal is None:
            raise
        raise refusal() from error
