"""The chore that reminds: every owner gets one mail in their language, once, and what is over expires."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from tenants import filings
from tenants.accounts.models import Identity, Mail
from tenants.core import jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.filings import State
from tenants.filings.dates import today
from tenants.filings.models import Filing, Subject
from tests import factories
from tests.tenants.filings import arrange
from workers.__main__ import application
from workers.jobs import sweeps
from workers.jobs.filings import remind_filings


def test_owners_are_told_once_and_the_clock_rings_only_when_somebody_is_to_be(app: Flask) -> None:
    with scopes.platform(Reason.SWEEPS):  # what other tests left behind has been told
        db.session.execute(sa.update(Filing).values(reminded_days=-1))
        db.session.execute(sa.update(Subject).values(reminded_days=-1))
    acme = factories.business()
    with arrange.channels({"mobile": ["signature"], "unicom": ["signature"]}) as ids:
        with scopes.tenant(acme.id):
            arrange.papers(today() + timedelta(days=6))
            arrange.signature()
            assert filings.ask_all(arrange.lines(ids), by=1) == 2
        with scopes.tenant(acme.id):
            arrange.answer(State.FILED, valid_until=today() - timedelta(days=1))
        with scopes.platform(Reason.SIGN_UP):
            db.session.execute(sa.update(Identity).where(Identity.id == acme.owner_id).values(locale="zh"))
        sweeps.ring_filings()
        assert [job.args[0] for job in jobs.queue(jobs.LANE_OF[Job.REMIND_FILINGS]).jobs] == ["remind_filings"]
        remind_filings()
        remind_filings()
        sweeps.ring_filings()
        assert jobs.queue(jobs.LANE_OF[Job.REMIND_FILINGS]).count == 1
    with scopes.platform(Reason.STAFF):
        [mail] = db.session.scalars(select(Mail).where(Mail.recipient == acme.email)).all()
        assert mail.subject == "备案：2项已过期，1项即将到期"
        assert "移动 · 签名 · 禾木" in mail.body and mail.body.endswith("/filings")
        states = db.session.scalars(select(Filing.state).where(Filing.tenant_id == acme.id)).all()
        assert set(states) == {"expired"}


def test_a_worker_that_has_no_pages_writes_in_the_owners_language(app: Flask) -> None:
    acme = factories.business()
    with arrange.channels({"mobile": ["template"]}) as ids:
        with scopes.tenant(acme.id):
            arrange.papers(today() + timedelta(days=6))
        assert ids
        with application(app.config["SETTINGS"]).app_context():
            remind_filings()
    with scopes.platform(Reason.STAFF):
        [mail] = db.session.scalars(select(Mail).where(Mail.recipient == acme.email)).all()
        assert mail.subject in {"Filings: 1 end soon", "备案：1项即将到期"}
