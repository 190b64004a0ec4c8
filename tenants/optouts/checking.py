"""Who must not be sent to: asked at planning for many at once, and once more in the statement that claims."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, exists, select, true
from sqlalchemy.orm import InstrumentedAttribute

from tenants.accounts.vaults import vault
from tenants.core import bulk
from tenants.core.db import db
from tenants.optouts.models import GlobalBlock, OptOut

# An opt-out under this signature is one from everything the business sends.
EVERY_SIGNATURE = 0


def filter(indexes: Sequence[bytes], signature_id: int) -> set[bytes]:
    """Those of the numbers' blind indexes that opted out of this signature or of everything."""
    given = bulk.arrays("given", {"phone_index": (OptOut.phone_index.type, indexes)})
    rows = db.session.scalars(
        select(OptOut.phone_index).where(
            OptOut.phone_index.in_(select(given.c.phone_index)),
            OptOut.signature_id.in_((EVERY_SIGNATURE, signature_id)),
        )
    )
    return set(rows)


def blocked(phone_index: InstrumentedAttribute[bytes], signature_id: int) -> ColumnElement[bool]:
    """The same question as an expression on a row of the tenant's own tables."""
    return exists().where(OptOut.phone_index == phone_index, OptOut.signature_id.in_((EVERY_SIGNATURE, signature_id)))


def known(phone_index: ColumnElement[bytes] | InstrumentedAttribute[bytes]) -> ColumnElement[bool]:
    """Whether a row's number has opted out of anything, as an expression."""
    return exists().where(OptOut.phone_index == phone_index)


def any_blocked_for_all() -> ScalarSelect[bool | None]:
    """Whether the platform blocks any number (None: no), asked once in a statement and not for each of its rows."""
    return select(true()).select_from(GlobalBlock).limit(1).scalar_subquery()


def blocked_for_all(numbers: Sequence[str]) -> set[str]:
    """Those of the numbers (E.164) to which no business may send."""
    if not db.session.scalar(select(any_blocked_for_all())):
        return set()
    keys = vault()
    number_of = {keys.platform_index(number): number for number in numbers}
    given = bulk.arrays("given", {"phone_index": (GlobalBlock.phone_index.type, list(number_of))})
    found = select(GlobalBlock.phone_index).where(GlobalBlock.phone_index.in_(select(given.c.phone_index)))
    return {number_of[index] for index in db.session.scalars(found)}
