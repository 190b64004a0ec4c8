"""Long messages: every part has a reference and a receipt of its own, and the message is there when all its parts are.

One part that failed is the failure of the message; that needs no counting. The tenant's scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.messages.models import Receipt


def unfinished(rows: Sequence[Any]) -> set[int]:
    """Of receipts (id, message_id, attempt, outcome, parts), those that bring a part while others are still missing.

    Parts count however they are spread over sets: each receipt sees all that were matched before it.
    """
    good = [row for row in rows if row.parts > 1 and row.outcome == "delivered"]
    if not good:
        return set()
    there = _delivered({row.message_id for row in good})
    return {row.id for row in good if there.get((row.message_id, row.attempt), 0) < row.parts}


def _delivered(message_ids: set[int]) -> dict[tuple[int | None, int | None], int]:
    """How many different parts of each attempt are known to be delivered."""
    asked = literal(sorted(message_ids), ARRAY(BigInteger))
    rows = db.session.execute(
        select(Receipt.message_id, Receipt.attempt, func.count(Receipt.part.distinct()))
        .where(
            Receipt.tenant_id == scopes.tenant_id(), Receipt.message_id == any_(asked),
            Receipt.outcome == "delivered", Receipt.state.in_(("matched", "settled")),
        )
        .group_by(Receipt.message_id, Receipt.attempt)
    )  # fmt: skip
    return {(message_id, attempt): count for message_id, attempt, count in rows}
