"""The business's own list of opt-outs: shown page by page, added to, taken from with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts.vaults import vault
from tenants.core import audit, bulk
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.phone import Phone, parse
from tenants.optouts.checking import EVERY_SIGNATURE
from tenants.optouts.models import OptOut

PAGE = 50
REASON_MAX = 200

Cursor = tuple[datetime, bytes, int]


@dataclass(frozen=True)
class Entry:
    """One opt-out, with its number opened."""

    number: str
    phone_index: bytes
    signature_id: int
    source: str
    reason: str
    created_at: datetime

    @property
    def cursor(self) -> Cursor:
        return self.created_at, self.phone_index, self.signature_id


def page(*, number: str = "", before: Cursor | None = None) -> list[Entry]:
    """One page of the list, newest first, and one entry more when there is another page; `number` as typed."""
    wanted = select(OptOut)
    if number:
        phone = parse(number)
        if not isinstance(phone, Phone):
            return []
        wanted = wanted.where(OptOut.phone_index == vault().index(phone.e164))
    place = tuple_(OptOut.created_at, OptOut.phone_index, OptOut.signature_id)
    if before:
        wanted = wanted.where(place < before)
    order = (OptOut.created_at.desc(), OptOut.phone_index.desc(), OptOut.signature_id.desc())
    return [_entry(row) for row in db.session.scalars(wanted.order_by(*order).limit(PAGE + 1))]


def _entry(row: OptOut) -> Entry:
    number = vault().open("optouts", row.phone_index, row.sealed)
    return Entry(number, row.phone_index, row.signature_id, row.source, row.reason, row.created_at)


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(OptOut)) or 0


def add(number: str, reason: str, *, by: int | None) -> bool:
    """Put one number, as typed, on the list for everything the business sends; False when it is there already."""
    phone = parse(number)
    faults = {} if isinstance(phone, Phone) else {"number": f"phone_{phone}"}
    if len(reason) > REASON_MAX:
        faults["reason"] = "optout_reason_too_long"
    if faults or not isinstance(phone, Phone):
        raise Invalid(faults)
    added = add_many([phone.e164], source="page", reason=reason.strip(), by=by)
    if added:
        audit.record("optout.add", actor_id=by, object=vault().index(phone.e164).hex())
    return bool(added)


def add_many(
    numbers: Sequence[str], *, source: str, reason: str = "", by: int | None, signature_id: int = EVERY_SIGNATURE
) -> int:
    """Put numbers (E.164, none twice) on the list for a signature or for everything; how many were not on it."""
    if not numbers:
        return 0
    keys = vault()
    indexes = [keys.index(number) for number in numbers]
    sealed = [keys.seal("optouts", index, number) for index, number in zip(indexes, numbers, strict=True)]
    kinds = OptOut.__table__.c
    given = bulk.arrays(
        "given", {"phone_index": (kinds.phone_index.type, indexes), "sealed": (kinds.sealed.type, sealed)}
    )
    alike = {"signature_id": signature_id, "source": source, "reason": reason, "created_by": by, "created_at": now()}
    rows = select(
        given.c.phone_index, given.c.sealed, *(literal(value, kinds[name].type) for name, value in alike.items())
    )
    put = insert(OptOut).from_select(["phone_index", "sealed", *alike], rows, include_defaults=False)
    return len(db.session.execute(put.on_conflict_do_nothing().returning(OptOut.signature_id)).all())


def remove(phone_index: bytes, signature_id: int, reason: str, *, by: int | None) -> None:
    """Take a number off the list, because the person asked for it: the reason stays in the audit log."""
    if not reason.strip():
        raise Invalid({"reason": "optout_reason_missing"})
    if len(reason) > REASON_MAX:
        raise Invalid({"reason": "optout_reason_too_long"})
    gone = db.session.scalar(
        delete(OptOut)
        .where(OptOut.phone_index == phone_index, OptOut.signature_id == signature_id)
        .returning(OptOut.signature_id)
    )
    if gone is None:
        raise NotFound
    audit.record("optout.remove", actor_id=by, object=phone_index.hex(), reason=reason.strip())
