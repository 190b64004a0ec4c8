"""The story of one message: every attempt, answer, receipt and posting, also those that changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import messages
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.core.scopes import Reason
from tenants.messages import Incoming, State, Story
from tenants.messages.models import Message, Receipt
from tenants.routing.models import Channel
from tests import pipeline
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import PRICE_MICRO


@pytest.fixture
def line(app: Flask, tmp_path: Path) -> Iterator[pipeline.Line]:
    with pipeline.line(app, tmp_path) as made:
        yield made


def told(run: arrange.Arranged) -> Story:
    with scopes.tenant(run.tenant_id):
        return messages.story(db.session.scalars(select(Message.id)).one(), vault())


def what(story: Story) -> list[str]:
    return [event.values.get("effect") or event.what for event in story.events]


def send(ending: str, **columns: str) -> Story:
    run = arrange.run([ending], **columns)  # type: ignore[arg-type]
    pipeline.until(lambda: run.progress().open == 0)
    return told(run)


def all_settled(n: int) -> bool:
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalars(select(Receipt.state)).all() == ["settled"] * n


def test_a_delivered_message_was_planned_submitted_taken_receipted_and_charged(line: pipeline.Line) -> None:
    story = send("000")
    assert what(story) == ["planned", "submitted", "taken", "final"]
    assert (story.state, story.final, story.attempts) == (State.DELIVERED, True, 1)
    assert [(posting.what, posting.amount_micro) for posting in story.postings] == [
        ("hold", PRICE_MICRO), ("settle", PRICE_MICRO)
    ]  # fmt: skip
    assert story.text == "【Acme】Hello" and story.channel.startswith("line ")
    assert story.events[1].values == {"attempt": 1, "channel": story.channel}
    assert story.events[2].values["ref"] == line.carrier.entries("submit")[0]["id"]


def test_what_did_not_arrive_is_given_back_and_says_why(line: pipeline.Line) -> None:
    story = send("901")
    assert what(story) == ["planned", "submitted", "taken", "final"]
    assert (story.events[-1].values["outcome"], story.events[-1].values["code"]) == ("undelivered", "absent")
    assert (story.outcome, story.code) == ("return", "absent")


def test_a_refusal_for_good_ends_the_story_with_the_answer(line: pipeline.Line) -> None:
    story = send("902")
    assert what(story) == ["planned", "submitted", "refused"]
    assert (story.events[-1].values["code"], story.outcome) == ("number_invalid", "return")


def test_whoever_pays_for_what_carriers_take_is_charged_when_they_take_it(line: pipeline.Line) -> None:
    assert send("901", basis="submitted").outcome == "settle"
    assert send("902", basis="submitted").outcome == "return"


@pytest.mark.parametrize(("ending", "effects"), [("922", ["final", "repeated"]), ("929", ["final", "contradicts"])])
def test_a_receipt_without_effect_is_shown_as_such(line: pipeline.Line, ending: str, effects: list[str]) -> None:
    run = arrange.run([ending])
    pipeline.until(lambda: run.progress().open == 0 and all_settled(2))
    story = told(run)
    assert what(story)[-2:] == effects
    assert [posting.what for posting in story.postings] == ["hold", "settle"]


def test_a_receipt_that_overtakes_the_answer_stands_before_it(line: pipeline.Line) -> None:
    run = arrange.run(["921"])
    pipeline.until(lambda: run.progress().open == 0)
    story = told(run)
    assert sorted(what(story)) == ["final", "planned", "submitted", "taken"]
    assert [event.at for event in story.events] == sorted(event.at for event in story.events)


def test_each_attempt_that_came_to_nothing_stays_in_the_story(line: pipeline.Line) -> None:
    run = arrange.run(["903"])  # refused for the moment, always
    for attempt in (1, 2):
        arrange.make_due(run.tenant_id)
        pipeline.until(
            lambda attempt=attempt: told(run).events[-1].what == "put_back" and told(run).attempts == attempt
        )
    story = told(run)
    assert what(story) == ["planned", "submitted", "put_back", "submitted", "put_back"]
    assert story.events[-1].values["code"] == "carrier_busy"
    assert (story.state, story.outcome) == (State.QUEUED, "hold")
    assert story.leave_until is not None and story.receipt_until is None


def test_a_lost_answer_is_doubt_until_its_receipt_comes(line: pipeline.Line) -> None:
    line.carrier.control(hang_s=2.0)
    with scopes.platform(Reason.SWEEPS):
        _hurry(line.channel_id)
    run = arrange.run(["912"])  # taken, no answer, no receipt
    pipeline.until(lambda: run.progress().in_doubt == 1)
    story = told(run)
    assert what(story) == ["planned", "submitted", "doubt"]
    assert story.events[-1].values["code"] == "answer_lost"
    assert story.outcome == "hold" and not story.final
    assert story.receipt_until is not None and story.receipt_until > now() + timedelta(hours=71)
    _receipt(run, story, line.channel_id, "delivered")
    pipeline.until(lambda: run.progress().open == 0)
    assert what(told(run)) == ["planned", "submitted", "doubt", "final"]
    assert told(run).outcome == "settle"


def test_a_receipt_of_an_earlier_attempt_or_after_the_end_changed_nothing(line: pipeline.Line) -> None:
    run = arrange.run(["902"])
    pipeline.until(lambda: run.progress().open == 0)
    story = told(run)
    _receipt(run, story, line.channel_id, "delivered")
    _receipt(run, story, line.channel_id, "delivered", attempt=2)
    pipeline.until(lambda: all_settled(2))
    assert what(told(run))[-2:] == ["late", "old_attempt"]
    assert told(run).state is State.REJECTED


def test_what_was_cancelled_before_it_left_says_so(app: Flask) -> None:
    run = arrange.run(["000"])
    with scopes.tenant(run.tenant_id):
        while messages.stop(run.campaign_id):
            pass
    story = told(run)
    assert what(story) == ["planned", "cancelled"]
    assert (story.outcome, story.attempts, story.submitted_at) == ("return", 0, None)


def test_a_message_that_is_not_there_has_no_story(app: Flask) -> None:
    run = arrange.run(["000"])
    with pytest.raises(NotFound), scopes.tenant(run.tenant_id):
        messages.story(told(run).id + 1, vault())


def _hurry(channel_id: int) -> None:
    """The channel waits for an answer for a second only."""
    channel = db.session.get_one(Channel, channel_id)
    channel.settings = {**channel.settings, "timeout_s": 1}


def _receipt(run: arrange.Arranged, story: Story, channel_id: int, outcome: str, attempt: int = 1) -> None:
    """A receipt the carrier sends by itself."""
    secret = "a-secret-of-the-tests-only-" + "0" * 20
    reference = messages.reference(secret, run.tenant_id, story.id, attempt)
    with scopes.platform(Reason.RECEIPTS):
        messages.store(channel_id, [Incoming("", reference, outcome, "", now())], secret)
