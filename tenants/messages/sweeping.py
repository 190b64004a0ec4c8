"""What sweeps look for in the shared tables: batches and receipts that are due, lost or over. Platform scope."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from tenants import accounts
from tenants.core.db import db
from tenants.messages.models import Batch, Receipt

BatchKey = tuple[int, int, int]


def due_lanes() -> dict[str, int]:
    """How many batches are ready and due in each lane."""
    rows = db.session.execute(
        select(Batch.lane, func.count())
        .where(Batch.state == "ready", Batch.ready_at <= func.now(), Batch.tenant_id.not_in(accounts.stopped()))
        .group_by(Batch.lane)
    )
    return {row[0]: row[1] for row in rows}


def lost_leases(limit: int) -> list[BatchKey]:
    """Leased batches whose lease ran out, by the database's clock."""
    query = select(Batch.tenant_id, Batch.campaign_id, Batch.batch_no).where(
        Batch.state == "leased", Batch.lease_until < func.now()
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query.limit(limit))]


def overdue(limit: int) -> list[BatchKey]:
    """Batches whose receipts are overdue, or whose messages are too old to be sent."""
    query = select(Batch.tenant_id, Batch.campaign_id, Batch.batch_no).where(
        or_(
            (Batch.state == "sent") & (Batch.expires_at < func.now()),
            Batch.state.in_(("ready", "held")) & (Batch.valid_until < func.now()),
        )
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query.limit(limit))]


def receipts_due() -> bool:
    """Whether any receipt waits to be matched or settled."""
    due = or_(Receipt.state == "matched", (Receipt.state == "new") & (Receipt.next_at <= func.now()))
    return db.session.scalar(select(Receipt.id).where(due).limit(1)) is not None
