"""The live board: what waits for a channel, how its links are, what went wrong last, in so many statements."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Batch
from tenants.reports import board
from tenants.reports.board import Row
from tenants.reports.queues import Queue
from tenants.routing import breaking, leases, rules, seeing
from tenants.routing.models import Channel, ChannelLease, Gateway, Health, LinkState, PointChange, Points, Route
from tests import factories
from tests.tenants.routing.test_choose import channel
from tests.web.signed_in import staff_client

GATEWAY = uuid.uuid4()
LINE = leases.Line(0, 1, "bound", None, 1, 16, 5, 42.0, 100, 95, 0, 0, "")


@pytest.fixture(autouse=True)
def nothing_left(app: Flask) -> Iterator[None]:
    """No channel of another test is there, and none is left to the next."""
    clear()
    yield
    clear()


def clear() -> None:
    with scopes.platform(Reason.STAFF):
        for model in (Batch, Route, LinkState, ChannelLease, Gateway, Points, PointChange, Health, Channel):
            db.session.execute(delete(model))


def waits(tenant_id: int, left: int, *, age_s: float = 0, **columns: Any) -> None:
    """A batch that is to leave."""
    at = now()
    columns = {"country": "CN", "operator": "mobile", "kind": "notice"} | columns
    with scopes.platform(Reason.STAFF):
        db.session.execute(
            insert(Batch).values(
                tenant_id=tenant_id, campaign_id=next(NUMBERS), batch_no=1, lane="bulk", total=left, left=left,
                ready_at=at - timedelta(seconds=age_s), valid_until=at + timedelta(hours=1), **columns,
            )
        )  # fmt: skip


NUMBERS = iter(range(10**9, 10**9 + 1000))


def shown() -> tuple[dict[str, Row], Queue]:
    with scopes.platform(Reason.STAFF):
        found, stranded = board.rows()
        return {row.channel.name: row for row in found}, stranded


def saw(channel_id: int, age_s: int, **counts: int) -> None:
    with scopes.tenant(factories.business().id):
        routing.note([routing.Sight(channel_id, "CN", "mobile", what, 0, n) for what, n in counts.items()])
    with scopes.platform(Reason.STAFF):
        at = seeing.span_of(now()) - timedelta(seconds=age_s)
        db.session.execute(update(Health).where(Health.channel_id == channel_id).values(at=at))


def tell(channel_id: int, **columns: Any) -> None:
    with scopes.platform(Reason.STAFF):
        leases.tell(GATEWAY, [replace(LINE, **{"channel_id": channel_id, "since": now(), **columns})])


def test_ready_messages_wait_for_every_channel_that_may_take_them() -> None:
    channel("mobile", operators=["mobile"])
    channel("any")
    channel("abroad", countries=["SG"])
    channel("paused", state="paused")
    waits(7, 30, age_s=20)
    waits(8, 5, operator="unicom")
    waits(8, 100, state="held")
    found, stranded = shown()
    assert {name: row.queue.messages for name, row in found.items()} == {
        "mobile": 30, "any": 35, "abroad": 0, "paused": 0
    }  # fmt: skip
    assert 20 <= found["any"].queue.age_s(now()) < 25
    assert stranded.messages == 0


def test_the_closest_rule_and_the_businesses_of_a_channel_are_heeded() -> None:
    ours = factories.business().id
    by_rule, other = channel("by rule"), channel("other")
    channel("theirs", tenant_ids=[ours + 1])
    waits(ours, 10)
    waits(ours + 1, 3)
    assert {name: row.queue.messages for name, row in shown()[0].items()} == {"by rule": 13, "other": 13, "theirs": 3}
    with scopes.platform(Reason.STAFF):
        rules.add(rules.Wish(tenant_id=ours, ways=((by_rule, 100),)), by=1)
        rules.add(rules.Wish(operator="mobile", ways=((other, 100),)), by=1)
    found, _ = shown()
    assert {name: row.queue.messages for name, row in found.items()} == {"by rule": 10, "other": 3, "theirs": 0}


def test_handed_batches_wait_for_their_channel_alone_and_what_nobody_takes_is_told() -> None:
    mine = channel("mine", operators=["unicom"])
    channel("idle", operators=["unicom"])
    waits(7, 40, age_s=9, state="handed", channel_id=mine)
    waits(7, 500, state="leased", channel_id=mine)
    waits(7, 6, age_s=60, operator="telecom")
    found, stranded = shown()
    assert (found["mine"].queue.messages, found["idle"].queue.messages) == (40, 0)
    assert stranded.messages == 6
    assert stranded.age_s(now()) >= 60
    assert found["mine"].queue.age_s(now()) >= 9


def test_the_pace_is_of_the_last_whole_span_and_of_the_last_minute() -> None:
    id = channel("http")
    saw(id, 10, accepted=90, refused=10, delivered=50)
    row = shown()[0]["http"]
    assert (row.pace, row.answered.minute) == (10.0, pytest.approx(100 / 60)), "receipts are no answers"
    saw(channel("before"), 30, accepted=60)
    saw(channel("only now"), 0, accepted=60)
    assert shown()[0]["only now"].answered == board.Pace(), "the present span is not over"
    assert (shown()[0]["before"].pace, shown()[0]["before"].answered.minute) == (0.0, 1.0)


def test_links_tell_pace_and_window_until_their_gateway_is_silent() -> None:
    id = channel("smpp")
    tell(id)
    row = shown()[0]["smpp"]
    assert (row.pace, row.window, row.is_down) == (42.0, (5, 16), False)
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(LinkState).values(updated_at=now() - leases.LIFE))
    row = shown()[0]["smpp"]
    assert (row.pace, row.window, row.is_down) == (0.0, (0, 0), True), "old news is no news"


def test_trouble_stands_on_top_with_what_went_wrong_last(app: Flask) -> None:
    channel("a good one")
    down = channel("z no link")
    tell(
        down,
        state="unreachable",
        links=0,
        window_size=0,
        window_used=0,
        submitted_s=0.0,
        error="ConnectionRefusedError",
    )
    broken = channel("m broken")
    with scopes.platform(Reason.DISPATCH):
        for _ in range(breaking.FAILURES_MAX):
            routing.called(broken, "carrier_unreachable")
    with scopes.platform(Reason.STAFF):
        found = board.rows()[0]
        assert [row.channel.name for row in found] == ["m broken", "z no link", "a good one"]
        assert [board.last_trouble(row) is not None for row in found] == [True, True, False]
    page = staff_client(app).get("/staff/board/live?lang=en").text
    for said in ("Link 1: Unreachable, nobody listens there", "3 calls in a row came to nothing", "No link", "Broken"):
        assert said in page, said


def test_paused_channels_without_work_are_at_rest(app: Flask) -> None:
    channel("idle", state="paused")
    busy = channel("finishing", state="draining")
    waits(7, 4, state="handed", channel_id=busy)
    found, _ = shown()
    assert {name: row.is_resting for name, row in found.items()} == {"idle": True, "finishing": False}
    waits(7, 1204)
    page = staff_client(app).get("/staff/board/live?lang=en").text
    assert "At rest" in page and "1,204 messages wait and no channel takes them" in page


def test_without_a_channel_the_board_leads_to_the_first(app: Flask) -> None:
    assert "Add a channel" in staff_client(app).get("/staff/board?lang=en").text


def test_thirty_channels_cost_no_more_statements_than_three(app: Flask) -> None:
    staff = staff_client(app)

    def statements() -> int:
        found: list[str] = []
        listen = lambda *args: found.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            assert staff.get("/staff/board/live").status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(found)

    def add(first: int, last: int) -> None:
        for n in range(first, last):
            id = channel(f"channel {n}", operators=["mobile"])
            waits(n + 1, 10)
            waits(n + 1, 10, state="handed", channel_id=id)
        tell(id)

    add(0, 3)
    few = statements()
    add(3, 30)
    assert statements() == few <= 20
