"""Two channels for one operator. The first starts failing, by receipts only: traffic moves to the second within two
judgements, comes back after it recovers, and the reasons stand on the staff's screens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

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

PERIOD_S = 5
EACH = 10
CAMPAIGNS_MAX = 40
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
    """Small campaigns of one business, one after another."""

    def __init__(self, first: RunningCarrier, second: RunningCarrier) -> None:
        self.carriers = {"first": first, "second": second}
        self.tenant_id: int | None = None
        self.campaigns = 0

    def flow(self, campaigns: int, *, first: int = 0) -> Counter[str]:
        """So many campaigns, and more until the first carrier took `first`; how many messages each took of them."""
        before = self._taken()
        for done in range(CAMPAIGNS_MAX):
            if done >= campaigns and (self._taken() - before)["first"] >= first:
                break
            self.campaigns += 1
            run = arrange.run(["000"] * EACH, tenant_id=self.tenant_id, campaign_id=700_000 + self.campaigns)
            self.tenant_id = run.tenant_id
            pipeline.until(lambda run=run: run.progress().open == 0)
        return self._taken() - before

    def _taken(self) -> Counter[str]:
        return Counter({name: len(each.entries("submit")) for name, each in self.carriers.items()})


def rest() -> None:
    """Points rest as long as they must before they may rise."""
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(
            update(Points).values(
                changed_at=Points.changed_at - timedelta(minutes=2), dropped_at=Points.dropped_at - timedelta(minutes=2)
            )
        )
        db.session.execute(delete(Health))


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
        first = pipeline.add_channel(one, address, {}, operators=["mobile"], weight=100)
        second = pipeline.add_channel(other, address, {}, operators=["mobile"], weight=100)
        traffic = Traffic(one, other)
        assert traffic.flow(2, first=1)["first"] > 0
        judge_channels()
        assert points(first) == points(second) == 100

        one.control(undelivered_percent=100)
        for _ in range(2):
            traffic.flow(1, first=3 * EACH if points(first) > 50 else 0)
            judge_channels()
        assert points(first) < 20, "after two judgements the traffic has moved"
        moved = traffic.flow(12)  # the first is drawn once in six at most
        assert moved["second"] > moved["first"], moved

        one.control(undelivered_percent=0)
        for _ in range(3):
            rest()
            traffic.flow(1)
            judge_channels()
        assert points(first) >= 30, "it has recovered"
        assert traffic.flow(1, first=1)["first"] > 0, "and the traffic is back"

        page = staff_client(quick).get(f"/staff/channels/{first}").text
        assert "did not arrive" in page or "receipts say the channel failed" in page
        assert "a step back up" in page
        assert "<polyline" in staff_client(quick).get("/staff/board").text
