"""Channels as staff keep them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants import messages, routing
from tenants.core import audit, scopes
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.core.scopes import Reason
from tenants.routing import State, tending
from tenants.routing.models import Channel
from tenants.routing.tending import Wish
from tests.tenants.messages import arrange


@pytest.fixture(autouse=True)
def no_channels(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(delete(Channel))


def added(name: str, *, state: State = State.ACTIVE, **wishes: Any) -> int:
    with scopes.platform(Reason.STAFF):
        made = tending.add("simulator", Wish(name, **wishes), {}, by=1)
        made.state = state
        return made.id


def test_a_new_channel_takes_nothing_before_it_is_put_to_work(app: Flask) -> None:
    with scopes.platform(Reason.STAFF):
        made = tending.add("simulator", Wish("North", operators=("mobile",)), {"url": "http://127.0.0.1:1"}, by=1)
    group = routing.Group(1, "CN", "mobile", "notice")
    with scopes.platform(Reason.DISPATCH):
        assert routing.choose(group, 1) is None
    with scopes.platform(Reason.STAFF):
        tending.move(made.id, State.ACTIVE, "tested", by=1)
    with scopes.platform(Reason.DISPATCH):
        assert isinstance(routing.choose(group, 1), routing.Way)


def test_moves_need_a_reason_and_follow_the_table(app: Flask) -> None:
    channel = added("North")
    with scopes.platform(Reason.STAFF):
        with pytest.raises(Invalid):
            tending.move(channel, State.PAUSED, "  ", by=1)
        tending.move(channel, State.DRAINING, "works\n at night", by=7)
        tending.move(channel, State.PAUSED, "down", by=7)
        with pytest.raises(WrongState):
            tending.move(channel, State.DRAINING, "again", by=7)
        acts = db.session.execute(
            select(audit.Entry.action, audit.Entry.detail)
            .where(audit.Entry.object == f"channel:{channel}")
            .order_by(audit.Entry.id)
        ).all()
    assert [act for act, _detail in acts] == ["channel.add", "channel.draining", "channel.paused"]
    assert acts[1].detail == {"before": "active", "reason": "works at night"}


def test_what_makes_no_sense_is_refused_field_by_field(app: Flask) -> None:
    added("North")
    wrong = Wish("", ("China",), ("nobody",), ("spam",), (), 0, None)
    with scopes.platform(Reason.STAFF):
        with pytest.raises(Invalid) as refusal:
            tending.add("simulator", wrong, {}, by=1)
        assert set(refusal.value.fields) == {"name", "countries", "operators", "kinds", "weight", "tps"}
        with pytest.raises(Invalid) as refusal:
            tending.add("simulator", Wish("north"), {}, by=1)
        assert refusal.value.fields == {"name": "channel_name_taken"}
        with pytest.raises(NotFound):
            tending.amend(-1, Wish("South"), {}, by=1)


def test_a_channel_keeps_its_own_name_when_it_is_changed(app: Flask) -> None:
    channel = added("North")
    with scopes.platform(Reason.STAFF):
        tending.amend(channel, Wish("North", ("CN",), tps=5), {"url": "x"}, by=1)
    with scopes.platform(Reason.STAFF):
        found = tending.get(channel)
    assert (found.countries, found.tps, found.settings, found.state) == (["CN"], 5, {"url": "x"}, "active")


def test_those_that_take_nothing_stand_on_top(app: Flask) -> None:
    for name, state in (("A", State.ACTIVE), ("B", State.DRAINING), ("C", State.PAUSED), ("D", State.ACTIVE)):
        added(name, state=state)
    with scopes.platform(Reason.STAFF):
        assert [channel.name for channel in tending.listed()] == ["C", "B", "A", "D"]


def test_operators_nobody_reaches_are_known_before_a_channel_goes(app: Flask) -> None:
    first = added("One", operators=("mobile", "unicom"))
    added("Two", operators=("unicom", "telecom"))
    added("Theirs", tenant_ids=(5,))
    added("Resting", state=State.PAUSED)
    added("Abroad", countries=("SG",))
    with scopes.platform(Reason.STAFF):
        found = tending.listed()
        assert tending.uncovered(found) == ["broadnet"]
        assert tending.uncovered(found, without=first) == ["mobile", "broadnet"]


def test_the_backlog_counts_what_is_ready_by_route_group(app: Flask) -> None:
    arrange.run(["001"] * 3)
    arrange.run(["002"] * 2, kind="marketing")
    arrange.run(["003"] * 9, open_=False)
    with scopes.platform(Reason.STAFF):
        found = [(each.operator, each.kind, each.messages) for each in messages.backlog()]
    assert found == [("mobile", "notice", 3), ("mobile", "marketing", 2)]
