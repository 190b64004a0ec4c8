"""Limits: one door for every path, never over it however many come at once, counted by the tenant's own calendar."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from tenants import quotas
from tenants.core import scopes
from tenants.core.errors import QuotaReached
from tests import factories

THREADS = 50


def test_fifty_at_once_never_take_more_than_there_is(app: Flask) -> None:
    acme = factories.business(state="trial", limits={"parts_per_day": 100})

    def take(parts: int) -> int:
        with app.app_context():
            try:
                with scopes.tenant(acme.id):
                    quotas.take(parts)
            except QuotaReached:
                return 0
            return parts

    with ThreadPoolExecutor(THREADS) as pool:
        taken = list(pool.map(take, [3] * THREADS))
    assert Counter(taken) == {3: 33, 0: 17}
    with scopes.tenant(acme.id):
        assert quotas.left() == 1


def test_the_refusal_says_what_is_left_and_until_when(app: Flask) -> None:
    acme = factories.business(state="trial", time_zone="Asia/Shanghai")
    with time_machine.travel(datetime(2026, 11, 22, 15, 30, tzinfo=UTC)), scopes.tenant(acme.id):
        quotas.take(90)
        with pytest.raises(QuotaReached) as refused:
            quotas.take(11)
    values = refused.value.values
    assert (values["parts"], values["limit"], values["left"]) == (11, 100, 10)
    assert values["resets_at"] == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def test_more_than_the_whole_limit_is_refused_on_a_fresh_day(app: Flask) -> None:
    acme = factories.business(state="trial")
    with pytest.raises(QuotaReached), scopes.tenant(acme.id):
        quotas.take(101)
    with scopes.tenant(acme.id):
        assert quotas.left() == 100


def test_midnight_is_the_tenants_own(app: Flask) -> None:
    acme, berlin = (factories.business(state="trial", time_zone=zone) for zone in ("Asia/Shanghai", "Europe/Berlin"))
    for business in (acme, berlin):
        with time_machine.travel(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)), scopes.tenant(business.id):
            quotas.take(100)
    with time_machine.travel(datetime(2026, 11, 22, 16, 1, tzinfo=UTC)):
        with scopes.tenant(acme.id):
            assert quotas.left() == 100
        with scopes.tenant(berlin.id):
            assert quotas.left() == 0


def test_what_was_not_used_comes_back_and_never_more(app: Flask) -> None:
    acme = factories.business(state="trial")
    with scopes.tenant(acme.id):
        day = quotas.take(60)
        quotas.give_back(50, day)
        assert quotas.left() == 90
        quotas.give_back(50, day)
        assert quotas.left() == 100, "giving back twice makes no new limit"
        quotas.take(100)


def test_what_was_taken_yesterday_does_not_raise_today(app: Flask) -> None:
    acme = factories.business(state="trial")
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC)), scopes.tenant(acme.id):
        yesterday = quotas.take(100)
    with time_machine.travel(datetime(2026, 11, 23, 4, tzinfo=UTC)), scopes.tenant(acme.id):
        quotas.take(100)
        quotas.give_back(80, yesterday)
        assert quotas.left() == 0
    with time_machine.travel(datetime(2026, 11, 22, 5, tzinfo=UTC)), scopes.tenant(acme.id):
        assert quotas.left() == 80, "it went back to the window it was taken from"


def test_a_take_that_is_rolled_back_was_never_taken(app: Flask) -> None:
    acme = factories.business(state="trial")
    with pytest.raises(RuntimeError), scopes.tenant(acme.id):
        quotas.take(100)
        raise RuntimeError
    with scopes.tenant(acme.id):
        quotas.take(100)


def test_a_live_business_has_the_limits_it_was_given(app: Flask) -> None:
    free, capped = factories.business(), factories.business(limits={"parts_per_day": 5})
    with scopes.tenant(free.id):
        quotas.take(10_000_000)
        assert quotas.left() is None
    with pytest.raises(QuotaReached), scopes.tenant(capped.id):
        quotas.take(6)
