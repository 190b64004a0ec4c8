"""A channel with links that cannot work is left alone, others take its messages, and it is tried before it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.models import Attempt, Message
from tenants.routing.breaking import PROBE_PARTS
from tenants.routing.models import Channel, PointChange
from tests import pipeline
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import Wire, change, free_port, gateways, linked, wire
from tests.workers.simulators.processes import ask, wait_for

LIMIT_S = 30.0
SLOW = ("--answer", "0.1")  # so that answers come in several sets
Make = Callable[..., Wire]


@pytest.fixture
def make(app: Flask, tmp_path: Path) -> Iterator[Make]:
    """Carriers and channels that lead to them."""
    with ExitStack() as stack:
        yield lambda protocol, *arguments, **columns: stack.enter_context(
            wire(tmp_path, protocol, *arguments, **columns)
        )


def control(line: Wire, **wishes: Any) -> None:
    ask(line.carrier.url + "/control", wishes)


def channel(line: Wire) -> Channel:
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalars(select(Channel).where(Channel.id == line.channel_id)).one()


def logged(line: Wire) -> list[tuple[str, str]]:
    with scopes.platform(Reason.SWEEPS):
        mine = select(PointChange).where(PointChange.channel_id == line.channel_id, PointChange.country == "")
        return [
            (each.reason, each.detail.get("code", "")) for each in db.session.scalars(mine.order_by(PointChange.id))
        ]


def over(run: arrange.Arranged) -> None:
    pipeline.until(lambda: run.progress().open == run.progress().in_doubt, limit_s=LIMIT_S)


def refused(line: Wire) -> int:
    return sum("refused" in entry for entry in line.carrier.entries("submit"))


def let_try(line: Wire) -> None:
    """The pause of its breaker is over."""
    change(line.channel_id, breaker_until=now())


def test_a_carrier_that_refuses_everything_is_left_for_another_and_comes_back_by_a_probe(
    ground: Settings, make: Make
) -> None:
    bad = make("smpp", *SLOW, weight=1_000_000, settings={"window": 8})
    good = make("cmpp", weight=1)
    control(bad, shut=True)
    with gateways(ground):
        linked(bad, good)
        run = arrange.run(["000"] * 100)
        over(run)
        assert run.states() == {"delivered": 100}
        assert (len(bad.taken()), len(good.taken())) == (0, 100)
        with scopes.tenant(run.tenant_id):
            tried = db.session.execute(select(Attempt.message_id, Attempt.channel_id)).all()
            assert {row.channel_id for row in tried} == {bad.channel_id}
            assert len({row.message_id for row in tried}) == len(tried), "nobody's second try was there again"
            assert len(tried) == refused(bad) < 100, "and it was left alone before it had had all"
            assert set(db.session.scalars(select(Message.channel_id))) == {good.channel_id}
        assert logged(bad) == [("breaker_opened", "channel_misconfigured")]
        before = refused(bad)
        let_try(bad)
        over(arrange.run(["000"] * 60))
        assert 1 <= refused(bad) - before <= PROBE_PARTS
        assert (channel(bad).breaker, channel(bad).openings) == ("open", 2)
        control(bad, shut=False)
        let_try(bad)
        over(arrange.run(["000"] * 60))
        assert channel(bad).breaker == "closed" and channel(bad).failures == 0
        assert len(bad.taken()) > PROBE_PARTS, "once it was tried it is used"
        assert logged(bad)[-1][0] == "breaker_closed"


def test_a_carrier_that_hangs_up_on_every_message_is_left_alone(ground: Settings, make: Make) -> None:
    bad = make("smpp", weight=1_000_000, settings={"window": 2})
    good = make("smpp", weight=1)
    control(bad, default="913")
    with gateways(ground):
        linked(bad, good)
        run = arrange.run(["000"] * 40)
        over(run)
        progress = run.progress()
        assert 3 <= progress.in_doubt <= 12, "what was on the way is never sent again"
        assert progress.delivered == len(good.taken()) == 40 - progress.in_doubt
        assert logged(bad) == [("breaker_opened", "answer_lost")]


def test_channels_that_never_had_a_link_say_why_and_are_used_when_they_have(ground: Settings, make: Make) -> None:
    late = make("smpp", settings={"port": free_port()})
    stranger = make("smpp", settings={"account": "somebody"}, operators=["unicom"])
    with gateways(ground):
        wait_for(lambda: logged(late) and logged(stranger), 15)
        assert logged(late) == [("breaker_opened", "carrier_unreachable")]
        assert logged(stranger) == [("breaker_opened", "channel_misconfigured")]
        port = ask(late.carrier.url + "/control")["port"]
        change(late.channel_id, settings={"host": "127.0.0.1", "port": port, "account": "900001"})
        run = arrange.run(["000"] * 40)
        over(run)
        assert run.states() == {"delivered": 40} and len(late.taken()) == 40
        assert channel(late).breaker == "closed"
        assert [reason for reason, _ in logged(late)] == ["breaker_opened", "breaker_closed"]
