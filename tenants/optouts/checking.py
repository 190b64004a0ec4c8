"""Who must not be sent to: asked at planning for many at once, and once more in the statement that claims."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from tenants.core import bulk
from tenants.core.db import db
from tenants.optouts.models import OptOut

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
