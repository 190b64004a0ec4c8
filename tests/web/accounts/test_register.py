"""Signing a business up, and proving its address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import select

from tenants.accounts import Person
from tenants.accounts.models import Identity, MailToken, Member, Tenant
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests.web.accounts.arrange import PASSWORD, address, link, mails, sign_in, sign_up
from tests.web.signed_in import visitor
from web.accounts import letters


def test_a_business_signs_up_proves_its_address_and_signs_in(app: Flask) -> None:
    client, email = visitor(app), address()
    assert sign_up(client, email.upper() + " ").location == "/sign-up/sent"
    assert email in client.get("/sign-up/sent?lang=en").text
    assert sign_in(client, email).location == "/sign-up/sent", "the address comes first"
    path = link(mails(email)[0])
    assert "Confirm my address" in client.get(path + "?lang=en").text
    assert client.post(path).location == "/sign-in?verified=1"
    assert sign_in(client, email).location == "/"
    assert "Acme Coffee" in client.get("/settings?lang=en").text


def test_the_first_person_owns_a_business_on_trial_with_its_own_clock(app: Flask) -> None:
    email = address()
    sign_up(visitor(app), email)
    with scopes.platform(Reason.SIGN_UP):
        identity = db.session.scalars(select(Identity).where(Identity.email == email)).one()
        member = db.session.scalars(select(Member).where(Member.identity_id == identity.id)).one()
        tenant = db.session.get_one(Tenant, member.tenant_id)
        acts = db.session.scalars(select(audit.Entry.action).where(audit.Entry.tenant_id == tenant.id)).all()
    assert (member.role, tenant.state, tenant.time_zone) == ("owner", "trial", "Asia/Tokyo")
    assert identity.password_hash.startswith("$argon2id$")
    assert acts == ["business.sign_up"]


def test_a_known_address_is_answered_the_same_and_its_owner_gets_a_mail(app: Flask) -> None:
    client, email = visitor(app), address()
    first, second = sign_up(client, email), sign_up(client, email, business="Eve Ltd")
    assert (first.status, first.location) == (second.status, second.location)
    assert [mail.subject for mail in mails(email)] == ["Confirm your e-mail address", "You already have an account"]
    with scopes.platform(Reason.SIGN_UP):
        assert db.session.scalar(select(Tenant.id).where(Tenant.name == "Eve Ltd")) is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("business", " ", "Enter the name of your business."),
        ("business", "a" * 61, "At most 60 characters."),
        ("person", "", "Enter your name."),
        ("email", "ada@example", "This is not an e-mail address"),
        ("email", "ada@example.com\nBcc: eve@example.com", "This is not an e-mail address"),
        ("password", "short", "At least 12 characters."),
        ("password", "Password2026!!", "too easy to guess"),
        ("time_zone", "Moon/Crater", "Choose a time zone"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_what_was_typed_is_kept(
    app: Flask, field: str, value: str, said: str
) -> None:
    answer = sign_up(visitor(app), address(), **{field: value, **({} if field == "person" else {"person": "Grace"})})
    assert answer.status_code == 422
    assert said in answer.text and 'aria-invalid="true"' in answer.text
    assert field == "person" or 'value="Grace"' in answer.text
    assert PASSWORD not in answer.text


def test_a_link_works_once_and_for_a_day(app: Flask) -> None:
    client, email = visitor(app), address()
    sign_up(client, email)
    path = link(mails(email)[0])
    with time_machine.travel(now() + timedelta(hours=25)):
        assert visitor(app).post(path).status_code == 404
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 404
    assert client.post("/verify/invented").status_code == 404


def test_looking_at_the_link_does_not_use_it_up(app: Flask) -> None:
    client, email = visitor(app), address()
    sign_up(client, email)
    path = link(mails(email)[0])
    client.get(path)
    assert client.post(path).status_code == 303


def test_only_the_hash_of_a_link_is_kept(app: Flask) -> None:
    email = address()
    sign_up(visitor(app), email)
    token = link(mails(email)[0]).rpartition("/")[2]
    with scopes.platform(Reason.SIGN_UP):
        assert token not in " ".join(db.session.scalars(select(MailToken.token_hash)))


def test_a_fresh_link_can_be_asked_for_a_few_times(app: Flask) -> None:
    client, email = visitor(app), address()
    sign_up(client, email)
    answers = [client.post("/verify?lang=en") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert "Too many tries" in answers[-1].text
    assert len(mails(email)) == 4


def test_links_never_follow_the_host_of_the_request(app: Flask) -> None:
    email = address()
    person = Person(1, email, "Ada", "en")
    with app.test_request_context("/", base_url="http://evil.example"), scopes.platform(Reason.MAIL):
        letters.verification(person, "token")
        letters.reset(person, "token")
    assert [link(mail) for mail in mails(email)] == ["/verify/token", "/reset/token"]


def test_without_a_spare_tenant_nothing_is_half_made(app: Flask, owner: sa.Engine) -> None:
    client, email = visitor(app), address()
    with owner.begin() as connection:
        spares = connection.scalars(sa.text("SELECT id FROM shared.tenants WHERE state = 'spare'")).all()
        connection.execute(sa.text("UPDATE shared.tenants SET state = 'closed' WHERE state = 'spare'"))
    try:
        answer = sign_up(client, email)
        assert answer.status_code == 503
        assert "Try again in a minute" in answer.text
        assert mails(email) == []
    finally:
        with owner.begin() as connection:
            connection.execute(
                sa.text("UPDATE shared.tenants SET state = 'spare' WHERE id = ANY(:ids)"), {"ids": spares}
            )
    assert sign_up(client, email).status_code == 303


def test_one_place_signs_up_a_few_businesses_only(app: Flask) -> None:
    known = address()
    answers = [sign_up(visitor(app), known).status_code for _ in range(5)]
    assert answers == [303] * 5
    assert sign_up(visitor(app), known, business="").status_code == 422, "a form with faults is no try"
    assert sign_up(visitor(app), address()).status_code == 429
