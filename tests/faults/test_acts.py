"""What people do to a campaign while workers send it: counts are exact at every moment, nobody gets it twice, and what
is pressed while Valkey is away is done when it is back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, update

from tenants import campaigns, ledger
from tenants.core import jobs, scopes
from tenants.core.agenda import Task
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tests import pipeline
from tests.faults import deployment
from tests.tenants.campaigns.arrange import CREDIT_MICRO, PRICE_MICRO
from tests.web.console import campaign_pages
from tests.web.console.campaign_pages import Desk
from workers.embedded import Valkey

COUNT = 400
TPS = 100
ANSWERED_S_MAX = 3.0


class Watch:
    """Looks at a campaign as often as it can; every look must add up."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.looks = desk, 0

    def exact(self) -> bool:
        progress = self.desk.ready.progress()
        money = progress.posted_micro + progress.released_micro + progress.held_micro
        assert (progress.total, money) == (COUNT, COUNT * PRICE_MICRO), progress
        self.looks += 1
        return True

    def until(self, state: str) -> None:
        deployment.wait(lambda: self.exact() and self.desk.ready.state() == state)

    def beyond(self, taken: int) -> None:
        deployment.wait(lambda: self.exact() and self.desk.ready.progress().done > taken)


def test_paused_resumed_and_cancelled_while_it_is_sent(app: Flask, ground: Settings, tmp_path: Path) -> None:
    desk = campaign_pages.desk(app, COUNT)
    with (
        pipeline.line(app, tmp_path, tps=TPS) as line,
        deployment.running(ground, "bulk", "receipts", "chores", "schedule"),
    ):
        desk.ready.launch()
        deployment.wait(lambda: desk.ready.state() == "sending")
        watch = Watch(desk)
        watch.beyond(0)
        desk.post("/pause")
        deployment.wait(lambda: watch.exact() and not desk.ready.progress().awaiting)
        at_rest = len(line.taken())
        time.sleep(1.0)
        assert 0 < at_rest == len(line.taken()) < COUNT, "in a pause nothing leaves"
        desk.post("/resume")
        watch.beyond(at_rest)
        desk.post("/cancel")
        watch.until("cancelled")
        deployment.wait(lambda: watch.exact() and not desk.ready.progress().open)
    taken, progress = line.taken(), desk.ready.progress()
    assert len(taken) == len(set(taken)) == progress.delivered < COUNT, "each once, and what left was delivered"
    assert progress.cancelled == COUNT - progress.delivered > 0
    assert desk.ready.balance() == ledger.Balance(CREDIT_MICRO - progress.delivered * PRICE_MICRO, 0)
    assert watch.looks > 5
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


@pytest.fixture
def hurt(app: Flask, ground: Settings) -> Iterator[tuple[Settings, Valkey]]:
    with deployment.own_valkey(app, ground) as pair:
        yield pair


def test_launch_pressed_while_valkey_is_away_is_answered_and_done_later(
    app: Flask, hurt: tuple[Settings, Valkey], tmp_path: Path
) -> None:
    _, valkey = hurt
    desk = campaign_pages.desk(app, 20)
    desk.ready.preflight()
    valkey.stop()
    began = time.monotonic()
    assert desk.post("/launch", {"people": 20}).status_code == 303
    assert "On its way to 20 people." in desk.get()
    assert time.monotonic() - began < ANSWERED_S_MAX
    assert desk.ready.state() == "queued"
    valkey.start()
    jobs._quiet_until = 0.0
    with scopes.platform(Reason.SWEEPS):  # as the clock would in a quarter of a minute
        db.session.execute(update(Task).values(due_at=func.now()))
    with pipeline.line(app, tmp_path) as line:
        pipeline.until(lambda: desk.ready.state() == "finished")
    assert len(line.taken()) == len(set(line.taken())) == 20
    with scopes.tenant(desk.ready.tenant_id):
        assert campaigns.get(desk.ready.campaign_id).finished_at is not None
