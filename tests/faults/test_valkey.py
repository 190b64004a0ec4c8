"""Valkey loses everything, is away, is full, or says everything a hundred times: work goes on from PostgreSQL alone."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from tenants.core import jobs, scopes
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tests import pipeline, scale
from tests.faults import deployment
from tests.tenants.messages import arrange
from workers.embedded import Valkey

pytestmark = scale.scaled
COUNT = 20_000 if scale.FULL else 400
# The pace keeps the run going for long enough to be disturbed in its middle.
TPS = COUNT // 4
AWAY_S = 60.0 if scale.FULL else 1.5
RING_S_MAX = 1.5
LIMIT_S = 600.0 if scale.FULL else 60.0


@pytest.fixture
def hurt(app: Flask, ground: Settings) -> Iterator[tuple[Settings, Valkey]]:
    with deployment.own_valkey(app, ground) as pair:
        yield pair


def told(valkey: Valkey, *command: str) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.execute_command(*command)


def flush_again_and_again(valkey: Valkey) -> None:
    for _ in range(5):
        told(valkey, "FLUSHALL")
        time.sleep(0.2)


def away(valkey: Valkey) -> None:
    valkey.stop()
    time.sleep(AWAY_S)
    valkey.start()


def empty(valkey: Valkey) -> None:
    valkey.stop()
    shutil.rmtree(valkey.home / "valkey")
    valkey.start()


def full(valkey: Valkey) -> None:
    told(valkey, "CONFIG", "SET", "maxmemory", "1")
    time.sleep(AWAY_S)
    told(valkey, "CONFIG", "SET", "maxmemory", "0")


def read_only(valkey: Valkey) -> None:
    told(valkey, "REPLICAOF", "127.0.0.1", "1")
    time.sleep(AWAY_S)
    told(valkey, "REPLICAOF", "NO", "ONE")


def silent(valkey: Valkey) -> None:
    assert valkey.process is not None
    valkey.process.send_signal(signal.SIGSTOP)
    time.sleep(AWAY_S)
    valkey.process.send_signal(signal.SIGCONT)


LONG = [pytest.param(fault, marks=pytest.mark.soak) for fault in (away, empty, read_only, silent)]


@pytest.mark.parametrize("fault", [flush_again_and_again, full, *LONG])
def test_a_run_completes_whatever_becomes_of_valkey(
    app: Flask, hurt: tuple[Settings, Valkey], tmp_path: Path, fault: Callable[[Valkey], None]
) -> None:
    settings, valkey = hurt
    with pipeline.line(app, tmp_path, tps=TPS) as line, deployment.running(settings) as processes:
        run = arrange.run(["000"] * COUNT)
        deployment.wait(lambda: run.progress().delivered > 0)
        assert run.progress().open > 0, "the fault comes in the middle"
        fault(valkey)
        deployment.wait(lambda: run.progress().delivered == COUNT, LIMIT_S)
        assert [each.poll() for each in processes] == [None] * len(processes), "nobody died of it"
    deployment.check(line, (run, COUNT))


@pytest.mark.parametrize("how", ["gone", "silent", "full"])
def test_ringing_without_valkey_neither_raises_nor_keeps_anyone_waiting(
    hurt: tuple[Settings, Valkey], how: str
) -> None:
    _, valkey = hurt
    assert jobs.ring(Job.MAKE_SPARES)
    if how == "gone":
        valkey.stop()
    elif how == "full":
        told(valkey, "CONFIG", "SET", "maxmemory", "1")
    else:
        assert valkey.process is not None
        os.kill(valkey.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with scopes.platform(Reason.SWEEPS):
            for _ in range(3):
                jobs.after_commit(Job.SEND_BATCH, "bulk")
                jobs.after_commit(Job.SETTLE_RECEIPTS)
        assert not jobs.ring(Job.MAKE_SPARES)
        assert time.monotonic() - began < RING_S_MAX
    finally:
        if how == "silent":
            assert valkey.process is not None
            os.kill(valkey.process.pid, signal.SIGCONT)


def test_a_hundred_bells_for_one_and_two_clocks_do_nothing_twice(
    app: Flask, hurt: tuple[Settings, Valkey], tmp_path: Path
) -> None:
    settings, _ = hurt
    names = (*deployment.ORDINARY, "receipts", "schedule")
    with pipeline.line(app, tmp_path, tps=TPS) as line, deployment.running(settings, *names):
        run = arrange.run(["000"] * COUNT)
        deployment.double(100)
        deployment.wait(lambda: run.progress().delivered > COUNT // 4)
        deployment.double(100)
        deployment.wait(lambda: run.progress().delivered == COUNT, LIMIT_S)
    deployment.check(line, (run, COUNT))
