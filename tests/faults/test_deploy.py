"""A deploy in the middle of everything: workers are asked to end with thousands queued, and others take over."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tenants.core.settings import Settings
from tests import pipeline, scale
from tests.faults import deployment
from tests.tenants.messages import arrange

pytestmark = scale.scaled
COUNT = 50_000 if scale.FULL else 2_000
DEPLOYS = 10 if scale.FULL else 1


def test_workers_told_to_end_finish_what_they_hold_and_others_go_on(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    with pipeline.line(app, tmp_path, tps=COUNT // 5) as line:
        run = arrange.run(["000"] * COUNT)
        for turn in range(DEPLOYS):
            with deployment.running(ground) as processes:
                reached = run.progress().delivered
                deployment.wait(lambda reached=reached: run.progress().delivered > reached)
                assert run.progress().queued > 0, "told to end in the middle"
                codes = deployment.end(processes)
            ended = dict(zip(deployment.ORDINARY, codes, strict=True))
            assert set(codes) == {0}, f"not all ended in order at deploy {turn}: {ended}"
            assert run.progress().submitting == 0, "nothing was left between us and the carrier"
        with deployment.running(ground):
            deployment.wait(lambda: run.progress().delivered == COUNT, 120)
    assert run.progress().in_doubt == 0
    deployment.check(line, (run, COUNT))
