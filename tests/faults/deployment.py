"""A deployment's processes on the test's servers, and what must hold when everything is over."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import redis
from flask import Flask
from sqlalchemy import func, update

from tenants import ledger
from tenants.core import jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.models import Batch
from tests.pipeline import Line, environment
from tests.processes import Process
from tests.tenants.messages.arrange import PRICE_MICRO, Arranged
from workers.embedded import Valkey
from workers.supervisor import GRACE_S

ORDINARY = ("bulk", "bulk", "receipts", "chores", "schedule")
LOOK_S = 0.05
START_S = 60.0
# As long as a supervisor waits before it kills, twice over for a machine that is busy with other tests.
END_S = 2 * GRACE_S


def start(settings: Settings, name: str) -> Process:
    """One process of a deployment by its line in the Procfile."""
    command = ["workers.schedule"] if name == "schedule" else ["workers", name]
    return Process(*command, environment=environment(settings))


@contextmanager
def running(settings: Settings, *names: str, among: int = 0) -> Iterator[list[Process]]:
    """The processes, from the moment their workers listen (`among` were there before) to their end."""
    processes = [start(settings, name) for name in names or ORDINARY]
    workers = among + sum(name != "schedule" for name in names or ORDINARY)
    try:
        with redis.Redis.from_url(settings.redis_url) as client:
            wait(lambda: int(client.scard("rq:workers")) >= workers, START_S)  # type: ignore[arg-type]
        yield processes
    finally:
        end(processes)


def end(processes: Sequence[Process]) -> list[int]:
    """Ask them to end as a deploy does; their exit codes, a negative one for who had to be killed."""
    for each in processes:
        each.terminate()
    stop_at = time.monotonic() + END_S
    for each in processes:
        try:
            each.wait(max(0.1, stop_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            each.kill()
    return [each.wait() for each in processes]


def wait(condition: Callable[[], Any], limit_s: float = 60.0) -> float:
    """Look, touching nothing, until it is so; the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < limit_s, "waited in vain"
        time.sleep(LOOK_S)
    return time.monotonic() - began


@contextmanager
def own_valkey(app: Flask, settings: Settings) -> Iterator[tuple[Settings, Valkey]]:
    """A Valkey that may be hurt, for this test alone: the settings that lead there, and the server."""
    valkey = Valkey(Path(tempfile.mkdtemp(prefix="valkey-", dir=settings.qunfa_home)))
    valkey.start()
    hurt = replace(settings, redis_url=valkey.url)
    app.config["SETTINGS"] = hurt
    try:
        yield hurt, valkey
    finally:
        app.config["SETTINGS"] = settings
        jobs._quiet_until = 0.0
        valkey.stop()


def lease_over() -> None:
    """Whoever held a lease is dead: do not wait for two minutes to believe it."""
    with scopes.platform(Reason.SWEEPS):
        gone = update(Batch).where(Batch.state == "leased")
        db.session.execute(gone.values(lease_until=func.now()))


def double(times: int) -> None:
    """Ring for sending and settling as often as `times`, whatever is on the queues."""
    for job, arguments in ((Job.SEND_BATCH, (str(Lane.BULK),)), (Job.SETTLE_RECEIPTS, ())):
        queue = jobs.queue(jobs.LANE_OF[job])
        for _ in range(times):
            queue.enqueue(jobs.RUN, str(job), *arguments, result_ttl=0)


def check(line: Line, *runs: tuple[Arranged, int], basis: str = "delivered") -> None:
    """What every fault must leave true: each message counted, none taken twice, the money fits, the books are right."""
    taken = line.taken()
    assert [reference for reference, times in Counter(taken).items() if times > 1] == [], "taken twice"
    messages = Counter(reference.rpartition("-")[0] for reference in taken)
    assert [public for public, times in messages.items() if times > 1] == [], "taken in two attempts"
    for run, count in runs:
        progress, states = run.progress(), run.states()
        assert progress.total == sum(states.values()) == count
        assert {state: getattr(progress, state) for state in states} == states
        accepted = progress.delivered + progress.undelivered + progress.accepted
        posted, held = (
            (accepted, progress.open - progress.accepted)
            if basis == "submitted"
            else (progress.delivered, progress.open)
        )
        assert (progress.posted_micro, progress.held_micro) == (posted * PRICE_MICRO, held * PRICE_MICRO)
        assert progress.posted_micro + progress.released_micro + progress.held_micro == count * PRICE_MICRO
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []
