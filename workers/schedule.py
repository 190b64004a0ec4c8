"""The clock: every periodic task in one table, run by one leader at a time. `python -m workers.schedule`.

The leader holds an advisory lock of PostgreSQL; a second scheduler waits for it, so nothing runs twice and nothing
stops when one dies. A task that fails is logged and tried again at its next turn.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from tenants.core.ground import bare_app
from tenants.core.settings import Settings
from workers import logs
from workers.jobs import health, rich, sweeps
from workers.jobs.accounts import tidy_accounts
from workers.jobs.replies import tidy_replies

log = structlog.get_logger()

LEADER_LOCK = 5_100_002
TICK_S = 0.25
STANDBY_S = 2.0


@dataclass
class Periodic:
    """`task` every `every_s` seconds."""

    every_s: float
    task: Callable[[], object]
    due: float = 0.0


TABLE = (
    Periodic(0.5, sweeps.ring_ready_batches),
    Periodic(1.0, sweeps.ring_receipts),
    Periodic(2.0, sweeps.ring_agenda),
    Periodic(5.0, sweeps.recover_leases),
    Periodic(5.0, sweeps.return_handed),
    Periodic(5.0, sweeps.ring_replies),
    Periodic(5.0, sweeps.ring_taking_back),
    Periodic(10.0, sweeps.ring_mail),
    Periodic(10.0, sweeps.ring_payments),
    Periodic(30.0, sweeps.ring_spares),
    Periodic(60.0, sweeps.expire_batches),
    Periodic(60.0, sweeps.ring_reconciling),
    Periodic(600.0, tidy_accounts),
    Periodic(3600.0, tidy_replies),
    Periodic(600.0, health.tidy_health),
    Periodic(600.0, rich.tidy_capabilities),
    Periodic(3_600.0, sweeps.ring_filings),
    Periodic(86_400.0, sweeps.ring_books),
    Periodic(86_400.0, sweeps.ring_thinning),
)


_stopping = False


def table(settings: Settings) -> tuple[Periodic, ...]:
    """The tasks of this installation: how often channels are judged is a setting."""
    return (*TABLE, Periodic(float(settings.qunfa_health_s), health.judge_channels))


def main() -> int:
    logs.set_up("schedule")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    settings = Settings.read()
    engine = sa.create_engine(settings.dsn, poolclass=sa.pool.NullPool)
    with bare_app(settings).app_context():
        while not _stopping:
            _lead(engine, table(settings))
            time.sleep(0 if _stopping else STANDBY_S)
    return 0


def _lead(engine: sa.Engine, tasks: Sequence[Periodic]) -> None:
    """Run the table for as long as this process holds the lock; return when it does not get or loses it."""
    try:
        with engine.connect() as connection:
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LEADER_LOCK))):
                return
            log.info("schedule.leads")
            while not _stopping:
                connection.scalar(sa.select(sa.true()))
                connection.rollback()
                tick(time.monotonic(), tasks)
                time.sleep(TICK_S)
    except sa.exc.OperationalError as error:
        log.warning("schedule.lost_database", error=str(error.orig))


def tick(at: float, tasks: Sequence[Periodic] = TABLE) -> None:
    """Run what is due at `at`."""
    for entry in tasks:
        if at < entry.due:
            continue
        entry.due = at + entry.every_s
        try:
            entry.task()
        except Exception:  # the clock must outlive any one task
            log.exception("schedule.task_failed", task=entry.task.__name__)


def _stop(number: int, frame: object) -> None:
    """Nothing is broken off: the task at hand is the last."""
    global _stopping
    _stopping = True


if __name__ == "__main__":
    sys.exit(main())
