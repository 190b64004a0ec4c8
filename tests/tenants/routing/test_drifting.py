"""Points in the database: seen, judged, written down with their reasons, drawn by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing import breaking, drifting, seeing
from tenants.routing.choose import CANARY_PARTS
from tenants.routing.models import Channel, Health, PointChange, Points
from tests import factories
from tests.tenants.routing.test_choose import channel, choose
from workers.jobs.health import judge_channels, tidy_health
from workers.schedule import table

KIND = "notice"


@pytest.fixture(autouse=True)
def nothing_left(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.SWEEPS):
        for model in (Channel, Points, PointChange, Health):
            db.session.execute(delete(model))


@pytest.fixture
def tenant_id(app: Flask) -> int:
    return factories.business().id


def saw(tenant_id: int, channel_id: int, operator: str = "mobile", wait: int = 0, **counts: int) -> None:
    with scopes.tenant(tenant_id):
        routing.note([routing.Sight(channel_id, "CN", operator, what, wait, n) for what, n in counts.items()])


def points(channel_id: int, operator: str = "mobile") -> int:
    with scopes.platform(Reason.SWEEPS):
        return drifting.now_of(channel_id)["CN", operator]


def passed(**back: float) -> None:
    """So much time passes for the points, and nothing was seen in it."""
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Health))
        ago = now() - timedelta(**back)
        db.session.execute(update(Points).values(changed_at=ago, dropped_at=ago))


def test_what_is_seen_adds_up_and_each_business_sees_its_own(tenant_id: int) -> None:
    for _ in range(2):
        saw(tenant_id, 1, accepted=3, delivered=2)
    with scopes.tenant(tenant_id):
        assert {(row.accepted, row.delivered) for row in db.session.scalars(select(Health))} == {(6, 4)}
    with scopes.tenant(factories.business().id):
        assert db.session.scalars(select(Health)).all() == []


def test_a_channel_that_fails_by_receipts_loses_its_traffic_there_and_only_there(tenant_id: int) -> None:
    bad, good = channel("bad"), channel("good")
    saw(tenant_id, bad, delivered=2, failed=38)
    saw(tenant_id, bad, "unicom", delivered=40)
    saw(tenant_id, good, delivered=40)
    judge_channels()
    assert (points(bad), points(bad, "unicom"), points(good)) == (0, 100, 100)
    drawn = Counter(choose(1).channel_id for _ in range(200))
    assert 0 <= drawn[bad] < 20 < drawn[good], "a small share is left, so that it can be seen to recover"
    with scopes.platform(Reason.SWEEPS):
        (change,) = drifting.history(bad, 10)
        assert (change.before, change.after, change.reason, change.operator) == (100, 0, "receipts", "mobile")
        assert change.detail == {"share": 95, "seen": 40}


def test_one_piece_of_evidence_counts_once(tenant_id: int) -> None:
    bad, _ = channel("bad"), channel("good")
    saw(tenant_id, bad, accepted=30, refused=10)
    judge_channels()
    lost = points(bad)
    judge_channels()
    assert points(bad) == lost < 100


def test_points_come_back_and_the_row_goes(tenant_id: int) -> None:
    bad, _ = channel("bad"), channel("good")
    saw(tenant_id, bad, failed=40)
    judge_channels()
    judge_channels()
    assert points(bad) == 0, "not before it rested"
    for step in range(1, 11):
        passed(minutes=10)
        judge_channels()
        assert points(bad) == 10 * step
    with scopes.platform(Reason.SWEEPS):
        assert db.session.scalars(select(Points)).all() == []
        assert drifting.history(bad, 1)[0].reason == "recovered"


def test_a_low_channel_gets_small_slices_and_no_overflow(tenant_id: int) -> None:
    bad, good = channel("bad", tps=1000), channel("good", tps=10)
    saw(tenant_id, bad, failed=40)
    judge_channels()
    found: list[Any] = [choose(500) for _ in range(60)]
    ways = [each for each in found if isinstance(each, routing.Way)]
    assert all(way.grant.parts <= CANARY_PARTS for way in ways)
    assert any(isinstance(each, float) for each in found), "the good one is full: the work waits for it"
    assert {way.channel_id for way in ways} >= {good}


def test_codes_are_not_sent_to_see_how_a_channel_does(tenant_id: int) -> None:
    bad, good = channel("bad"), channel("good")
    saw(tenant_id, bad, failed=40)
    judge_channels()
    codes = routing.Group(1, "CN", "mobile", "verification")
    assert {choose(1, codes).channel_id for _ in range(150)} == {good}
    assert bad != good


def test_old_sights_are_forgotten(tenant_id: int) -> None:
    saw(tenant_id, 1, accepted=1)
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Health).values(at=now() - seeing.KEPT - timedelta(minutes=1)))
    tidy_health()
    with scopes.platform(Reason.SWEEPS):
        assert db.session.scalars(select(Health)).all() == []


def test_the_clock_judges_as_often_as_the_setting_says(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    (found,) = [each for each in table(settings) if each.task is judge_channels]
    assert found.every_s == settings.qunfa_health_s


def broken(id: int) -> Channel:
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalars(select(Channel).where(Channel.id == id)).one()


def fail(id: int, code: str = "carrier_unreachable") -> None:
    with scopes.platform(Reason.DISPATCH):
        routing.called(id, code)


def pause_over(id: int) -> None:
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Channel).where(Channel.id == id).values(breaker_until=now()))


def test_a_breaker_opens_after_failures_in_a_row_and_tries_one_small_slice() -> None:
    only = channel("only")
    for _ in range(breaking.FAILURES_MAX - 1):
        fail(only)
    fail(only, "")
    for _ in range(breaking.FAILURES_MAX - 1):
        fail(only)
    assert choose(100).channel_id == only, "one good call between them starts the count again"
    fail(only)
    assert broken(only).breaker == "open"
    wait_s = choose(100)
    assert isinstance(wait_s, float) and 0 < wait_s <= breaking.FIRST_PAUSE.total_seconds()
    pause_over(only)
    probe = choose(100)
    assert probe.probe and probe.grant.parts == breaking.PROBE_PARTS
    assert isinstance(choose(100), float), "one probe at a time"
    fail(only)
    again = broken(only)
    assert again.breaker == "open" and again.breaker_until is not None
    assert again.breaker_until - now() > 1.5 * breaking.FIRST_PAUSE, "the pause grows"
    pause_over(only)
    assert choose(100).probe
    fail(only, "")
    assert choose(100).grant.parts == 100
    with scopes.platform(Reason.SWEEPS):
        reasons = [change.reason for change in drifting.history(only, 10)]
    assert reasons == ["breaker_closed", "breaker_opened", "breaker_opened"]


def test_a_broken_channel_leaves_the_work_to_another_one() -> None:
    first, second = channel("first", weight=1000), channel("second", weight=1)
    for _ in range(breaking.FAILURES_MAX):
        fail(first, "answer_lost")
    assert {choose(10).channel_id for _ in range(10)} == {second}
    assert choose(10).others is False
    pause_over(first)
    assert choose(10, routing.Group(1, "CN", "mobile", "verification")).channel_id == second, "no code is a probe"
    assert choose(10).channel_id == first


def test_a_probe_nobody_answered_for_is_given_up() -> None:
    only = channel("only")
    for _ in range(breaking.FAILURES_MAX):
        fail(only)
    pause_over(only)
    assert choose(10).probe
    with scopes.platform(Reason.DISPATCH):
        routing.end_probe(only)
    assert choose(10).probe
