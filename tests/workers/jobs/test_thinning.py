"""What is old and over is forgotten; what is young, unsettled or money stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select

from tenants.core import audit, jobs, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.ledger import events
from tenants.ledger.models import StripeEvent, Txn
from tenants.messages import thinning
from tenants.messages.models import Receipt, Submission
from tenants.webhooks import KEPT
from tenants.webhooks.models import Event
from tests import factories
from workers.jobs import registry, sweeps
from workers.jobs.thinning import thin_out

EDGE = timedelta(minutes=1)


def _arranged(tenant_id: int) -> None:
    """Each table on both sides of its edge; the name of a row says what should become of it."""
    at = now()
    with scopes.platform(Reason.SWEEPS):
        for age, side in ((EDGE, "goes"), (-EDGE, "young")):
            then = at - thinning.RECEIPTS_KEPT - age
            for state in ("settled", "unknown", "new", "matched"):
                row = {"channel_id": 1, "provider_ref": f"{side}-{state}", "reference": "", "outcome": "delivered"}
                row |= {"code": "", "received_at": then, "state": state, "next_at": at + timedelta(days=1)}
                db.session.execute(insert(Receipt).values(row))
            row = {"channel_id": 1, "provider_ref": side, "tenant_id": tenant_id, "message_id": 1, "attempt": 1}
            db.session.execute(insert(Submission).values(row | {"at": at - thinning.SUBMISSIONS_KEPT - age}))
            for state in ("done", "ignored", "new", "failed"):
                row = {"id": f"evt-{side}-{state}", "type": "x", "account": "", "livemode": False, "payload": {}}
                row |= {"state": state, "received_at": at - events.NEWS_KEPT - age}
                db.session.execute(insert(StripeEvent).values(row))
    with scopes.tenant(tenant_id):
        for age, side in ((EDGE, "goes"), (-EDGE, "young")):
            db.session.execute(insert(Event).values(type=side, data={}, at=at - KEPT - age))


def test_each_table_forgets_what_is_over_and_older_than_its_edge(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "LOT", 3)
    acme = factories.business(credit_micro=1_000)
    _arranged(acme.id)
    with scopes.tenant(acme.id):
        audit.record("list.create", actor_id=acme.owner_id)
        books = len(db.session.scalars(select(Txn.id)).all())
    thin_out()
    with scopes.platform(Reason.SWEEPS):
        kept = set(db.session.scalars(select(Receipt.provider_ref)))
        assert kept == {"goes-new", "goes-matched", "young-settled", "young-unknown", "young-new", "young-matched"}
        assert set(db.session.scalars(select(Submission.provider_ref))) == {"young"}
        ours = select(StripeEvent.id).where(StripeEvent.id.like("evt-%"))
        assert {each.removeprefix("evt-") for each in db.session.scalars(ours)} == {
            "goes-new", "goes-failed", "young-done", "young-ignored", "young-new", "young-failed",
        }  # fmt: skip
    with scopes.tenant(acme.id):
        assert db.session.scalars(select(Event.type)).all() == ["young"]
        assert len(db.session.scalars(select(Txn.id)).all()) == books > 0
        assert db.session.scalars(select(audit.Entry.action)).all().count("list.create") == 1


@pytest.mark.usefixtures("app")
def test_the_day_rings_for_it() -> None:
    sweeps.ring_thinning()
    [rung] = jobs.queue(jobs.LANE_OF[Job.THIN_OUT]).jobs
    registry.run(*rung.args)
