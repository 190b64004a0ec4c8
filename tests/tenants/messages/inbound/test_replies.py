"""Replies: kept once, brought to the business that wrote last, obeyed, and nobody else's to read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select, update

from tenants import optouts
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.core.scopes import Reason
from tenants.messages import State, inbound
from tenants.messages.inbound import Reply
from tenants.messages.models import Message, Run, Turn
from tenants.webhooks.models import Event
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import Arranged
from workers.channels import Inbound
from workers.jobs.replies import route_replies

CHANNEL, OTHER_CHANNEL = 7_001, 7_002


def wrote(
    number: str, *, ago: timedelta = timedelta(hours=1), channel: int = CHANNEL, run: Arranged | None = None
) -> Arranged:
    """A business that sent one message to a number, some time ago."""
    run = run or arrange.run(["000"])
    with scopes.tenant(run.tenant_id):
        row = db.session.scalars(select(Message).where(Message.campaign_id == run.campaign_id)).first()
        assert row is not None
        row.phone_index, row.channel_id = vault().index(number), channel
        row.sealed = vault().seal("messages", row.id, [number, {}])
        row.state, row.submitted_at = int(State.ACCEPTED), now() - ago
    with scopes.platform(Reason.DISPATCH):
        turn = {"tenant_id": run.tenant_id, "lane": "bulk", "served_at": now() - ago}
        db.session.execute(sa.dialects.postgresql.insert(Turn).values(turn).on_conflict_do_nothing())
    return run


def hear(number: str, text: str, *, ref: str = "", channel: int = CHANNEL, at: datetime | None = None) -> None:
    with scopes.platform(Reason.RECEIPTS):
        inbound.keep(channel, [Inbound(number, text, at or now(), "1069", ref)])


def inbox(run: Arranged) -> list[tuple[str, str, bool]]:
    with scopes.tenant(run.tenant_id):
        return [(each.number, each.text, each.stops) for each in inbound.page()]


def states() -> list[str]:
    with scopes.platform(Reason.RECEIPTS):
        return list(db.session.scalars(select(Reply.state).order_by(Reply.id)))


def test_a_reply_reaches_the_business_that_wrote_last(app: Flask) -> None:
    number = arrange.number()
    earlier, later = wrote(number, ago=timedelta(hours=5)), wrote(number)
    hear(number, "几点开门？")
    route_replies()
    assert inbox(earlier) == []
    assert inbox(later) == [(number, "几点开门？", False)]
    with scopes.tenant(later.tenant_id):
        [shown] = inbound.page()
        assert (shown.campaign_id, shown.unread, inbound.unread()) == (later.campaign_id, True, 1)
        [event] = db.session.scalars(select(Event).where(Event.type == "reply.received"))
        assert event.data == {
            "id": shown.id,
            "message": shown.message_id,
            "campaign": later.campaign_id,
            "stops": False,
        }


def test_the_channel_it_came_back_on_decides_before_the_hour(app: Flask) -> None:
    number = arrange.number()
    same, later = wrote(number, ago=timedelta(hours=5)), wrote(number, channel=OTHER_CHANNEL)
    hear(number, "1")
    route_replies()
    assert (len(inbox(same)), len(inbox(later))) == (1, 0)


def test_a_reply_to_nobody_is_nobodys(app: Flask) -> None:
    number = arrange.number()
    stale = wrote(number, ago=timedelta(days=31))
    hear(number, "?")
    route_replies()
    assert (states(), inbox(stale)) == (["unknown"], [])


@pytest.mark.parametrize(("ref", "again"), [("mo-1", 1), ("", 1)])
def test_what_a_carrier_brings_twice_is_kept_once(app: Flask, ref: str, again: int) -> None:
    number, at = arrange.number(), now()
    run = wrote(number)
    for _ in range(2):
        hear(number, "TD", ref=ref, at=at)
    hear(number, "TD", ref=ref and "mo-2", at=at + timedelta(seconds=1))
    route_replies()
    assert len(inbox(run)) == 1 + again


def test_a_stop_word_is_an_opt_out_of_the_signature_it_answered(app: Flask) -> None:
    number, other = arrange.number(), arrange.number()
    run = wrote(number)
    with scopes.tenant(run.tenant_id):
        db.session.execute(update(Run).values(signature_id=42))
    wrote(other, run=arrange.run(["000"], tenant_id=run.tenant_id))
    hear(number, "ｔｄ。")
    hear(other, "我不退订")
    route_replies()
    with scopes.tenant(run.tenant_id):
        [entry] = optouts.page()
        assert (entry.number, entry.signature_id, entry.source) == (number, 42, "reply")
        assert optouts.filter([vault().index(number)], 42) and not optouts.filter([vault().index(number)], 1)


def test_what_was_matched_and_not_kept_is_kept_by_the_next_job(app: Flask) -> None:
    number = arrange.number()
    run = wrote(number)
    hear(number, "T")
    with scopes.platform(Reason.RECEIPTS):
        found = inbound.waiting()
    with scopes.tenant(run.tenant_id):
        written = inbound.last_written(found)
    with scopes.platform(Reason.RECEIPTS):
        inbound.assign(found, written)
        assert inbound.due()
    route_replies()
    assert inbox(run) == [(number, "T", True)]
    with scopes.platform(Reason.RECEIPTS):
        assert not inbound.due()


def test_nothing_of_it_lies_in_clear(app: Flask, owner: sa.Engine) -> None:
    number = arrange.number()
    run = wrote(number)
    for kept in (False, True):
        hear(number, "my secret wish", ref=f"clear-{kept}")
        if kept:
            route_replies()
        with owner.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT replies::text, encode(sealed, 'escape') FROM shared.replies"
            ).all()
            rows += connection.exec_driver_sql(f"SELECT data::text, '' FROM t_{run.tenant_id}.events").all()
        assert rows and not [row for row in rows if "wish" in str(row) or number[1:] in str(row)]


def test_another_business_sees_and_marks_nothing(app: Flask) -> None:
    number = arrange.number()
    run, rival = wrote(number), arrange.run(["000"])
    hear(number, "hello")
    route_replies()
    with scopes.tenant(run.tenant_id):
        [shown] = inbound.page(number=number)
    with scopes.tenant(rival.tenant_id):
        assert (inbound.page(), inbound.unread(), inbound.mark_read()) == ([], 0, 0)
        with pytest.raises(NotFound):
            inbound.opt_out(shown.id, by=1)
    with scopes.tenant(run.tenant_id):
        assert (inbound.unread(), inbound.mark_read([shown.id]), inbound.unread()) == (1, 1, 0)


def test_the_inbox_is_narrowed_and_paged(app: Flask) -> None:
    one, two = arrange.number(), arrange.number()
    run = wrote(one)
    wrote(two, run=arrange.run(["000"], tenant_id=run.tenant_id))
    for place in range(3):
        hear(one, f"text {place}")
    hear(two, "T")
    route_replies()
    with scopes.tenant(run.tenant_id):
        first = inbound.page(limit=2)
        assert [each.text for each in first] == ["T", "text 2", "text 1"]
        assert [each.text for each in inbound.page(before=first[1].id)] == ["text 1", "text 0"]
        assert {each.number for each in inbound.page(number=two)} == {two}
        assert [each.text for each in inbound.page(stops_only=True)] == ["T"]
        inbound.mark_read([first[0].id])
        assert len(inbound.page(unread_only=True)) == 3


def test_old_replies_are_forgotten_and_those_of_nobody_sooner(app: Flask) -> None:
    number = arrange.number()
    run = wrote(number)
    hear(number, "kept", ref="kept")
    hear(arrange.number(), "nobody's", ref="nobody")
    route_replies()
    with scopes.platform(Reason.RECEIPTS):
        db.session.execute(update(Reply).values(received_at=now() - timedelta(days=31)))
        inbound.tidy()
    assert (states(), len(inbox(run))) == (["kept"], 1)
    with scopes.platform(Reason.RECEIPTS):
        db.session.execute(update(Reply).values(received_at=now() - timedelta(days=401)))
        inbound.tidy()
    assert inbox(run) == []
