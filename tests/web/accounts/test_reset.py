"""A forgotten password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from tenants.accounts.models import Identity
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests.web.accounts.arrange import NEW_PASSWORD, PASSWORD, address, business, link, mails, sign_in, sign_up
from tests.web.signed_in import client_of, visitor


def ask(app: Flask, email: str) -> str:
    """The path of the link that is mailed."""
    visitor(app).post("/reset", data={"email": email})
    return link(mails(email)[-1])


def test_a_link_by_mail_sets_a_new_password_and_ends_every_session(app: Flask, trail: Callable[[], set[str]]) -> None:
    acme = business()
    client, path = client_of(app, acme), ask(app, acme.email)
    assert visitor(app).post(path, data={"new": NEW_PASSWORD}).location == "/sign-in?changed=1"
    assert client.get("/settings").status_code == 302
    assert sign_in(visitor(app), acme.email).status_code == 422
    assert sign_in(visitor(app), acme.email, NEW_PASSWORD).status_code == 303
    assert trail() >= {"password.reset"}


def test_an_unknown_address_is_answered_the_same_and_mailed_nothing(app: Flask) -> None:
    known, unknown = business().email, address()
    answers = [visitor(app).post("/reset?lang=en", data={"email": email}) for email in (known, unknown)]
    pages = [answer.text.partition("<main")[2].partition("</main")[0] for answer in answers]
    assert pages[0] and pages[0].replace(known, "") == pages[1].replace(unknown, "")
    assert mails(unknown) == []


def test_a_link_works_once_for_an_hour_and_kills_its_elders(app: Flask) -> None:
    acme = business()
    first, second = ask(app, acme.email), ask(app, acme.email)
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert visitor(app).post(second, data={"new": NEW_PASSWORD}).status_code == 404
    assert visitor(app).post(second, data={"new": NEW_PASSWORD}).status_code == 303
    assert visitor(app).post(second, data={"new": PASSWORD}).status_code == 404
    assert visitor(app).post(first, data={"new": PASSWORD}).status_code == 404


def test_a_bad_password_does_not_use_the_link_up(app: Flask) -> None:
    path = ask(app, business().email)
    answer = visitor(app).post(f"{path}?lang=en", data={"new": "short"})
    assert answer.status_code == 422 and "At least 12 characters." in answer.text
    assert visitor(app).post(path, data={"new": NEW_PASSWORD}).status_code == 303


def test_a_link_to_prove_an_address_sets_no_password(app: Flask) -> None:
    email = address()
    sign_up(visitor(app), email)
    token = link(mails(email)[0]).rpartition("/")[2]
    assert visitor(app).post(f"/reset/{token}", data={"new": NEW_PASSWORD}).status_code == 404


def test_the_link_proves_the_address_as_well(app: Flask) -> None:
    """Whoever signed up with somebody else's address loses it to the one who reads its mail."""
    email = address()
    sign_up(visitor(app), email)
    visitor(app).post(ask(app, email), data={"new": NEW_PASSWORD})
    with scopes.platform(Reason.SIGN_IN):
        assert db.session.scalars(select(Identity.verified_at).where(Identity.email == email)).one() is not None


def test_who_was_kept_out_by_guesses_gets_in_by_mail(app: Flask) -> None:
    acme = business()
    for _ in range(6):
        sign_in(visitor(app), acme.email, "wrong")
    visitor(app).post(ask(app, acme.email), data={"new": NEW_PASSWORD})
    assert sign_in(visitor(app), acme.email, NEW_PASSWORD).status_code == 303


def test_nobody_is_flooded_with_mail(app: Flask) -> None:
    acme = business()
    answers = [visitor(app).post("/reset", data={"email": acme.email}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert len(mails(acme.email)) == 3
