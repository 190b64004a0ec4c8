"""The choice of a channel and its pace."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel, Points

GROUP = routing.Group(1, "CN", "mobile", "notice")


@pytest.fixture(autouse=True)
def no_channels(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.SWEEPS):
        for model in (Channel, Points):
            db.session.execute(delete(model))


def channel(name: str, **columns: Any) -> int:
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalars(
            insert(Channel)
            .values(name=name, kind="simulator", settings={}, created_at=now(), **columns)
            .returning(Channel.id)
        ).one()


def has_points(channel_id: int, points: int) -> None:
    with scopes.platform(Reason.SWEEPS):
        row = {"channel_id": channel_id, "country": "CN", "operator": "mobile", "points": points}
        db.session.execute(insert(Points).values(row | {"changed_at": now(), "dropped_at": now()}))


def choose(parts: int = 10, group: routing.Group = GROUP, spent: Collection[int] = ()) -> Any:
    with scopes.platform(Reason.DISPATCH):
        return routing.choose(group, parts, spent=spent)


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


def test_who_gets_all_there_is_hears_when_to_ask_again() -> None:
    channel("slow", tps=20)
    assert choose(10).grant.wait_s == 0, "as much again is left"
    assert 0.9 < choose(1_000).grant.wait_s <= 1.0, "a second's worth, and not part after part"


def test_a_channel_whose_pace_is_used_up_is_not_asked_again() -> None:
    first, second = channel("first", tps=10, weight=1000), channel("second", tps=10, weight=1)
    assert {choose(1, spent=[first]).channel_id for _ in range(5)} == {second}
    assert choose(1, spent=[first, second]) is None


def test_a_far_worse_channel_does_not_take_over_from_one_whose_pace_is_used_up() -> None:
    good, bad = channel("good", tps=10), channel("bad")
    has_points(bad, 40)
    assert choose(1, spent=[good]) is None
    fair = channel("fair")
    has_points(fair, 60)
    assert choose(1, spent=[good]).channel_id == fair


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
