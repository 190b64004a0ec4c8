"""Everything that can happen to links, at random and all the time, while gateways are killed three times: the
carrier's journal against our states. None lost, none twice beyond what is shown in doubt.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tenants import ledger, messages
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tests import pipeline, scale
from tests.faults import deployment
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import (
    PROTOCOLS,
    Process,
    Wire,
    dead,
    gateways,
    linked,
    sent_once,
    start,
    wires,
)
from tests.workers.simulators.processes import ask

pytestmark = scale.scaled
COUNT = 20_000 if scale.FULL else 500
SEED = 20_261_122
KILLS = 3
GATEWAYS = 1 if scale.FULL else 2  # of two, one goes on while the other is dead
LIMIT_S = 600.0 if scale.FULL else 90.0
REST_S = (0.1, 0.3)
SETTINGS = {"window": 16, "links": 2, "response_s": 2}
WELL = {"answer_s": 0.02, "mute": False, "deaf": False, "tps": 0, "down": False}
# For a while each: no answers, answers that are late, nothing read, throttled hard, nobody there.
SPELLS = ({"mute": True}, {"answer_s": 0.5}, {"deaf": True}, {"tps": 40}, {"down": True})
FAULTS = ("reset", "half", "garbage", "leave")


@pytest.mark.parametrize("protocols", [(each,) for each in PROTOCOLS] if scale.FULL else [PROTOCOLS], ids="+".join)
def test_chaos_on_links_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path, protocols: Sequence[str]
) -> None:
    with ExitStack() as stack:
        children = stack.enter_context(gateways(ground, GATEWAYS))
        if scale.FULL:
            stack.enter_context(deployment.running(ground, "bulk", "receipts", "chores", "schedule"))
        runs = [arrange.run(["000"] * COUNT, open_=False) for _ in protocols]
        columns = [{"settings": SETTINGS, "tps": COUNT // 5, "tenant_ids": [run.tenant_id]} for run in runs]
        lines = stack.enter_context(wires(tmp_path, protocols, columns))
        linked(*lines)
        for run in runs:
            with scopes.tenant(run.tenant_id):
                messages.let_go(run.campaign_id)
        wrong = stack.enter_context(ThreadPoolExecutor(1)).submit(go_wrong, app, runs, lines, children, ground)
        until(wrong.done, LIMIT_S)
        wrong.result()
        until(lambda: all(settled(run) for run in runs), LIMIT_S)
        for run, line in zip(runs, lines, strict=True):
            check(run, line)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def go_wrong(
    app: Flask, runs: Sequence[arrange.Arranged], lines: Sequence[Wire], children: list[Process], ground: Settings
) -> None:
    """One thing after another, until nothing waits to be sent."""
    draw = random.Random(SEED)
    kills = sorted(draw.uniform(0.1, 0.7) for _ in range(KILLS))
    stop_at = time.monotonic() + LIMIT_S
    with app.app_context():
        while (left := sum(run.progress().queued for run in runs)) or kills:
            assert time.monotonic() < stop_at, "too little left"
            misbehave(draw.choice(lines), draw)
            if kills and 1 - left / COUNT / len(runs) > kills[0]:
                kills.pop(0)
                victim = children.pop(draw.randrange(len(children)))
                victim.kill()
                victim.wait(LIMIT_S)
                dead()
                children.append(start(ground))


def until(condition: Callable[[], bool], limit_s: float) -> None:
    """Let the deployment's workers work, or do it ourselves."""
    if scale.FULL:
        deployment.wait(condition, limit_s)
    else:
        pipeline.until(condition, limit_s=limit_s)


def misbehave(line: Wire, draw: random.Random) -> None:
    """One thing that goes wrong, and a little time in which all is well."""
    if draw.random() < 0.5:
        line.harm(draw.choice(FAULTS))
    else:
        ask(line.carrier.url + "/control", {**WELL, **draw.choice(SPELLS)})
        time.sleep(draw.uniform(*REST_S))
        ask(line.carrier.url + "/control", WELL)
    time.sleep(draw.uniform(*REST_S))


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
