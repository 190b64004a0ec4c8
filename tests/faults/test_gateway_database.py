"""A gateway whose connections to the database are cut again and again, with the carrier's journal as the oracle: none
lost, none taken twice, and no receipt acknowledged that was not stored.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tests import pipeline
from tests.faults import deployment
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import PROTOCOLS, gateways, linked, sent_once, wire

pytestmark = pytest.mark.usefixtures("within")
SEED = 20_261_123
COUNT = 300
CUTS = 8
AWAY_S = 1.5
LIMIT_S = 60.0
NAME = "gateway-under-test"


@pytest.mark.parametrize(
    "protocol", [each if each == "smpp" else pytest.param(each, marks=pytest.mark.soak) for each in PROTOCOLS]
)
def test_a_gateway_cut_off_from_the_database_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path, protocol: str
) -> None:
    draw = random.Random(SEED)
    with wire(tmp_path, protocol, settings={"window": 8}, tps=COUNT // 4) as line:
        with gateways(ground, PGAPPNAME=NAME):
            linked(line)
            run = arrange.run(["000"] * COUNT)
            ended = 0
            for _ in range(CUTS):
                rest(draw.uniform(0.05, 0.4))
                ended += cut(ground)
            stop_at = time.monotonic() + AWAY_S
            while time.monotonic() < stop_at:
                ended += cut(ground)
                rest(0.05)
            assert ended >= CUTS, "the gateway was hardly cut"
            pipeline.until(lambda: over(run), limit_s=LIMIT_S)
        sent_once(run, COUNT, line)
        progress = run.progress()
        assert progress.delivered + progress.in_doubt == COUNT
        assert progress.delivered <= len(line.numbers()) <= progress.delivered + progress.in_doubt
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def over(run: arrange.Arranged) -> bool:
    """Whether nothing more can happen; what a cut left in a lease is taken up at once."""
    deployment.lease_over()
    progress = run.progress()
    return progress.open == progress.in_doubt


def rest(seconds: float) -> None:
    """Let the others work for a while, and work ourselves."""
    stop_at = time.monotonic() + seconds
    pipeline.until(lambda: time.monotonic() > stop_at)


def cut(settings: Settings) -> int:
    """End every session of the gateway in the middle of whatever it does; a role may end its own."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (NAME,)
        )
        return len(ended.fetchall())
