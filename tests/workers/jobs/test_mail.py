"""The job that sends mail, and what becomes of a mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from rq import SimpleWorker

from tenants import accounts
from tenants.accounts.models import Mail
from tenants.core import jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.core.scopes import Reason
from tests import factories
from tests.web.accounts.arrange import mails
from tests.workers.test_mail import Postbox, postbox
from workers.jobs import sweeps
from workers.jobs.mail import TRIES_MAX, send_mail

__all__ = ["postbox"]
ADA = "ada@mail.example"


@pytest.fixture
def smtp(app: Flask, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> Postbox:
    settings = replace(app.config["SETTINGS"], smtp_url=f"smtp://{postbox.url}")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return postbox


def posted(recipient: str = ADA) -> Mail:
    with scopes.platform(Reason.MAIL):
        accounts.mail(recipient, "Hello", "A link")
    return mails(recipient)[-1]


def test_a_committed_mail_rings_and_a_lost_one_does_not(app: Flask) -> None:
    with pytest.raises(ValueError), scopes.platform(Reason.MAIL):
        accounts.mail(ADA, "Hello", "lost")
        raise ValueError
    assert jobs.queue(Lane.URGENT).count == 0
    posted()
    assert jobs.queue(Lane.URGENT).count == 1


def test_a_business_may_write_a_mail_in_its_own_scope(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        accounts.mail(ADA, "Hello", "From a tenant's scope")
    assert mails(ADA)[-1].tenant_id == acme.id


def test_a_mail_is_sent_once_and_nothing_of_it_is_kept(app: Flask, smtp: Postbox) -> None:
    sent = posted()
    for _ in range(3):
        send_mail(sent.id)
    assert [letter["To"] for letter in smtp.letters] == [ADA]
    assert [(mail.state, mail.body) for mail in mails(ADA)] == [("sent", "")]


def test_without_a_server_the_outbox_keeps_it(app: Flask) -> None:
    kept = posted()
    send_mail(kept.id)
    assert [(mail.state, mail.body) for mail in mails(ADA)] == [("sent", "A link")]


def test_a_refused_mail_is_tried_again_a_bounded_number_of_times(app: Flask, smtp: Postbox) -> None:
    refused = posted("refused@mail.example")
    for _ in range(TRIES_MAX + 3):
        send_mail(refused.id)
    found = mails("refused@mail.example")[0]
    assert (found.state, found.tries) == ("failed", TRIES_MAX)
    assert "nobody of that name" in found.error


def test_the_sweep_finds_mail_whose_bell_was_lost(app: Flask) -> None:
    waiting = posted()
    jobs.queue(Lane.URGENT).empty()
    sweeps.ring_mail()
    queue = jobs.queue(Lane.URGENT)
    assert [list(job.args) for job in queue.jobs] == [[str(Job.SEND_MAIL), waiting.id]]
    worker = SimpleWorker([queue], connection=queue.connection, serializer=queue.serializer)
    worker.work(burst=True)
    with scopes.platform(Reason.MAIL):
        assert db.session.get_one(Mail, waiting.id).state == "sent"
