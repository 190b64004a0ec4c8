"""The agenda: what is asked for is rung until it is done, also when every bell is lost."""

from __future__ import annotations

from datetime import timedelta

import redis
from flask import Flask
from sqlalchemy import select, update

from tenants.core import agenda, jobs, scopes
from tenants.core.agenda import Task
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.core.scopes import Reason
from tests import factories


def waiting(lane: Lane) -> int:
    return int(jobs.queue(lane).count)


def make_due() -> None:
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Task).values(due_at=now() - timedelta(seconds=1)))


def ring() -> int:
    with scopes.platform(Reason.SWEEPS):
        return agenda.ring_due()


def test_work_asked_for_now_is_rung_at_once_and_again_until_it_is_done(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        agenda.put(Job.CANCEL_CAMPAIGN, 7)
    assert waiting(Lane.CHORES) == 1
    redis.Redis.from_url(app.config["SETTINGS"].redis_url).flushall()
    assert ring() == 0, "not due again yet"
    make_due()
    assert ring() == 1
    assert waiting(Lane.CHORES) == 1
    with scopes.tenant(acme.id):
        agenda.done(Job.CANCEL_CAMPAIGN, 7)
    make_due()
    assert ring() == 0


def test_work_for_later_is_not_rung_before_its_hour(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        agenda.put(Job.PLAN_CAMPAIGN, 7, at=now() + timedelta(hours=1))
    assert (waiting(Lane.CHORES), ring()) == (0, 0)


def test_a_rollback_takes_work_and_bell_back(app: Flask) -> None:
    acme = factories.business()
    with scopes.entered(scopes.of_tenant(acme.id)):
        agenda.put(Job.CANCEL_CAMPAIGN, 7)
    with scopes.platform(Reason.SWEEPS):
        assert db.session.scalars(select(Task)).all() == []
    assert waiting(Lane.CHORES) == 0


def test_the_pause_grows_with_every_try(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        agenda.put(Job.CANCEL_CAMPAIGN, 7)
    pauses = []
    for _ in range(4):
        make_due()
        ring()
        with scopes.platform(Reason.SWEEPS):
            pauses.append((db.session.scalars(select(Task.due_at)).one() - now()).total_seconds())
    assert [round(pause / pauses[0]) for pause in pauses] == [1, 2, 4, 8]
