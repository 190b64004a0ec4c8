"""The choice of a channel and its pace."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel

GROUP = routing.Group(1, "CN", "mobile", "notice")


@pytest.fixture(autouse=True)
def no_channels(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel))


def channel(name: str, **columns: Any) -> int:
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalars(
            insert(Channel)
            .values(name=name, kind="simulator", settings={}, created_at=now(), **columns)
            .returning(Channel.id)
        ).one()


def choose(parts: int = 10, group: routing.Group = GROUP) -> Any:
    with scopes.platform(Reason.DISPATCH):
        return routing.choose(group, parts)


def test_only_a_channel_that_serves_the_group_is_chosen() -> None:
    channel("unicom", operators=["unicom"])
    channel("abroad", countries=["US"])
    channel("codes", kinds=["verification"])
    channel("theirs", tenant_ids=[2])
    channel("paused", state="paused")
    assert choose() is None
    right = channel("right", operators=["mobile", "unicom"], countries=["CN"], kinds=["notice"], tenant_ids=[1])
    assert choose().channel_id == right


def test_channels_are_drawn_by_their_weight() -> None:
    heavy, light = channel("heavy", weight=90), channel("light", weight=10)
    drawn = Counter(choose(1).channel_id for _ in range(300))
    assert drawn[heavy] > 5 * drawn[light] > 0


def test_a_grant_is_two_seconds_at_most_and_fills_again() -> None:
    channel("slow", tps=20)
    assert choose(1_000).grant.parts == 20, "the first second at once"
    wait_s = choose(1_000)
    assert isinstance(wait_s, float)
    assert 0 < wait_s <= 1.0
    time.sleep(0.5)
    assert 8 <= choose(1_000).grant.parts <= 14


def test_a_full_channel_leaves_the_work_to_another_one() -> None:
    first, second = channel("first", tps=10, weight=1000), channel("second", tps=10, weight=1)
    assert {choose(100).channel_id, choose(100).channel_id} == {first, second}


def test_what_was_not_used_can_be_given_back() -> None:
    only = channel("only", tps=10)
    assert choose(100).grant.parts == 10
    with scopes.platform(Reason.DISPATCH):
        routing.give_back(only, 7)
    assert choose(100).grant.parts == 7


def test_an_unlimited_channel_grants_what_is_asked() -> None:
    only = channel("only", tps=0)
    assert choose(5_000).grant.parts == 5_000
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Channel).where(Channel.id == only).values(state="draining"))
    assert choose() is None
