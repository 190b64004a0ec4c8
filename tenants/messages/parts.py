"""Long messages: every part has a reference and a receipt of its own, and the message is there when all its parts are.

One part that failed is the failure of the message. It leaves again only when no part has arrived and none can any more:
nobody reads half a message twice. The tenant's scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select, update

from tenants import routing
from tenants.core import scopes
from tenants.core.db import db
from tenants.messages.models import Receipt

# How long a part that failed waits for the word on the others.
OTHERS_WAIT = timedelta(seconds=30)
FAILURES = ("undelivered", "rejected", "expired")
_Attempt = tuple[int | None, int | None]


def unfinished(rows: Sequence[Any]) -> set[int]:
    """Of receipts (id, message_id, attempt, outcome, parts), those that bring a part while others are still missing.

    Parts count however they are spread over sets: each receipt sees all that were matched before it.
    """
    good = [row for row in rows if row.parts > 1 and row.outcome == "delivered"]
    there = _counts(good, ("delivered",))
    return {row.id for row in good if there.get((row.message_id, row.attempt), 0) < row.parts}


def failed(rows: Sequence[Any], at: datetime) -> tuple[set[int], set[int]]:
    """Of receipts, those of failed parts whose message might leave again and whose others are not known, but may be
    soon; and those of messages that must not leave again, because some of it arrived or still may."""
    bad = [row for row in rows if row.parts > 1 and row.outcome in FAILURES]
    there, lost = _counts(bad, ("delivered",)), _counts(bad, FAILURES)
    unsure: set[int] = set()
    kept: set[int] = set()
    for row in bad:
        attempt = (row.message_id, row.attempt)
        if attempt not in there and lost.get(attempt, 0) >= row.parts:
            continue
        waits = attempt not in there and routing.other_way(row.code) and row.received_at > at - OTHERS_WAIT
        (unsure if waits else kept).add(row.id)
    return unsure, kept


def put_off(ids: set[int], at: datetime) -> None:
    """These receipts are new again when the others have had their time."""
    if ids:
        later = update(Receipt).where(Receipt.id.in_(ids)).values(state="new", next_at=at + OTHERS_WAIT)
        db.session.execute(later.execution_options(synchronize_session=False))


def _counts(rows: Sequence[Any], outcomes: Sequence[str]) -> dict[_Attempt, int]:
    """How many different parts of each attempt are known to have come to one of these outcomes."""
    if not rows:
        return {}
    asked = literal(sorted({row.message_id for row in rows}), ARRAY(BigInteger))
    found = db.session.execute(
        select(Receipt.message_id, Receipt.attempt, func.count(Receipt.part.distinct()))
        .where(
            Receipt.tenant_id == scopes.tenant_id(), Receipt.message_id == any_(asked), Receipt.outcome.in_(outcomes)
        )
        .group_by(Receipt.message_id, Receipt.attempt)
    )  # fmt: skip
    return {(message_id, attempt): count for message_id, attempt, count in found}
