"""The daily look through the books: quiet when they are right, a mail to each of our people when they are not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from tenants.accounts.models import Mail
from tenants.core import jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.ledger.models import Account
from tests import factories
from workers.jobs import registry, sweeps
from workers.jobs.ledger import check_books


def letters(recipient: str) -> list[tuple[str, str]]:
    with scopes.platform(Reason.MAIL):
        rows = db.session.execute(select(Mail.subject, Mail.body).where(Mail.recipient == recipient))
        return [(row.subject, row.body) for row in rows]


def test_a_broken_book_is_told_to_staff_row_by_row(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business(credit_micro=1_000)
    with scopes.platform(Reason.SIGN_UP):
        email = f"books-{acme.id}@example.com"
        factories.identity(email, is_staff=True)
        account_id = db.session.scalar(select(Account.id).where(Account.tenant_id == acme.id))
    check_books()
    assert letters(email) == []
    own = sa.update(Account).where(Account.id == account_id)
    with owner.begin() as connection:
        connection.execute(own.values(posted=Account.posted + 1))
    try:
        check_books()
    finally:
        with owner.begin() as connection:
            connection.execute(own.values(posted=Account.posted - 1))
    [(subject, body)] = letters(email)
    assert subject == "1 invariant is broken"
    assert f"account {account_id}" in body and body.endswith("/staff/ledger")
    assert acme.email not in body and letters(acme.email) == []


@pytest.mark.usefixtures("app")
def test_the_day_rings_for_it() -> None:
    sweeps.ring_books()
    [rung] = jobs.queue(jobs.LANE_OF[Job.CHECK_BOOKS]).jobs
    assert list(rung.args) == [str(Job.CHECK_BOOKS)]
    registry.run(*rung.args)
