"""Parts that were taken from the day's limit and never left return to it: once, and to the day they were taken from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from tenants import campaigns, contacts, messages, optouts, quotas
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Batch, Message
from tests import pipeline
from tests.tenants.campaigns import arrange
from workers.jobs.campaigns import cancel_campaign, plan_campaign

TAKEN = 12
TRIAL = quotas.TRIAL_PARTS_A_DAY


@pytest.fixture
def planned(app: Flask) -> arrange.Ready:
    """A business on trial that has used up TAKEN parts; every message is still queued."""
    ready = arrange.ready(TAKEN, state="trial")
    ready.launch()
    plan_campaign(ready.tenant_id, ready.campaign_id)
    assert _left(ready) == TRIAL - TAKEN
    return ready


def _left(ready: arrange.Ready) -> int | None:
    with scopes.tenant(ready.tenant_id):
        return quotas.left()


def _batches(ready: arrange.Ready) -> list[int]:
    with scopes.platform(Reason.SWEEPS):
        own = Batch.campaign_id == ready.campaign_id, Batch.tenant_id == ready.tenant_id
        return [*db.session.scalars(select(Batch.batch_no).where(*own).order_by(Batch.batch_no))]


def _too_late(ready: arrange.Ready) -> None:
    """No channel took it in time, whatever the reason: no route, no filing, a business suspended."""
    with scopes.platform(Reason.SWEEPS):
        own = Batch.campaign_id == ready.campaign_id, Batch.tenant_id == ready.tenant_id
        db.session.execute(update(Batch).where(*own).values(valid_until=now() - timedelta(minutes=1)))


def _expire(ready: arrange.Ready) -> None:
    for batch_no in _batches(ready):
        with scopes.tenant(ready.tenant_id):
            messages.expire(ready.campaign_id, batch_no, "delivered")


def test_what_expired_unsent_may_be_sent_on_the_same_day_and_a_replay_gives_nothing(planned: arrange.Ready) -> None:
    with scopes.tenant(planned.tenant_id):
        quotas.take(20)
    _too_late(planned)
    for _ in range(3):
        _expire(planned)
        assert _left(planned) == TRIAL - 20
    assert planned.progress().expired == TAKEN


def test_two_who_expire_the_same_give_it_back_once(app: Flask, planned: arrange.Ready) -> None:
    with scopes.tenant(planned.tenant_id):
        quotas.take(50)
        ids = [*db.session.scalars(select(Message.id))]
    _too_late(planned)

    def expire(_: int) -> None:
        with app.app_context():
            _expire(planned)

    with ThreadPoolExecutor(2) as two:
        list(two.map(expire, range(2)))
    assert (len(ids), planned.progress().expired, _left(planned)) == (TAKEN, TAKEN, TRIAL - 50)


def test_after_midnight_it_returns_to_the_day_before(planned: arrange.Ready) -> None:
    _too_late(planned)
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        with scopes.tenant(planned.tenant_id):
            quotas.take(30)
        _expire(planned)
        assert _left(planned) == TRIAL - 30, "today's limit is not touched"
    assert _left(planned) == TRIAL, "the day before has its parts again"


def test_what_was_cancelled_a_day_later_returns_to_the_day_it_was_planned(planned: arrange.Ready) -> None:
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        with scopes.tenant(planned.tenant_id):
            quotas.take(30)
            campaigns.cancel(planned.campaign_id)
        cancel_campaign(planned.tenant_id, planned.campaign_id)
        assert _left(planned) == TRIAL - 30
    assert _left(planned) == TRIAL


def test_who_opts_out_before_the_claim_costs_no_part_and_what_left_does(app: Flask, tmp_path: Path) -> None:
    with pipeline.line(app, tmp_path):
        ready = arrange.ready(10, state="trial")
        ready.launch()
        plan_campaign(ready.tenant_id, ready.campaign_id)
        with scopes.tenant(ready.tenant_id):
            first = contacts.audience({"source": "lists", "list_ids": [ready.list_id]}, 0, 1)[0]
            assert optouts.add(first.number, "asked by telephone", by=None)
        pipeline.until(lambda: ready.state() == "finished")
        assert (ready.progress().opted_out, ready.progress().delivered) == (1, 9)
        assert _left(ready) == TRIAL - 9
