"""What is known of numbers that take RCS: asked once, kept for a while, by the platform's index. Platform scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, ColumnElement, case, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import BYTEA, insert

from tenants.core import bulk
from tenants.core.db import db
from tenants.messages.models import Capability

# A telephone that takes RCS seldom stops; one that does not may be replaced or updated any day.
CAPABLE_FOR = timedelta(days=7)
INCAPABLE_FOR = timedelta(days=1)
TIDIED_MAX = 50_000


def known(channel_id: int, indexes: Sequence[bytes]) -> dict[bytes, bool]:
    """What was learnt not too long ago; the rest must be asked."""
    if not indexes:
        return {}
    asked = bulk.arrays("asked", {"phone_index": (BYTEA, indexes)})
    rows = db.session.execute(
        select(Capability.phone_index, Capability.capable).where(
            Capability.channel_id == channel_id, Capability.phone_index == asked.c.phone_index, _fresh()
        )
    )
    return {bytes(row.phone_index): row.capable for row in rows}


def remember(channel_id: int, learnt: Mapping[bytes, bool]) -> None:
    """Keep what a channel said just now."""
    if not learnt:
        return
    ordered = sorted(learnt)
    given = bulk.arrays(
        "given", {"phone_index": (BYTEA, ordered), "capable": (Boolean, [learnt[index] for index in ordered])}
    )
    rows = select(
        literal(channel_id, BigInteger), given.c.phone_index, given.c.capable, func.clock_timestamp()
    )  # fmt: skip
    made = insert(Capability).from_select(["channel_id", "phone_index", "capable", "checked_at"], rows)
    db.session.execute(
        made.on_conflict_do_update(
            index_elements=[Capability.channel_id, Capability.phone_index],
            set_={"capable": made.excluded.capable, "checked_at": made.excluded.checked_at},
        )
    )


def _fresh() -> ColumnElement[bool]:
    kept = case((Capability.capable, literal(CAPABLE_FOR)), else_=literal(INCAPABLE_FOR))
    return Capability.checked_at > func.now() - kept


def tidy() -> int:
    """Forget what is too old to be used; how many."""
    key = tuple_(Capability.channel_id, Capability.phone_index)
    old = select(Capability.channel_id, Capability.phone_index).where(~_fresh()).limit(TIDIED_MAX)
    return int(db.session.execute(delete(Capability).where(key.in_(old))).rowcount)  # type: ignore[attr-defined]
