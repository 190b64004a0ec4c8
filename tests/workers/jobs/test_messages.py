"""send_batch, send_urgent, recover_batch and expire_batch against a real carrier process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tenants import ledger, messages, routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Attempt, Batch, Message
from tenants.messages.states import State
from tests import pipeline
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import CREDIT_MICRO, PRICE_MICRO
from workers.channels import http
from workers.jobs import strides
from workers.jobs.messages import JOB_S, expire_batch, recover_batch, send_batch

QUEUED = Message.state == State.QUEUED
SLOW = "917"  # taken after the carrier's `slow_s`


@pytest.fixture
def line(app: Flask, tmp_path: Path) -> Iterator[pipeline.Line]:
    with pipeline.line(app, tmp_path) as made:
        yield made


def ended(run: arrange.Arranged) -> bool:
    return run.progress().open == 0


def test_every_message_is_delivered_once_and_every_cent_accounted_for(line: pipeline.Line) -> None:
    run = arrange.run(["000"] * 120)
    pipeline.until(lambda: ended(run))
    assert run.states() == {"delivered": 120}
    assert len(line.taken()) == len(set(line.taken())) == 120
    progress = run.progress()
    assert (progress.delivered, progress.posted_micro, progress.held_micro) == (120, 120 * PRICE_MICRO, 0)
    assert run.balance() == ledger.Balance(CREDIT_MICRO - 120 * PRICE_MICRO, 0)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def test_what_the_carrier_refuses_for_good_is_given_back(line: pipeline.Line) -> None:
    run = arrange.run(["000", "902", "901"])
    pipeline.until(lambda: ended(run))
    assert run.progress().delivered == 1
    assert run.progress().failed == 2
    assert run.balance() == ledger.Balance(CREDIT_MICRO - PRICE_MICRO, 0)


def test_a_refusal_that_may_pass_is_tried_again_and_each_attempt_kept(line: pipeline.Line) -> None:
    run = arrange.run(["903"])  # refused for the moment, always
    tries = messages.recording.WAITS_MAX + messages.recording.ATTEMPTS_MAX
    for _ in range(tries):
        arrange.make_due(run.tenant_id)
        pipeline.until(lambda: _left_alone(run))
    assert run.states() == {"rejected": 1}
    with scopes.tenant(run.tenant_id):
        assert db.session.scalars(select(Message.waits)).one() == messages.recording.WAITS_MAX, "no attempt was used"
        assert len(db.session.scalars(select(Attempt)).all()) == tries - 1
    assert run.balance() == ledger.Balance(CREDIT_MICRO, 0)


def _left_alone(run: arrange.Arranged) -> bool:
    with scopes.platform(Reason.SWEEPS):
        states = db.session.execute(select(Batch.state, Batch.ready_at)).all()
    return all(row.state == "sent" or row.ready_at > now() + timedelta(seconds=0.5) for row in states)


@pytest.mark.parametrize("ending", ["911", "912"])
def test_a_lost_answer_is_doubt_and_never_sent_again(line: pipeline.Line, ending: str) -> None:
    line.carrier.control(hang_s=1.0)
    with scopes.platform(Reason.SWEEPS):
        from tenants.routing.models import Channel

        settings = db.session.scalars(select(Channel.settings).where(Channel.id == line.channel_id)).one()
        db.session.execute(
            update(Channel).where(Channel.id == line.channel_id).values(settings=settings | {"timeout_s": 1})
        )
    run = arrange.run([ending])
    pipeline.until(lambda: run.progress().queued == run.progress().submitting == 0)
    if ending == "911":
        pipeline.until(lambda: run.progress().delivered == 1)
    else:
        assert run.states() == {"in_doubt": 1}
        assert run.balance().held == PRICE_MICRO
    assert len(line.taken()) == 1


@pytest.mark.parametrize("ending", ["921", "922", "923", "924"])
def test_early_doubled_reordered_and_late_receipts_end_the_same(line: pipeline.Line, ending: str) -> None:
    line.carrier.control(late_s=0.3)
    run = arrange.run([ending])
    pipeline.until(lambda: ended(run))
    paid = run.progress().delivered
    assert paid + run.progress().undelivered == 1
    assert run.balance() == ledger.Balance(CREDIT_MICRO - paid * PRICE_MICRO, 0)


def test_receipts_without_our_reference_find_their_message(app: Flask, tmp_path: Path) -> None:
    with pipeline.line(app, tmp_path, "--no-echo", settings={"no_echo": True}) as line:
        run = arrange.run(["000"] * 30 + ["921"])
        pipeline.until(lambda: ended(run))
        assert run.states() == {"delivered": 31}
        assert len(set(line.taken())) == 31


def test_a_submitted_basis_pays_for_what_the_carrier_took(line: pipeline.Line) -> None:
    run = arrange.run(["000", "901", "902"], basis="submitted")
    pipeline.until(lambda: ended(run))
    assert run.balance() == ledger.Balance(CREDIT_MICRO - 2 * PRICE_MICRO, 0)


def test_a_paused_run_sends_nothing_and_goes_on_where_it_stopped(line: pipeline.Line) -> None:
    run = arrange.run(["000"] * 50)
    with scopes.tenant(run.tenant_id):
        messages.pause(run.campaign_id)
    pipeline.work_off()
    assert line.taken() == []
    with scopes.tenant(run.tenant_id):
        messages.let_go(run.campaign_id)
    pipeline.until(lambda: ended(run))
    assert run.states() == {"delivered": 50}


def test_a_stopped_run_gives_back_what_did_not_leave(line: pipeline.Line) -> None:
    run = arrange.run(["000"] * 1_500, open_=False)
    with scopes.tenant(run.tenant_id):
        while messages.stop(run.campaign_id):
            db.session.commit()
    assert run.states() == {"cancelled": 1_500}
    assert run.balance() == ledger.Balance(CREDIT_MICRO, 0)


def test_a_lost_lease_puts_what_was_leaving_in_doubt_and_the_rest_back(line: pipeline.Line) -> None:
    run = arrange.run(["000"] * 10)
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim is not None
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, line.channel_id, 4, 1, "slice:test")
    assert picked is not None
    assert len(picked) == 4
    recover_batch(run.tenant_id, run.campaign_id, 0)
    assert run.progress().in_doubt == 0, "the lease is still good"
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).values(lease_until=now() - timedelta(seconds=1)))
    recover_batch(run.tenant_id, run.campaign_id, 0)
    assert (run.progress().in_doubt, run.progress().queued) == (4, 6)
    with scopes.tenant(run.tenant_id):
        assert messages.begin_slice(claim, line.channel_id, 4, 1, "slice:test2") is None, "the old worker must stop"
    pipeline.until(lambda: run.progress().delivered == 6)
    assert len(line.taken()) == 6


def test_receipts_that_never_come_expire_after_their_time(line: pipeline.Line) -> None:
    run = arrange.run(["925", "912"])
    line.carrier.control(hang_s=0.1)
    pipeline.until(lambda: run.progress().queued == run.progress().submitting == 0)
    expire_batch(run.tenant_id, run.campaign_id, 0)
    assert run.progress().expired == 0, "72 hours are not over"
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).values(expires_at=now() - timedelta(seconds=1)))
    expire_batch(run.tenant_id, run.campaign_id, 0)
    assert run.states() == {"expired": 2}
    assert run.balance() == ledger.Balance(CREDIT_MICRO, 0)


def test_what_waited_past_its_validity_is_expired_not_sent(line: pipeline.Line) -> None:
    run = arrange.run(["000"] * 3)
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).values(valid_until=now() - timedelta(seconds=1)))
    pipeline.work_off()
    assert run.states() == {"expired": 3}
    assert line.taken() == []


def test_the_pace_of_a_channel_is_kept_in_parts(app: Flask, tmp_path: Path) -> None:
    with pipeline.line(app, tmp_path, tps=50) as line:
        run = arrange.run(["000"] * 100, segments=2)
        began = time.monotonic()
        pipeline.until(lambda: run.progress().queued == 0)
        took_s = time.monotonic() - began
    assert len(line.taken()) == 100
    assert took_s > (200 - 100) / 50 - 0.5, "two hundred parts at fifty a second, the first window at once"


def test_a_slow_channel_keeps_no_worker_waiting_for_its_pace(app: Flask, tmp_path: Path) -> None:
    with pipeline.line(app, tmp_path, tps=10) as line:
        line.carrier.control(slow_s=0.3)  # by then three more parts might leave
        run = arrange.run([SLOW] * 100)
        send_batch()
        assert run.progress().queued == 90, "one slice, then others have their turn"


def test_a_job_ends_in_time_though_its_batch_is_not_empty(
    app: Flask, line: pipeline.Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "SLICE_MAX", 10)
    line.carrier.control(slow_s=0.3)
    run = arrange.run([SLOW] * 200)
    began = time.monotonic()
    send_batch()
    assert time.monotonic() - began < JOB_S + 1.0
    assert 0 < run.progress().queued < 200


def test_no_pace_is_kept_from_others_that_a_batch_has_no_use_for(
    line: pipeline.Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, choose = [], routing.choose

    def note(group: routing.Group, parts: int, **more: Any) -> routing.Way | float | None:
        asked.append(parts)
        return choose(group, parts, **more)

    monkeypatch.setattr(routing, "choose", note)
    arrange.run(["000"] * 10, segments=3)
    send_batch()
    assert asked == [10, 18], "one part each, until the first slice tells that it is three"


def test_what_a_slow_carrier_leaves_no_time_for_goes_back_as_if_never_taken(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "START_S_MAX", 0.5)
    with pipeline.line(app, tmp_path, settings={"connections": 2, "batch": 1}) as line:
        line.carrier.control(slow_s=0.4)
        run = arrange.run([SLOW] * 60)
        send_batch()
        queued, taken = run.progress().queued, len(line.taken())
        assert queued + taken == 60
        assert taken < 60
        with scopes.tenant(run.tenant_id):
            waiting = db.session.execute(select(Message.attempt, Message.waits, Message.due_at).where(QUEUED)).all()
        assert set(waiting) == {(0, 0, None)}
        assert strides.most(line.channel_id) < 10, "the next slices are no longer than what is tried"
        line.carrier.control(slow_s=0)
        pipeline.until(lambda: ended(run))
    assert len(line.taken()) == len(set(line.taken())) == 60
    assert strides.most(line.channel_id) > 10, "and grow again with it"


def test_the_messages_of_one_campaign_carry_their_text(line: pipeline.Line) -> None:
    arrange.run(["000"])
    pipeline.work_off()
    assert line.carrier.entries("submit")[0]["text"] == "【Acme】Hello"
    assert Message.__tablename__ == "messages"
