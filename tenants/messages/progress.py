"""Where a run stands, from the counts the movers keep: exact at any moment and one row to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tenants.core.db import db
from tenants.messages.models import Run

ZERO = 0


@dataclass(frozen=True)
class Progress:
    """The counts of a run, and its money in micro-units."""

    flow: str = ""
    queued: int = ZERO
    submitting: int = ZERO
    accepted: int = ZERO
    in_doubt: int = ZERO
    delivered: int = ZERO
    undelivered: int = ZERO
    rejected: int = ZERO
    expired: int = ZERO
    cancelled: int = ZERO
    opted_out: int = ZERO
    parts: int = ZERO
    held_micro: int = ZERO
    posted_micro: int = ZERO
    released_micro: int = ZERO

    @property
    def total(self) -> int:
        """Everyone who was planned."""
        return self.open + self.delivered + self.failed + self.cancelled + self.opted_out

    @property
    def open(self) -> int:
        """Not at an end yet."""
        return self.queued + self.submitting + self.accepted + self.in_doubt

    @property
    def awaiting(self) -> int:
        """Handed over, no receipt yet."""
        return self.submitting + self.accepted

    @property
    def failed(self) -> int:
        return self.undelivered + self.rejected + self.expired

    @property
    def done(self) -> int:
        """Handed over or ended: what no longer waits for us."""
        return self.total - self.queued


def progress(campaign_id: int) -> Progress:
    """The progress of one campaign; all zero before it was launched."""
    return progress_of([campaign_id]).get(campaign_id, Progress())


def progress_of(campaign_ids: Sequence[int]) -> dict[int, Progress]:
    names = list(Progress.__dataclass_fields__)
    columns = [Run.__table__.columns[name] for name in names]
    rows = db.session.execute(select(Run.campaign_id, *columns).where(Run.campaign_id.in_(campaign_ids)))
    return {row[0]: Progress(*row[1:]) for row in rows}
