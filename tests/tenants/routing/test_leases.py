"""Who keeps the links of a channel."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing import leases
from tenants.routing.models import Channel, ChannelLease, Gateway, LinkState

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def channels(app: Flask) -> Iterator[list[int]]:
    with scopes.platform(Reason.SWEEPS):
        rows = [{"name": f"links {n}", "kind": "cmpp", "created_at": now()} for n in range(3)]
        made = sorted(db.session.scalars(insert(Channel).returning(Channel.id), rows))
    yield made
    with scopes.platform(Reason.SWEEPS):
        for table in (ChannelLease, LinkState, Gateway):
            db.session.execute(delete(table))
        db.session.execute(delete(Channel).where(Channel.id.in_(made)))


def keep(gateway: uuid.UUID) -> leases.Share:
    with scopes.platform(Reason.DISPATCH):
        leases.beat(gateway)
        return leases.keep(gateway, {"cmpp"})


def fall_silent(gateway: uuid.UUID) -> None:
    with scopes.platform(Reason.SWEEPS):
        late = update(Gateway).where(Gateway.id == gateway)
        db.session.execute(late.values(heartbeat_at=text("now() - interval '16 seconds'")))


def line(channel_id: int, number: int, *, links: int = 1, error: str = "") -> leases.Line:
    return leases.Line(channel_id, number, "bound", now(), links, 16, 3, 12.5, 100, 97, 0, 4, error)


def test_gateways_share_the_channels_and_the_first_learns_of_its_surplus(channels: list[int]) -> None:
    alone = keep(ONE)
    assert [each.channel_id for each in alone.kept] == channels and alone.taken == set(channels)
    assert keep(TWO).kept == [], "nothing is free yet"
    crowded = keep(ONE)
    assert (crowded.surplus, crowded.taken) == (1, frozenset())
    with scopes.platform(Reason.DISPATCH):
        leases.release(ONE, channels[2])
    assert [(each.channel_id, each.fence) for each in keep(TWO).kept] == [(channels[2], 2)]


def test_the_channels_of_a_silent_gateway_are_taken_with_a_higher_fence(channels: list[int]) -> None:
    keep(ONE)
    fall_silent(ONE)
    share = keep(TWO)
    assert [each.fence for each in share.kept] == [2, 2, 2]
    with scopes.platform(Reason.SWEEPS):
        assert [db.session.scalar(select(leases.fences(channels[0], fence))) for fence in (1, 2)] == [False, True]
    assert keep(ONE).kept == []


def test_a_gateway_that_leaves_frees_everything_at_once(channels: list[int]) -> None:
    keep(ONE)
    with scopes.platform(Reason.DISPATCH):
        leases.tell(ONE, [line(channels[0], 0)])
        leases.leave(ONE)
    assert not links(channels[0])
    assert len(keep(TWO).kept) == 3


def links(channel_id: int) -> list[tuple[int, int, str]]:
    with scopes.platform(Reason.SWEEPS):
        return [(each.line, each.links, each.error) for each in routing.links_of(channel_id)]


def test_the_states_of_lines_are_told_again_and_again(channels: list[int]) -> None:
    keep(ONE)
    with scopes.platform(Reason.DISPATCH):
        leases.tell(ONE, [line(channels[0], 0), line(channels[0], 1), line(channels[1], 0)])
    with scopes.platform(Reason.DISPATCH):
        leases.tell(ONE, [line(channels[0], 0, links=0, error="lost")])
    assert links(channels[0]) == [(0, 0, "lost")]
    assert links(channels[1]) == []


def test_only_a_channel_with_a_link_of_a_living_gateway_is_reachable(channels: list[int]) -> None:
    keep(ONE)
    with scopes.platform(Reason.DISPATCH):
        leases.tell(ONE, [line(channels[0], 0), line(channels[1], 0, links=0)])
        assert [leases.is_kept(id) for id in channels] == [True, False, False]
    fall_silent(ONE)
    with scopes.platform(Reason.DISPATCH):
        assert not leases.is_kept(channels[0])


def test_a_deleted_channel_has_no_lease(channels: list[int]) -> None:
    keep(ONE)
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel).where(Channel.id == channels[0]))
    assert [each.channel_id for each in keep(ONE).kept] == channels[1:]
