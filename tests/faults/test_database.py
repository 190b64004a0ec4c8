"""The database is away in the middle of a campaign: every process outlives it, and each message leaves once."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask

from tenants.core.settings import Settings
from tests import pipeline, scale
from tests.faults import deployment
from tests.faults.relay import relayed
from tests.tenants.messages import arrange

pytestmark = scale.scaled
COUNT = 20_000 if scale.FULL else 1_000
TPS = COUNT // 5
TIMES, AWAY_S = (5, 10.0) if scale.FULL else (2, 1.0)
LIMIT_S = 300.0 if scale.FULL else 60.0


def test_a_database_that_refuses_everybody_for_a_while_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    with (
        pipeline.line(app, tmp_path, tps=TPS) as line,
        relayed(ground) as (far, relay),
        deployment.running(far) as processes,
    ):
        run = arrange.run(["000"] * COUNT)
        for _ in range(TIMES):
            reached = run.progress().delivered
            deployment.wait(lambda reached=reached: run.progress().delivered > reached)
            assert run.progress().queued > 0, "in the middle"
            relay.close()
            time.sleep(AWAY_S)
            relay.open()
        deployment.wait(lambda: over(run), LIMIT_S)
        assert [each.poll() for each in processes] == [None] * len(processes), "nobody died of it"
    deployment.check(line, (run, COUNT))
    assert run.progress().delivered == COUNT, "receipts resolve every doubt"


def over(run: arrange.Arranged) -> bool:
    """Whether all is over; what a cut left in a lease is taken up at once."""
    deployment.lease_over()
    return run.progress().open == 0
