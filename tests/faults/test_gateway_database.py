"""A gateway whose connections to the database are cut again and again, with the carrier's journal as the oracle: none
lost, none taken twice, and no receipt acknowledged that was not stored.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
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
CUTS = 3
CUT_S = 3.0
HELD_UP, HOLD_S = 0.2, 0.2
LIMIT_S = 60.0
NAME = "gateway-under-test"
BUSY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s AND state <> 'idle'"


@pytest.mark.parametrize(
    "protocol", [each if each == "smpp" else pytest.param(each, marks=pytest.mark.soak) for each in PROTOCOLS]
)
def test_a_gateway_cut_off_from_the_database_loses_nothing_and_repeats_nothing(
    app: Flask, ground: Settings, tmp_path: Path, protocol: str
) -> None:
    with wire(tmp_path, protocol, settings={"window": 8}, tps=COUNT // 4) as line:
        with gateways(ground, PGAPPNAME=NAME):
            linked(line)
            run = arrange.run(["000"] * COUNT)
            with ThreadPoolExecutor(1) as pool:
                cutting = pool.submit(cut, ground)
                pipeline.until(lambda: over(run) and cutting.done(), limit_s=LIMIT_S)
            assert cutting.result() >= CUTS, "hardly anything was cut in the middle"
        sent_once(run, COUNT, line)
        progress = run.progress()
        assert progress.delivered + progress.in_doubt == COUNT
        assert progress.in_doubt < COUNT // 2, "a cut is no reason to doubt what it did not touch"
        assert progress.delivered <= len(line.numbers()) <= progress.delivered + progress.in_doubt
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def over(run: arrange.Arranged) -> bool:
    """Whether nothing more can happen; what a cut left in a lease is taken up at once."""
    deployment.lease_over()
    progress = run.progress()
    return progress.open == progress.in_doubt


def cut(settings: Settings) -> int:
    """For a while, end sessions of the gateway that are in the middle of something: held up or not, where the receipts
    are kept. How many were ended; a role may end its own."""
    draw, ended = random.Random(SEED), 0
    stop_at = time.monotonic() + CUT_S
    with (
        psycopg.connect(settings.database_url, autocommit=True) as connection,
        psycopg.connect(settings.migration_database_url) as owner,
    ):
        while time.monotonic() < stop_at:
            if draw.random() < HELD_UP:
                owner.execute("LOCK TABLE shared.receipts IN SHARE ROW EXCLUSIVE MODE")
                time.sleep(HOLD_S)
            time.sleep(draw.uniform(0.002, 0.03))
            ended += len(connection.execute(BUSY, (NAME,)).fetchall())
            owner.rollback()
    return ended
