"""What a gateway asks before more of a batch leaves: whether it still may, whether others would, and how much."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from tenants import campaigns, filings, messages, routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import State
from tenants.filings.models import Filing
from tenants.messages import Answer, Result, handing
from tenants.messages.models import Batch
from tenants.routing import leases
from tenants.routing.breaking import PROBE_PARTS
from tenants.routing.choose import CANARY_PARTS
from tenants.routing.leases import Kept
from tenants.routing.models import Channel, PointChange, Points
from tests import pipeline
from tests.tenants.campaigns import arrange as planned
from tests.tenants.filings import arrange as filed
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import change, forget
from workers.gateway import desk
from workers.gateway.desk import Work
from workers.jobs.messages import send_batch

GATEWAY = uuid.UUID(int=7)
SECOND = 900_011
_LINE = leases.Line(0, 0, "bound", datetime.now(UTC), 1, 16, 0, 0.0, 0, 0, 0, 0, "")


@dataclass
class Ours:
    """A channel with a link that is up, kept by a gateway that lives."""

    kept: Kept

    @property
    def id(self) -> int:
        return self.kept.channel_id

    def take_up(self) -> Work:
        """The next ready batch, handed over and taken up."""
        with scopes.platform(Reason.DISPATCH):
            claim = messages.claim("bulk")
            assert claim is not None and handing.hand(claim, self.id)
        (work,) = desk.take_up(self.id, 10)
        return work

    def begin(self, work: Work, want: int = 100) -> list[messages.Picked]:
        """A slice, begun when all that was known of the batch is old."""
        work.placed_at = -math.inf
        return list(desk.begin(work, self.kept, want).picked or ())

    def channel(self) -> Channel:
        with scopes.platform(Reason.SWEEPS):
            return db.session.scalars(select(Channel).where(Channel.id == self.id)).one()


@pytest.fixture
def ours(app: Flask) -> Iterator[Ours]:
    with scopes.platform(Reason.SWEEPS):
        id = db.session.scalars(
            insert(Channel).values(name="links", kind="smpp", created_at=now()).returning(Channel.id)
        ).one()
    with scopes.platform(Reason.DISPATCH):
        leases.beat(GATEWAY)
        (kept,) = leases.keep(GATEWAY, {"smpp"}).kept
        leases.tell(GATEWAY, [up(id)])
    yield Ours(kept)
    forget()
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel))


def up(channel_id: int) -> leases.Line:
    """A link messages may leave on."""
    return replace(_LINE, channel_id=channel_id)


def other(**columns: Any) -> None:
    """Another channel everything may leave by."""
    with scopes.platform(Reason.SWEEPS):
        row = {"id": SECOND, "name": "second", "kind": "simulator", "settings": {}, "created_at": now(), **columns}
        db.session.execute(insert(Channel).values(row))


def refused(ours: Ours, work: Work, picked: list[messages.Picked]) -> None:
    """The carrier has none of them."""
    told = [Result(each.id, each.attempt, Answer.AGAIN, code="unknown_failure") for each in picked]
    desk.record(
        ours.id, work.claim.tenant_id, work.basis, told, f"refused:{uuid.uuid4()}", {work.claim}, work.place.others
    )


def test_what_a_channel_failed_is_left_to_others_at_once(ours: Ours) -> None:
    other()
    run = arrange.run(["000"] * 4)
    work = ours.take_up()
    refused(ours, work, ours.begin(work, 2))
    assert len(ours.begin(work)) == 2, "those it has not tried"
    assert ours.begin(work) == []
    with scopes.tenant(run.tenant_id):
        assert messages.has_for(work.claim, SECOND, others=True), "and the second may try at once"
        assert not messages.has_for(work.claim, ours.id, others=True)


def test_a_batch_a_channel_has_failed_is_not_handed_to_it_again(ours: Ours) -> None:
    change(ours.id, weight=1_000_000)
    other(kind="smpp")
    with scopes.platform(Reason.DISPATCH):
        leases.keep(GATEWAY, {"smpp"})
        leases.tell(GATEWAY, [up(ours.id), up(SECOND)])
    arrange.run(["000"] * 2)
    work = ours.take_up()
    refused(ours, work, ours.begin(work))
    assert ours.begin(work) == []
    desk.give_back(work.claim)
    send_batch()
    with scopes.platform(Reason.SWEEPS):
        assert [tuple(row) for row in db.session.execute(select(Batch.state, Batch.channel_id))] == [("handed", SECOND)]


def test_where_nobody_else_takes_them_it_tries_again(ours: Ours) -> None:
    run = arrange.run(["000"] * 2)
    work = ours.take_up()
    refused(ours, work, ours.begin(work))
    assert ours.begin(work) == [], "not at once"
    arrange.make_due(run.tenant_id)
    assert len(ours.begin(work)) == 2


def test_a_channel_that_is_broken_or_ruled_out_begins_no_more(ours: Ours) -> None:
    for wrong, right in (
        ({"breaker": "open", "breaker_until": now()}, {"breaker": "closed"}),
        ({"operators": ["unicom"]}, {"operators": []}),
        ({"state": "paused"}, {"state": "active"}),
    ):
        run = arrange.run(["000"] * 2)
        work = ours.take_up()
        assert len(ours.begin(work, 1)) == 1
        change(ours.id, **wrong)
        assert ours.begin(work) == [] and work.dry and work.returned
        assert run.progress().queued == 1
        desk.give_back(work.claim)
        change(ours.id, **right)
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Batch).where(Batch.tenant_id == run.tenant_id))


def test_what_is_known_of_a_batch_holds_for_a_moment(ours: Ours) -> None:
    arrange.run(["000"] * 2)
    work = ours.take_up()
    assert len(ours.begin(work, 1)) == 1
    change(ours.id, state="paused")
    assert len(desk.begin(work, ours.kept, 1).picked or ()) == 1


def test_a_text_that_is_no_longer_filed_leaves_no_more(ours: Ours) -> None:
    with scopes.platform(Reason.STAFF):
        filings.rules.set_needs(ours.id, {"mobile": ["template"]}, by=1)
    ready = planned.ready(8, body="您好，门店周末延长营业")
    with scopes.tenant(ready.tenant_id):
        assert filings.ask_all({"mobile": [ours.id]}, by=1) == 1
    with scopes.tenant(ready.tenant_id):
        assert filed.answer(State.FILED) == 1
    ready.preflight()
    with scopes.tenant(ready.tenant_id):
        campaigns.launch(ready.campaign_id, by=ready.owner_id, people=8)
    pipeline.work_off()
    (work,) = [each for each in desk.take_up(ours.id, 10) if each.claim.operator == "mobile"]
    assert len(ours.begin(work, 1)) == 1
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(Filing).where(Filing.tenant_id == ready.tenant_id).values(state=State.REJECTED))
    assert ours.begin(work) == [] and work.returned
    with scopes.platform(Reason.STAFF):
        filings.rules.set_needs(ours.id, {"mobile": []}, by=1)


def test_a_probe_and_a_channel_without_points_get_one_small_slice(ours: Ours) -> None:
    with scopes.platform(Reason.SWEEPS):
        row = {"channel_id": ours.id, "country": "CN", "operator": "mobile", "points": 0}
        db.session.execute(insert(Points).values(row | {"changed_at": now(), "dropped_at": now()}))
    for breaker, parts in (("closed", CANARY_PARTS), ("probing", PROBE_PARTS)):
        arrange.run(["000"] * 50)
        work = ours.take_up()
        change(ours.id, breaker=breaker, breaker_until=now())
        assert len(ours.begin(work)) == parts
        assert work.returned and work.place.probe == (breaker == "probing")
        desk.give_back(work.claim)
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Batch))


def test_a_probe_that_found_nothing_leaves_the_next_one_to_try(ours: Ours) -> None:
    run = arrange.run(["000"])
    work = ours.take_up()
    with scopes.tenant(run.tenant_id):
        messages.pause(run.campaign_id)
    change(ours.id, breaker="probing", breaker_until=now())
    assert ours.begin(work) == []
    assert ours.channel().breaker == "open"


def test_a_channel_without_a_link_is_broken_until_it_has_one_and_says_why(ours: Ours) -> None:
    for _ in range(2):
        desk.alone(ours.id, "carrier_unreachable")
    with scopes.platform(Reason.SWEEPS):
        said = select(PointChange.detail["code"].astext).where(PointChange.channel_id == ours.id)
        assert db.session.scalars(said).all() == ["carrier_unreachable"], "once"
        way = routing.choose(routing.Group(1, "CN", "mobile", "notice"), 100)
    assert isinstance(way, routing.Way) and way.probe, "with a link it is tried at once"
    assert not desk.called(ours.id, "")
    assert ours.channel().breaker == "closed"


def test_what_is_too_old_when_it_is_taken_up_expires(ours: Ours) -> None:
    run = arrange.run(["000"] * 2)
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
        assert claim is not None and handing.hand(claim, ours.id)
        db.session.execute(update(Batch).values(valid_until=now()))
    assert desk.take_up(ours.id, 10) == []
    assert run.states() == {"expired": 2}
