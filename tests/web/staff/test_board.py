"""The live board, and the health of a channel on its own page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tenants import routing
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing import breaking
from tenants.routing.board import Line, drawn, percentile
from tenants.routing.models import Channel, Health, PointChange, Points
from tests import factories, pipeline
from tests.tenants.routing.test_choose import channel
from tests.web.signed_in import staff_client
from tests.workers.gateway.arrange import wire
from workers.jobs.health import judge_channels


@pytest.fixture(autouse=True)
def nothing_left(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        for model in (Channel, Points, PointChange, Health):
            db.session.execute(delete(model))


@pytest.fixture
def tenant_id(app: Flask) -> int:
    return factories.business().id


def saw(tenant_id: int, channel_id: int, **counts: int) -> None:
    with scopes.tenant(tenant_id):
        waits = {"delivered": 5, "failed": 5}
        routing.note([
            routing.Sight(channel_id, "CN", "mobile", what, waits.get(what, 0), n) for what, n in counts.items()
        ])  # fmt: skip


def test_the_board_shows_what_each_channel_does_and_why_points_moved(app: Flask, tenant_id: int) -> None:
    bad, good = channel("Shaky"), channel("Steady")
    saw(tenant_id, bad, accepted=40, delivered=10, failed=30)
    saw(tenant_id, good, accepted=60, delivered=60)
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(Health).values(at=Health.at - timedelta(seconds=15)))
    judge_channels()
    for address in ("/staff/board", "/staff/board/live"):
        text = staff_client(app).get(address).text
        for said in ("Shaky", "Steady", "25.0%", "75% of 40 receipts say the channel failed", "100 → 0", "<polyline"):
            assert said in text, said
    page = staff_client(app).get(f"/staff/channels/{bad}").text
    assert "75% of 40 receipts say the channel failed" in page and "100 → 0" in page


def test_a_broken_channel_says_so_and_until_when(app: Flask) -> None:
    id = channel("Broken one")
    with scopes.platform(Reason.DISPATCH):
        for _ in range(breaking.FAILURES_MAX):
            routing.called(id, "carrier_unreachable")
    page = staff_client(app).get(f"/staff/channels/{id}").text
    assert "Open: it is left alone" in page and "The carrier could not be reached" in page
    assert "3 calls in a row came to nothing" in page
    assert "Broken" in staff_client(app).get("/staff/board").text
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(Channel).values(state="paused"))
    answer = staff_client(app).post(f"/staff/channels/{id}/resume", data={"reason": "mended"})
    assert answer.status_code == 303
    assert "Closed: it works" in staff_client(app).get(f"/staff/channels/{id}").text


def test_the_board_is_drawn_in_no_time(app: Flask, tenant_id: int) -> None:
    ids = [channel(f"c{n}") for n in range(12)]
    for id in ids:
        saw(tenant_id, id, accepted=10, delivered=9, failed=1)
    staff = staff_client(app)
    staff.get("/staff/board/live")
    took_s = []
    for _ in range(5):
        began = time.process_time()  # what others do on the machine is not the board's
        staff.get("/staff/board/live")
        took_s.append(time.process_time() - began)
    assert min(took_s) < 0.05, took_s


def test_percentiles_come_from_the_steps_of_the_scale() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({3: 10}, 0.5) == 1.25, "the middle of the step from 1 to 1.5 s"
    assert percentile({1: 50, 5: 49, 10: 1}, 0.95) == pytest.approx(2 + 45 / 49)


def test_a_line_of_points_is_drawn_from_the_left_to_now() -> None:
    assert drawn(None, 100, 24) == "0.0,1.0 100.0,1.0"
    assert drawn(Line([(0.0, 100), (0.5, 100), (0.5, 0), (1.0, 0)], 0), 100, 24).split()[-1] == "100.0,23.0"


def test_a_test_message_leaves_by_a_paused_channel_and_the_answer_is_told(app: Flask, tmp_path: Path) -> None:
    with pipeline.line(app, tmp_path, state="paused") as line:
        staff = staff_client(app)
        address = f"/staff/channels/{line.channel_id}/test"
        assert staff.post(address, data={"number": "13800138000", "text": "Hello"}).status_code == 303
        assert "took the test message" in staff.get(f"/staff/channels/{line.channel_id}").text
        assert len(line.taken()) == 1
        assert staff.post(address, data={"number": "13800138902", "text": "Hello"}).status_code == 303
        assert "refused the test message" in staff.get(f"/staff/channels/{line.channel_id}").text
        assert staff.post(address, data={"number": "13800138000", "text": " "}).status_code == 422


def test_a_channel_with_links_is_tried_by_one_of_its_own(app: Flask, tmp_path: Path) -> None:
    with wire(tmp_path, "cmpp", state="paused") as line:
        staff = staff_client(app)
        address = f"/staff/channels/{line.channel_id}/test"
        assert staff.post(address, data={"number": "13800138000", "text": "Hello"}).status_code == 303
        assert "took the test message" in staff.get(f"/staff/channels/{line.channel_id}").text
        assert line.taken() == [("13800138000", "Hello")]
