"""Two channels for one operator. The first starts failing, by receipts only: traffic moves to the second within two
periods of judgement, comes back after it recovers, and the reasons stand on the staff's screens.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.routing import drifting
from tenants.routing.models import Channel, Health, PointChange, Points
from tests import pipeline
from tests.tenants.messages import arrange
from tests.web.signed_in import staff_client
from tests.workers.simulators.processes import RunningCarrier, carrier
from workers.jobs.health import judge_channels

PERIOD_S = 1
EACH = 10
PERIODS_MAX = 30
SIDE = ("CN", "mobile")


@pytest.fixture
def quick(app: Flask, ground: Settings) -> Iterator[Flask]:
    """The application with short periods, in its workers too."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], qunfa_health_s=PERIOD_S)
    yield app
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], qunfa_health_s=ground.qunfa_health_s)
    with scopes.platform(Reason.SWEEPS):
        for model in (Channel, Points, PointChange, Health):
            db.session.execute(delete(model))


class Traffic:
    """Small campaigns of one business, one after another, and the clock that judges after each period."""

    def __init__(self, first: RunningCarrier, second: RunningCarrier) -> None:
        self.carriers = {"first": first, "second": second}
        self.tenant_id: int | None = None
        self.campaigns = 0

    def period(self, campaigns: int = 5) -> Counter[str]:
        """A period with so many campaigns, judged at its end; how many messages each carrier took in it."""
        before, ends_at = self._taken(), time.monotonic() + PERIOD_S
        for _ in range(campaigns):
            self.campaigns += 1
            run = arrange.run(["000"] * EACH, tenant_id=self.tenant_id, campaign_id=700_000 + self.campaigns)
            self.tenant_id = run.tenant_id
            pipeline.until(lambda run=run: run.progress().open == 0)
        time.sleep(max(0.0, ends_at - time.monotonic()))
        judge_channels()
        return self._taken() - before

    def _taken(self) -> Counter[str]:
        return Counter({name: len(each.entries("submit")) for name, each in self.carriers.items()})


def points(channel_id: int) -> int:
    with scopes.platform(Reason.SWEEPS):
        return drifting.now_of(channel_id)[SIDE]


def test_traffic_leaves_a_channel_that_fails_by_receipts_and_comes_back(quick: Flask, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    quickly = ("--delay", "0", "--jitter", "0")
    with (
        pipeline.served(quick) as address,
        carrier(folders[0], *quickly) as one,
        carrier(folders[1], *quickly) as other,
    ):
        first = pipeline.add_channel(one, address, {}, operators=["mobile"], weight=300)
        second = pipeline.add_channel(other, address, {}, operators=["mobile"], weight=100)
        traffic = Traffic(one, other)
        assert traffic.period()["first"] > 0
        assert points(first) == points(second) == 100

        one.control(undelivered_percent=100)
        traffic.period()
        traffic.period()
        assert points(first) < 20, "after two periods the traffic has moved"
        moved = traffic.period() + traffic.period()
        assert moved["second"] > moved["first"], moved

        one.control(undelivered_percent=0)
        for _ in range(PERIODS_MAX):
            traffic.period(1)
            if points(first) >= 20:
                break
        assert points(first) >= 20, "it has recovered"
        assert (traffic.period() + traffic.period())["first"] > 0, "and the traffic is back"

        page = staff_client(quick).get(f"/staff/channels/{first}").text
        assert "did not arrive" in page or "receipts say the channel failed" in page
        assert "a step back up" in page
        assert "<polyline" in staff_client(quick).get("/staff/board").text
