"""Who is served next: the longest unserved business that may have another batch under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, insert, select, update

from tenants import messages
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import claiming
from tenants.messages.models import Batch, Message, Turn
from tenants.optouts.models import GlobalBlock
from tenants.quotas import limits
from tests import factories
from tests.tenants.messages import arrange
from tests.tenants.messages.arrange import CREDIT_MICRO
from workers.jobs.messages import expire_batch, recover_batch


def runs(tenant_id: int, count: int) -> None:
    for _ in range(count):
        arrange.run(["000"], tenant_id=tenant_id)


def served() -> list[int]:
    """Whose batches are claimed, one after another, until nobody may have more."""
    found = []
    while True:
        with scopes.platform(Reason.DISPATCH):
            claim = messages.claim("bulk")
        if claim is None:
            return found
        found.append(claim.tenant_id)


@pytest.mark.parametrize("hours", [2, -2])
def test_a_worker_whose_clock_is_wrong_takes_nothing_over_and_expires_what_is_over(app: Flask, hours: int) -> None:
    leased, over = arrange.run(["000"] * 2), arrange.run(["000"] * 3)
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
        assert claim is not None
    with scopes.platform(Reason.SWEEPS):
        own = update(Batch).where(Batch.campaign_id == over.campaign_id)
        db.session.execute(own.values(valid_until=func.now() - timedelta(seconds=1)))
    with time_machine.travel(now() + timedelta(hours=hours)):
        with scopes.platform(Reason.SWEEPS):
            assert messages.lost_leases(9) == []
            assert messages.overdue(9) == [(over.tenant_id, over.campaign_id, 0)]
        recover_batch(claim.tenant_id, claim.campaign_id, claim.batch_no)
        for run in (leased, over):
            expire_batch(run.tenant_id, run.campaign_id, 0)
    with scopes.tenant(claim.tenant_id):
        assert messages.begin_slice(claim, 1, 9, 1, "slice:clock"), "the lease holds"
    assert (leased.states(), over.states()) == ({"submitting": 2}, {"expired": 3})


def test_nobody_has_more_batches_under_way_than_the_limit(app: Flask) -> None:
    ordinary = factories.business(credit_micro=CREDIT_MICRO).id
    generous = factories.business(credit_micro=CREDIT_MICRO, limits={"in_flight": 6}).id
    for tenant_id in (ordinary, generous):
        runs(tenant_id, 8)
    found = served()
    assert (found.count(ordinary), found.count(generous)) == (limits.IN_FLIGHT, 6)
    assert found[:4] in ([ordinary, generous] * 2, [generous, ordinary] * 2), "in turns"


def test_those_who_have_enough_do_not_stand_in_the_way_of_the_rest(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    full = [factories.business(credit_micro=CREDIT_MICRO, limits={"in_flight": 1}).id for _ in range(3)]
    for tenant_id in full:
        runs(tenant_id, 2)
    assert sorted(served()) == sorted(full)
    late = factories.business(credit_micro=CREDIT_MICRO).id
    runs(late, 2)
    with scopes.platform(Reason.SWEEPS):  # served before, and since then as full as all of them
        db.session.merge(Turn(tenant_id=late, lane="bulk", served_at=now()))
    monkeypatch.setattr(claiming, "HEADS_MAX", 2)
    assert served() == [late, late]


@pytest.fixture
def blocks(app: Flask) -> Iterator[Callable[[bytes], None]]:
    """The platform's list, emptied afterwards."""

    def add(index: bytes) -> None:
        with scopes.platform(Reason.STAFF):
            db.session.execute(insert(GlobalBlock).values(phone_index=index, reason="complaint", created_at=now()))

    yield add
    with scopes.platform(Reason.STAFF):
        db.session.execute(GlobalBlock.__table__.delete())


def test_a_number_blocked_for_all_after_planning_is_not_sent_to(app: Flask, blocks: Callable[[bytes], None]) -> None:
    run = arrange.run(["000"] * 3)
    with scopes.tenant(run.tenant_id):
        keys = vault()
        last = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        index = keys.platform_index(keys.open("messages", last.id, last.sealed)[0])
        stopped = last.id
    blocks(index)
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
        assert claim is not None
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, 1, 9, 1, "slice:blocks")
        assert picked is not None and len(picked) == 2 and stopped not in {each.id for each in picked}
    with scopes.tenant(run.tenant_id):
        row = db.session.get_one(Message, stopped)
        assert (row.attempt, row.channel_id, row.submitted_at) == (0, None, None) and row.done_at is not None
    assert run.states() == {"opted_out": 1, "submitting": 2}
    assert run.balance().held == 2 * arrange.PRICE_MICRO and run.balance().posted == CREDIT_MICRO
