"""A gateway that is killed, stopped or cut off at any moment, with the carrier's journal as the oracle: nothing is
lost, nothing is taken twice, and what is in doubt says so.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tenants import ledger
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.models import Receipt
from tenants.routing.models import ChannelLease
from tests import pipeline, scale
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import Arranged
from tests.workers.gateway.arrange import (
    Process,
    Wire,
    dead,
    forget,
    gateways,
    linked,
    sent_once,
    stands_still,
    start,
    wire,
)
from tests.workers.simulators.processes import ask, wait_for

pytestmark = pytest.mark.usefixtures("within")
COUNT = 60
WAIT_S, LIMIT_S = 40.0, 40.0
WINDOW = 8


def over(run: Arranged) -> bool:
    """Whether nothing more can happen but receipts for what is in doubt."""
    progress = run.progress()
    return progress.open == progress.in_doubt


def begun(run: Arranged) -> bool:
    """Whether nothing waits to be sent any more."""
    progress = run.progress()
    return progress.queued == progress.submitting == 0


def die(settings: Settings, point: str, *wires: Wire) -> None:
    """A gateway that kills itself at `point`, believed dead at once."""
    child = start(settings, QUNFA_CRASH_AT=point)
    try:
        if wires:
            linked(*wires)
        stop_at = time.monotonic() + WAIT_S
        while child.poll() is None and time.monotonic() < stop_at:
            pipeline.work_off()
            time.sleep(0.05)
        assert child.poll() == -signal.SIGKILL
    finally:
        child.kill()
        child.wait(WAIT_S)
    dead()


@pytest.mark.parametrize(
    "point",
    [
        "after_submitting",
        pytest.param("after_sent", marks=pytest.mark.soak),
        "before_recorded",
        pytest.param("after_recorded", marks=pytest.mark.soak),
    ],
)
def test_a_gateway_killed_at_any_step_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path, point: str
) -> None:
    with wire(tmp_path, "smpp", settings={"window": WINDOW}) as line:
        run = arrange.run(["000"] * COUNT)
        die(ground, point, line)
        with gateways(ground):
            pipeline.until(lambda: over(run), limit_s=LIMIT_S)
        sent_once(run, COUNT, line)
        progress = run.progress()
        assert progress.delivered + progress.in_doubt == COUNT
        if point == "after_submitting":
            assert progress.delivered == len(line.taken()), "nothing of the slice had left"
            assert 0 < progress.in_doubt <= WINDOW
        if point in ("after_sent", "before_recorded"):
            assert progress.in_doubt, "nobody can know"
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def test_a_receipt_is_acknowledged_only_when_it_is_stored(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "cmpp") as line:
        run = arrange.run(["000"] * COUNT)
        die(ground, "after_stored", line)
        assert not line.carrier.entries("taken"), "stored, but not yet acknowledged"
        with scopes.platform(Reason.SWEEPS):
            assert db.session.scalar(select(func.count()).select_from(Receipt))
        with gateways(ground):
            pipeline.until(lambda: over(run), limit_s=LIMIT_S)
            wait_for(lambda: len(line.carrier.entries("taken")) >= run.progress().delivered)
        sent_once(run, COUNT, line)


def test_a_link_lost_in_the_middle_of_a_window_leaves_what_was_unanswered_in_doubt(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    with wire(tmp_path, "smpp", "--answer", "30", settings={"window": WINDOW}) as line, gateways(ground):
        run = arrange.run(["000"] * COUNT)
        linked(line)
        pipeline.until(lambda: len(line.taken()) == WINDOW, limit_s=LIMIT_S)
        ask(line.carrier.url + "/control", {"answer_s": 0})
        line.harm("reset")
        pipeline.until(lambda: over(run), limit_s=LIMIT_S)
        assert run.states() == {"delivered": COUNT - WINDOW, "in_doubt": WINDOW}
        assert len(line.taken()) == COUNT
        sent_once(run, COUNT, line)


def test_an_answer_that_comes_late_settles_the_doubt(app: Flask, ground: Settings, tmp_path: Path) -> None:
    settings = {"window": WINDOW, "response_s": 1, "idle_s": 60}
    with wire(tmp_path, "smpp", "--answer", "2.5", settings=settings) as line, gateways(ground):
        run = arrange.run(["000"] * WINDOW)
        linked(line)
        pipeline.until(lambda: run.progress().in_doubt == WINDOW, limit_s=LIMIT_S)
        pipeline.until(lambda: run.states() == {"delivered": WINDOW}, limit_s=LIMIT_S)
        assert len(line.taken()) == WINDOW


@pytest.mark.parametrize(
    "point",
    [
        "during_submitting",
        pytest.param("", marks=pytest.mark.soak),
        pytest.param("before_recorded", marks=pytest.mark.soak),
    ],
)
def test_a_gateway_that_was_stopped_comes_back_to_nothing(
    app: Flask, ground: Settings, tmp_path: Path, point: str
) -> None:
    with wire(tmp_path, "smpp", "--answer", "0.1", settings={"window": 4}, tps=60) as line:
        old = start(ground, QUNFA_STOP_AT=point, QUNFA_STALL_S="2")
        try:
            run = arrange.run(["000"] * COUNT)
            freeze(old, line, by_itself=bool(point))
            dead()
            with gateways(ground):
                wait_for(lambda: holder(line)[0] == 2, LIMIT_S)
                pipeline.until(lambda: begun(run), limit_s=LIMIT_S)
                states, taken = run.states(), len(line.taken())
                old.send_signal(signal.SIGCONT)
                time.sleep(2.0)
                assert holder(line)[0] == 2, "the old one holds nothing"
                assert old.poll() is None
                assert len(line.taken()) - taken <= states.get("in_doubt", 0), "it began something"
                # Receipts that were on their way to the one that stood still come when it has gone on.
                pipeline.until(lambda: over(run), limit_s=LIMIT_S)
            sent_once(run, COUNT, line)
        finally:
            old.kill()
            old.wait(WAIT_S)
            forget()


def freeze(child: Process, line: Wire, *, by_itself: bool) -> None:
    """A gateway that stands still: in the middle of a transaction, where it does so by itself, or anywhere."""
    linked(line)
    if by_itself:
        pipeline.until(lambda: stands_still(child), limit_s=LIMIT_S)
    else:
        pipeline.until(lambda: len(line.taken()) >= 8, limit_s=LIMIT_S)
        child.send_signal(signal.SIGSTOP)


def holder(line: Wire) -> tuple[int, object]:
    """The fence of a channel and who holds it."""
    with scopes.platform(Reason.SWEEPS):
        lease = db.session.get(ChannelLease, line.channel_id)
        return (lease.fence, lease.holder) if lease else (0, None)


@scale.scaled
def test_the_links_of_a_dead_gateway_are_taken_over_by_another(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "smpp") as one, wire(tmp_path, "cmpp") as two, gateways(ground, 2) as children:
        linked(one, two)
        wait_for(lambda: holder(one)[1] and holder(two)[1] and holder(one)[1] != holder(two)[1], 20)
        began = time.monotonic()
        victim = children[0]
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(WAIT_S)
        if not scale.FULL:
            dead()
        wait_for(lambda: holder(one)[1] == holder(two)[1], 30)
        assert time.monotonic() - began < 30
        run = arrange.run(["000"] * COUNT)
        pipeline.until(lambda: over(run), limit_s=LIMIT_S)
        assert run.states() == {"delivered": COUNT}
        sent_once(run, COUNT, one, two)
