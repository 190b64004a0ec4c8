"""Throttles: exact under concurrency, honest about the pause, forgotten in time."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tenants import accounts
from tenants.accounts import throttling
from tenants.accounts.models import Throttle, WebSession
from tenants.accounts.throttling import Limit, TooMany
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.web.signed_in import client_of

LIMITS = (Limit(3, 5), Limit(5, 60))
START = datetime(2026, 11, 22, 4, 0, 30, tzinfo=UTC)


def tried(bucket: str) -> datetime | None:
    """None when the try was looked at, else until when there are none."""
    try:
        throttling.count(bucket, LIMITS)
    except TooMany as error:
        found: datetime = error.values["retry_at"]
        return found
    return None


def test_the_pause_grows_and_ends_when_it_says(app: Flask) -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert [tried("a") for _ in range(3)] == [None] * 3
        pause = tried("a")
        assert pause == START.replace(minute=5, second=0)
        for _ in range(50):
            tried("a")
        clock.move_to(pause)
        assert [tried("a") for _ in range(2)] == [None] * 2
        assert tried("a") == START.replace(hour=5, minute=0, second=0)


def test_who_was_turned_away_is_not_counted(app: Flask) -> None:
    for _ in range(20):
        tried("a")
    with scopes.platform(Reason.SIGN_IN):
        assert set(db.session.scalars(select(Throttle.count))) == {3}


def test_fifty_at_once_are_counted_exactly(app: Flask) -> None:
    def one(_: int) -> bool:
        with app.app_context():
            return tried("a") is None

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(50))) == 3


def test_buckets_do_not_touch_each_other_and_tell_nobody_whose_they_are(app: Flask) -> None:
    first, second = (throttling.bucket("sign-in", email) for email in ("ada@example.com", "bob@example.com"))
    assert "ada" not in first and first != second
    for _ in range(5):
        tried(first)
    assert tried(second) is None


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"), ("", ""), ("unknown", ""),
    ],
)  # fmt: skip
def test_one_line_under_ipv6_is_one_place(ip: str, place: str) -> None:
    assert throttling.place(ip) == place


def test_what_is_over_is_forgotten_and_nothing_else(app: Flask) -> None:
    acme = factories.business()
    client_of(app, acme)
    tried("old")
    with time_machine.travel(now() + timedelta(days=3)):
        tried("new")
        client_of(app, acme)
        with scopes.platform(Reason.SWEEPS):
            accounts.tidy()
            buckets = db.session.scalars(select(Throttle.bucket)).all()
            mine = select(func.count()).select_from(WebSession).where(WebSession.identity_id == acme.owner_id)
            sessions = db.session.scalar(mine)
    assert {bucket.split(":")[0] for bucket in buckets} == {"new"}
    assert sessions == 1


def test_counting_never_hides_what_comes_after(app: Flask) -> None:
    acme = factories.business()
    with contextlib.suppress(ValueError), scopes.tenant(acme.id):
        tried("kept")
        raise ValueError
    with scopes.platform(Reason.SIGN_IN):
        assert db.session.scalar(select(func.count()).select_from(Throttle)) == 2
