"""Everything that can happen to links, at random and all the time, while the gateway is killed three times: the
carrier's journal against our states. None lost, none twice beyond what is shown in doubt.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tests import pipeline, scale
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import (
    PROTOCOLS,
    Process,
    Wire,
    dead,
    end,
    forget,
    linked,
    sent_once,
    start,
    wire,
)
from tests.workers.simulators.processes import ask

pytestmark = scale.scaled
COUNT = 20_000 if scale.FULL else 500
SEED = 20_261_122
KILLS = 3
LIMIT_S = 900.0 if scale.FULL else 90.0
REST_S = (0.2, 0.6)
WELL = {"answer_s": 0.02, "mute": False, "deaf": False, "tps": 0, "down": False}
# For a while each: no answers, answers that are late, nothing read, throttled hard, nobody there.
SPELLS = ({"mute": True}, {"answer_s": 0.5}, {"deaf": True}, {"tps": 40}, {"down": True})
FAULTS = ("reset", "half", "garbage", "leave")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_chaos_on_links_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path, protocol: str
) -> None:
    draw = random.Random(f"{SEED} {protocol}")
    settings = {"window": 16, "links": 2, "response_s": 2}
    with wire(tmp_path, protocol, settings=settings, tps=COUNT // 5) as line:
        run = arrange.run(["000"] * COUNT)
        kills = sorted(draw.uniform(0.2, 0.8) for _ in range(KILLS))
        child = start(ground)
        try:
            linked(line)
            while run.progress().queued:
                if kills and 1 - run.progress().queued / COUNT > kills[0]:
                    kills.pop(0)
                    child = killed(child, ground)
                misbehave(line, draw)
            while kills:
                kills.pop(0)
                child = killed(child, ground)
            ask(line.carrier.url + "/control", WELL)
            pipeline.until(lambda: settled(run), limit_s=LIMIT_S)
            check(run, line)
        finally:
            ask(line.carrier.url + "/control", WELL)
            end(child)
            forget()
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def killed(child: Process, ground: Settings) -> Process:
    """-9, and another one in its place."""
    child.kill()
    child.wait()
    dead()
    return start(ground)


def misbehave(line: Wire, draw: random.Random) -> None:
    """One thing that goes wrong, and a little time in which all is well."""
    if draw.random() < 0.5:
        line.harm(draw.choice(FAULTS))
    else:
        ask(line.carrier.url + "/control", {**WELL, **draw.choice(SPELLS)})
        work(draw.uniform(*REST_S))
        ask(line.carrier.url + "/control", WELL)
    work(draw.uniform(*REST_S))


def work(for_s: float) -> None:
    stop_at = time.monotonic() + for_s
    while time.monotonic() < stop_at:
        for task in (
            pipeline.sweeps.ring_ready_batches,
            pipeline.sweeps.ring_receipts,
            pipeline.sweeps.recover_leases,
            pipeline.sweeps.return_handed,
        ):
            task()
        pipeline.work_off()
        time.sleep(0.05)


def settled(run: arrange.Arranged) -> bool:
    """Whether nothing more happens: receipts whose message is in doubt find nothing, the rest is over."""
    progress = run.progress()
    return progress.open == progress.in_doubt


def check(run: arrange.Arranged, line: Wire) -> None:
    progress = run.progress()
    sent_once(run, COUNT, line)
    assert [number for number, times in Counter(number for number, _ in line.taken()).items() if times > 1] == []
    reached = len(line.numbers())
    assert progress.delivered + progress.in_doubt == COUNT, "all that was not in doubt was delivered"
    assert progress.delivered <= reached <= progress.delivered + progress.in_doubt
