"""Everything that can happen to links, at random and all the time, while the gateway is killed three times: the
carrier's journal against our states. None lost, none twice beyond what is shown in doubt.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from flask import Flask

from tenants import ledger, messages
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tests import scale
from tests.faults import deployment
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
REST_S = (0.1, 0.3)
SETTINGS = {"window": 16, "links": 2, "response_s": 2}
WELL = {"answer_s": 0.02, "mute": False, "deaf": False, "tps": 0, "down": False}
# For a while each: no answers, answers that are late, nothing read, throttled hard, nobody there.
SPELLS = ({"mute": True}, {"answer_s": 0.5}, {"deaf": True}, {"tps": 40}, {"down": True})
FAULTS = ("reset", "half", "garbage", "leave")


def test_chaos_on_links_of_every_protocol_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    runs = [arrange.run(["000"] * COUNT, open_=False) for _ in PROTOCOLS]
    with ExitStack() as stack:
        wires = [
            stack.enter_context(wire(tmp_path, protocol, settings=SETTINGS, tps=COUNT // 5, tenant_ids=[run.tenant_id]))
            for protocol, run in zip(PROTOCOLS, runs, strict=True)
        ]
        stack.enter_context(deployment.running(ground, "bulk", "receipts", "chores", "schedule"))
        kills = sorted(draw.uniform(0.1, 0.7) for _ in range(KILLS))
        child = start(ground)
        stack.callback(forget)
        try:
            linked(*wires)
            for run in runs:
                with scopes.tenant(run.tenant_id):
                    messages.let_go(run.campaign_id)
            stop_at = time.monotonic() + LIMIT_S
            while left := sum(run.progress().queued for run in runs):
                assert time.monotonic() < stop_at, "too little left"
                misbehave(draw.choice(wires), draw)
                if kills and 1 - left / COUNT / len(runs) > kills[0]:
                    kills.pop(0)
                    child = killed(child, ground)
            assert not kills, "it was over too soon"
            deployment.wait(lambda: all(settled(run) for run in runs), LIMIT_S)
        finally:
            end(child)
        for run, line in zip(runs, wires, strict=True):
            check(run, line)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def killed(child: Process, ground: Settings) -> Process:
    """-9, and another one in its place."""
    child.kill()
    child.wait(LIMIT_S)
    dead()
    return start(ground)


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
