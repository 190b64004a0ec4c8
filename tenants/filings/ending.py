"""What ends: owners are reminded 30, 7 and 1 days before, and what is over is said to be. Platform scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tenants.core import audit
from tenants.core.db import db
from tenants.filings.dates import REMINDERS, today
from tenants.filings.models import Filing, Subject
from tenants.filings.states import Kind, State

BUSINESSES_MAX = 200
EACH_MAX = 5_000


@dataclass(frozen=True)
class Ending:
    """Something that ends or has ended; `operator` is empty for papers."""

    kind: str
    title: str
    operator: str
    valid_until: date
    over: bool


def due() -> Sequence[int]:
    """The businesses somebody must tell something; they are fewer once they are told."""
    filings = select(Filing.tenant_id, Filing.valid_until, Filing.reminded_days).where(
        Filing.state == State.FILED, Filing.valid_until <= _first()
    )
    newer = aliased(Subject)
    papers = select(Subject.tenant_id, Subject.valid_until, Subject.reminded_days).where(
        Subject.kind == Kind.QUALIFICATION, Subject.valid_until <= _first(),
        ~select(newer.id).where(
            newer.tenant_id == Subject.tenant_id, newer.kind == Subject.kind, newer.ref_id == Subject.ref_id,
            newer.version > Subject.version,
        ).exists(),
    )  # fmt: skip
    found = {
        tenant_id
        for query in (filings, papers)
        for tenant_id, valid_until, reminded in db.session.execute(query)
        if _step(valid_until, reminded) is not None
    }
    return sorted(found)[:BUSINESSES_MAX]


def _first() -> date:
    return today() + timedelta(days=max(REMINDERS))


def _step(valid_until: date | None, reminded: int | None) -> int | None:
    """Which reminder is due, by its days; −1 once it is over; None when it was given or there is no end."""
    if valid_until is None:
        return None
    left = (valid_until - today()).days
    step = -1 if left < 0 else min(days for days in REMINDERS if left <= days)
    return step if reminded is None or step < reminded else None


def remind(tenant_id: int) -> list[Ending]:
    """What a business is to be told now; it is marked as told, and what is over as expired."""
    told = [*_filings(tenant_id), *_papers(tenant_id)]
    return sorted(told, key=lambda each: (each.valid_until, each.kind, each.title, each.operator))


def _filings(tenant_id: int) -> list[Ending]:
    rows = db.session.execute(
        select(Filing, Subject.title)
        .join(Subject, Subject.id == Filing.subject_id)
        .where(Filing.tenant_id == tenant_id, Filing.state == State.FILED, Filing.valid_until <= _first())
        .order_by(Filing.valid_until, Filing.id)
        .limit(EACH_MAX)
        .with_for_update(of=Filing, skip_locked=True)
    )
    told = []
    for filing, title in rows:
        step = _step(filing.valid_until, filing.reminded_days)
        if step is None or filing.valid_until is None:
            continue
        filing.reminded_days = step
        if step < 0:
            filing.state = State.EXPIRED
            audit.record("filing.expired", actor_id=None, object=f"filing:{filing.id}", tenant_id=tenant_id)
        if step < 0 or not _renewed(filing):
            told.append(Ending(filing.kind, title, filing.operator, filing.valid_until, step < 0))
    db.session.flush()
    return told


def _renewed(filing: Filing) -> bool:
    """Whether a later round is under way or filed: nobody need be reminded."""
    same = (Filing.tenant_id, Filing.kind, Filing.ref_id, Filing.edition, Filing.channel_id, Filing.operator)
    later = select(Filing.id).where(
        *[column == getattr(filing, column.key) for column in same], Filing.round > filing.round,
        Filing.state.in_((State.PREPARED, State.SUBMITTED, State.FILED)),
    )  # fmt: skip
    return db.session.scalar(later.limit(1)) is not None


def _papers(tenant_id: int) -> list[Ending]:
    """Of the newest versions only."""
    rows = db.session.scalars(
        select(Subject)
        .where(Subject.tenant_id == tenant_id, Subject.kind == Kind.QUALIFICATION)
        .order_by(Subject.ref_id, Subject.version.desc())
    )
    newest = [next(versions) for _, versions in groupby(rows, key=lambda each: each.ref_id)]
    told = []
    for papers in newest:
        if papers.valid_until is None or papers.valid_until > _first():
            continue
        if (step := _step(papers.valid_until, papers.reminded_days)) is not None:
            papers.reminded_days = step
            told.append(Ending(papers.kind, papers.title, "", papers.valid_until, step < 0))
    db.session.flush()
    return told
