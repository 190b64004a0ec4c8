"""Forgetting, lot by lot, what carriers and Stripe said long ago and news that is over. Money, messages and the audit
trail are never thinned out.

Ids grow with time, so a table is walked along its ids from the oldest row on, past what is not settled, and the walk
ends with the first lot that is young. Each lot is a transaction of its own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, select, tuple_

from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages.models import Receipt, Submission

LOT = 2_000
# All of them longer than any receipt is waited for or matched (72 hours each).
RECEIPTS_KEPT = timedelta(days=180)
SUBMISSIONS_KEPT = timedelta(days=30)
OVER = ("settled", "unknown")


class Walked(NamedTuple):
    """Where a walk stands: the last id looked at (None: at its end), and how many rows went."""

    after: int | None
    gone: int


def receipts(after: int = 0) -> Walked:
    """One lot of receipts that are settled or nobody's. Platform scope."""
    lot = db.session.execute(
        select(Receipt.id, Receipt.state, Receipt.received_at).where(Receipt.id > after).order_by(Receipt.id).limit(LOT)
    ).all()
    edge = now() - RECEIPTS_KEPT
    old = [row.id for row in lot if row.received_at < edge and row.state in OVER]
    db.session.execute(delete(Receipt).where(Receipt.id.in_(old), Receipt.state.in_(OVER)))
    ended = len(lot) < LOT or lot[0].received_at >= edge
    return Walked(None if ended else lot[-1].id, len(old))


def submissions() -> int:
    """One lot of references no receipt is waited for any more; how many went. Platform scope."""
    key = (Submission.channel_id, Submission.provider_ref)
    old = select(*key).where(Submission.at < now() - SUBMISSIONS_KEPT).limit(LOT)
    gone = delete(Submission).where(tuple_(*key).in_(old)).returning(Submission.channel_id)
    return len(db.session.execute(gone).all())
