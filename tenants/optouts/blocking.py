"""The platform's blocks: numbers no business may send anything to, not even a code. Platform scope.

Only a blind index is kept of a number, so a block can be looked up and lifted by whoever knows the number, and the list
can be read by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import current_app
from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from tenants.core import audit, bulk
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.phone import Phone, parse, split
from tenants.core.secrets import platform_index
from tenants.optouts.listing import REASON_MAX
from tenants.optouts.models import GlobalBlock

BLOCKED_MAX: Final = 10_000  # at once
TEXT_MAX: Final = 40 * BLOCKED_MAX
REASONS: Final = ("complaint", "order", "carrier", "other")


def block(text: str, reason: str, *, by: int | None) -> tuple[int, int]:
    """Block the numbers of a text; how many were not yet, and how many were. One that is none refuses them all."""
    faults: dict[str, object] = {}
    numbers: dict[str, None] = {}
    pieces = split(text[: TEXT_MAX + 1])
    if not pieces:
        faults["numbers"] = "paste_empty"
    elif len(pieces) > BLOCKED_MAX or len(text) > TEXT_MAX:
        faults["numbers"] = ("block_too_many", {"max": BLOCKED_MAX})
    else:
        for piece in pieces:
            phone = parse(piece)
            if not isinstance(phone, Phone):
                faults["numbers"] = ("block_not_a_number", {"text": piece[:40]})
                break
            numbers[phone.e164] = None
    if reason not in REASONS:
        faults["reason"] = "not_a_choice"
    if faults:
        raise Invalid(faults)
    added = _put(list(numbers), reason)
    audit.record("block.add", actor_id=by, numbers=added, reason=reason)
    return added, len(numbers) - added


def _put(numbers: list[str], reason: str) -> int:
    columns = GlobalBlock.__table__.c
    given = bulk.arrays("given", {"phone_index": (columns.phone_index.type, [_index(each) for each in numbers])})
    alike = {"reason": reason, "created_at": now()}
    rows = select(given.c.phone_index, *(literal(value, columns[name].type) for name, value in alike.items()))
    put = insert(GlobalBlock).from_select(["phone_index", *alike], rows, include_defaults=False)
    return len(db.session.execute(put.on_conflict_do_nothing().returning(GlobalBlock.phone_index)).all())


def lift(number: str, why: str, *, by: int | None) -> None:
    """Let a number be sent to again; why stays in the audit trail."""
    if not why.strip():
        raise Invalid({"why": "optout_reason_missing"})
    if len(why) > REASON_MAX:
        raise Invalid({"why": "optout_reason_too_long"})
    phone = parse(number)
    if not isinstance(phone, Phone):
        raise NotFound
    index = _index(phone.e164)
    gone = delete(GlobalBlock).where(GlobalBlock.phone_index == index).returning(GlobalBlock.phone_index)
    if db.session.scalar(gone) is None:
        raise NotFound
    audit.record("block.lift", actor_id=by, object=index.hex(), reason=why.strip())


def found(number: str) -> GlobalBlock | None:
    """The block of a number as typed."""
    phone = parse(number)
    return db.session.get(GlobalBlock, _index(phone.e164)) if isinstance(phone, Phone) else None


def counts() -> Mapping[str, int]:
    """How many numbers are blocked, by reason."""
    rows = db.session.execute(select(GlobalBlock.reason, func.count()).group_by(GlobalBlock.reason))
    return {row[0]: row[1] for row in rows}


def _index(number: str) -> bytes:
    return platform_index(current_app.config["SETTINGS"].qunfa_secret, number)
