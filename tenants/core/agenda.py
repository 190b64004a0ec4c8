"""Work that must happen even when its doorbell is lost: one shared row for each piece, written with the state that asks
for it and removed with the state that ends it. A sweep rings for what is due, so no process ever scans the schemas.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, Integer, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core import jobs, scopes
from tenants.core.db import SHARED, Base, db
from tenants.core.jobs import Job

# A job that ends without removing its row is rung again after this long, doubling up to the bound.
AGAIN = timedelta(seconds=15)
DOUBLINGS_MAX = 6
RING_MAX = 200


class Task(Base):
    """`job` on `object_id` of a tenant, not before `due_at`."""

    __tablename__ = "agenda"
    __table_args__ = (Index("ix_agenda_due_at", "due_at"), {"schema": SHARED})

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(primary_key=True)
    object_id: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer)


def put(job: Job, object_id: int, *, at: datetime | None = None) -> None:
    """Ask for `job(tenant_id, object_id)` of the scope's tenant: now, or not before `at`."""
    tenant_id = scopes.tenant_id()
    due_at = func.now() + AGAIN if at is None else at
    statement = insert(Task).values(tenant_id=tenant_id, job=str(job), object_id=object_id, due_at=due_at, tries=0)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Task.tenant_id, Task.job, Task.object_id], set_={"due_at": due_at, "tries": 0}
        )
    )
    if at is None:
        jobs.after_commit(job, tenant_id, object_id)


def done(job: Job, object_id: int) -> None:
    """The piece of work has reached its end."""
    db.session.execute(
        delete(Task).where(Task.tenant_id == scopes.tenant_id(), Task.job == str(job), Task.object_id == object_id)
    )


def ring_due() -> int:
    """Ring for everything that is due and put it off until the next try; how many. Platform scope."""
    due = (
        select(Task.tenant_id, Task.job, Task.object_id)
        .where(Task.due_at <= func.now())
        .order_by(Task.due_at)
        .limit(RING_MAX)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(due).all()
    if not rows:
        return 0
    db.session.execute(
        update(Task)
        .where(tuple_(Task.tenant_id, Task.job, Task.object_id).in_([tuple(row) for row in rows]))
        .values(tries=Task.tries + 1, due_at=func.now() + AGAIN * func.power(2, func.least(Task.tries, DOUBLINGS_MAX)))
    )
    for tenant_id, job, object_id in rows:
        jobs.after_commit(Job(job), tenant_id, object_id)
    return len(rows)
