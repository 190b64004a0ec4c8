"""kill -9 at each step of planning, of sending and of settling, with the carrier's journal as the oracle: nothing is
lost, nothing is sent twice, and what was in doubt says so.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tenants import ledger
from tenants.core import scopes
from tenants.core.agenda import Task
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.models import Batch, Receipt
from tests import pipeline
from tests.tenants.campaigns import arrange as campaign_arrange
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import CREDIT_MICRO, PRICE_MICRO
from tests.workers.simulators.processes import wait_for

COUNT = 60
WAIT_S = 40.0
SENDING = ["after_claim", "after_submitting", "after_sent", "before_recorded", "after_recorded"]
SETTLING = ["during_settle", "after_settle"]
PLANNING = ["during_plan", "after_plan_chunk"]
# Where nobody can know whether the slice left: those messages may stay in doubt, but never more than the slice.
MAY_DOUBT = {"after_submitting", "after_sent", "before_recorded"}


def die(settings: Settings, lane: str, point: str) -> None:
    """A real worker process that kills itself at `point`."""
    worker = pipeline.worker(settings, lane, QUNFA_CRASH_AT=point)
    try:
        assert worker.wait(WAIT_S) == -signal.SIGKILL
    finally:
        worker.kill()


def lease_over() -> None:
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).where(Batch.state == "leased").values(lease_until=func.now()))


def inbox() -> int:
    """Receipts that were stored and not settled."""
    with scopes.platform(Reason.RECEIPTS):
        return db.session.scalar(select(func.count()).where(Receipt.state == "matched")) or 0


@pytest.mark.parametrize("point", SENDING)
def test_a_sender_killed_at_any_step_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path, point: str
) -> None:
    with pipeline.line(app, tmp_path) as line:
        run = arrange.run(["000"] * COUNT)
        die(ground, "bulk", point)
        lease_over()
        pipeline.until(lambda: run.progress().queued == run.progress().submitting == run.progress().accepted == 0)
        pipeline.until(lambda: run.progress().open == run.progress().in_doubt)
        taken = line.taken()
        assert len(taken) == len(set(taken)), "sent twice"
        progress = run.progress()
        assert progress.total == COUNT
        assert progress.delivered + progress.in_doubt == COUNT
        assert not progress.in_doubt or point in MAY_DOUBT
        # The carrier's receipts name our reference, so even what was in doubt is resolved when it was taken.
        assert progress.delivered == len(taken)
        assert run.balance() == ledger.Balance(
            CREDIT_MICRO - progress.delivered * PRICE_MICRO, progress.in_doubt * PRICE_MICRO
        )
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


@pytest.mark.parametrize("point", PLANNING)
def test_a_planner_killed_at_any_step_plans_everybody_once(
    app: Flask, ground: Settings, tmp_path: Path, point: str
) -> None:
    with pipeline.line(app, tmp_path) as line:
        ready = campaign_arrange.ready(COUNT)
        ready.launch()
        die(ground, "chores", point)
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(update(Task).values(due_at=func.now()))
        pipeline.until(lambda: ready.state() == "finished")
        assert (ready.progress().total, ready.progress().delivered) == (COUNT, COUNT)
        assert len(line.taken()) == len(set(line.taken())) == COUNT
        spent = COUNT * campaign_arrange.PRICE_MICRO
        assert ready.balance() == ledger.Balance(campaign_arrange.CREDIT_MICRO - spent, 0)


@pytest.mark.parametrize("point", SETTLING)
def test_a_settler_killed_at_any_step_settles_everything_once(
    app: Flask, ground: Settings, tmp_path: Path, point: str
) -> None:
    with pipeline.line(app, tmp_path, "--delay", "2"):
        run = arrange.run(["000"] * COUNT)
        pipeline.work_off()
        assert run.progress().accepted == COUNT, "no receipt has come yet"
        wait_for(inbox)
        die(ground, "receipts", point)
        pipeline.until(lambda: run.progress().open == 0)
        assert run.states() == {"delivered": COUNT}
        assert run.balance() == ledger.Balance(CREDIT_MICRO - COUNT * PRICE_MICRO, 0)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []
