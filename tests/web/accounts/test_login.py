"""Signing in and out: cookies, sessions, guesses, where one goes after it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tenants import accounts
from tenants.accounts import passwords
from tenants.accounts.models import Identity, WebSession
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Refused
from tenants.core.scopes import Reason
from tests import factories, scale
from tests.web.accounts.arrange import HASH, PASSWORD, address, business, sign_in
from tests.web.signed_in import client_of, visitor
from web.accounts import destinations

GUESSES = 1_000 if scale.FULL else 200


def acts(identity_id: int) -> list[str]:
    with scopes.platform(Reason.SIGN_IN):
        query = select(audit.Entry.action).where(audit.Entry.actor_id == identity_id).order_by(audit.Entry.id)
        return list(db.session.scalars(query))


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    answer = sign_in(visitor(app), business().email)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("qunfa="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie


def test_only_a_hash_of_the_token_is_kept_and_each_sign_in_makes_another(app: Flask) -> None:
    acme, client = business(), visitor(app)
    tokens = []
    for _ in range(2):
        sign_in(client, acme.email)
        tokens.append(client.get_cookie("qunfa").value)  # type: ignore[union-attr]
    assert tokens[0] != tokens[1]
    with scopes.platform(Reason.SIGN_IN):
        kept = db.session.scalars(select(WebSession.token_hash).where(WebSession.identity_id == acme.owner_id)).all()
    assert len(kept) == 1, "signing in again ends the session before"
    assert not set(tokens) & set(kept)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(app: Flask) -> None:
    client = visitor(app)
    answers = [sign_in(client, business().email, "wrong"), sign_in(client, address(), "wrong")]
    texts = [answer.text.replace(answer.text.split('name="email"')[1].split(">")[0], "") for answer in answers]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "E-mail or password is wrong." in texts[0]
    for text in texts:
        assert "no account" not in text.lower().replace("no account yet", "")


def test_an_unknown_address_takes_as_long_as_a_wrong_password(app: Flask) -> None:
    known, took = business().email, {"known": [], "unknown": []}  # type: ignore[var-annotated]
    for round in range(4):
        for name, email in (("known", known), ("unknown", f"nobody-{round}@example.com")):
            began = time.process_time()
            sign_in(visitor(app), email, "wrong")
            took[name].append(time.process_time() - began)
    assert 0.5 < min(took["known"]) / min(took["unknown"]) < 2


def test_signing_out_ends_the_session_on_the_server(app: Flask) -> None:
    client = visitor(app)
    sign_in(client, (acme := business()).email)
    token = client.get_cookie("qunfa").value  # type: ignore[union-attr]
    assert client.post("/sign-out").location == "/sign-in"
    thief = visitor(app)
    thief.set_cookie("qunfa", token)
    assert thief.get("/settings").location.startswith("/sign-in")
    assert acts(acme.owner_id) == ["session.open", "session.close"]


def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(app: Flask) -> None:
    acme, start = business(), now()
    client = client_of(app, acme)
    with time_machine.travel(start + timedelta(minutes=31)):
        assert client.get("/settings").status_code == 302
    client = client_of(app, acme)
    for minutes in range(20, 12 * 60 + 40, 20):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.get("/settings").status_code == 200 or minutes >= 12 * 60


def test_reading_pages_writes_the_session_once_a_minute_at_most(app: Flask) -> None:
    acme, start = business(), now()
    client = client_of(app, acme)

    def seen_at() -> object:
        with scopes.platform(Reason.SIGN_IN):
            return db.session.scalars(select(WebSession.seen_at).where(WebSession.identity_id == acme.owner_id)).one()

    first = seen_at()
    with time_machine.travel(start + timedelta(seconds=40)):
        client.get("/settings")
        assert seen_at() == first
    with time_machine.travel(start + timedelta(seconds=80)):
        client.get("/settings")
        assert seen_at() != first


@scale.scaled
def test_of_all_guesses_of_a_day_twenty_are_looked_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each from another place, spread over a day, so that only the account's own limit holds them."""
    acme, looked_at, start = business(), 0, now().replace(hour=0, minute=1)

    def look(password: str, stored: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        return False

    monkeypatch.setattr(passwords, "matches", look)
    for guess in range(GUESSES):
        with time_machine.travel(start + timedelta(hours=23.5) * guess / GUESSES), pytest.raises(Refused):
            accounts.sign_in(acme.email, f"guess {guess}", ip=f"203.0.{guess // 250}.{guess % 250}", user_agent="")
    assert looked_at == 20


def test_who_guesses_too_often_is_told_until_when_and_let_in_after_it(app: Flask) -> None:
    acme, client = business(), visitor(app)
    with time_machine.travel(now().replace(hour=4, minute=0, second=1), tick=False) as clock:
        for _ in range(5):
            assert sign_in(client, acme.email, "wrong").status_code == 422
        answer = sign_in(client, acme.email)
        assert answer.status_code == 429
        assert "The next one is possible from" in answer.text and "12:05" in answer.text
        clock.shift(timedelta(minutes=5))
        assert sign_in(client, acme.email).status_code == 303


def test_a_lost_valkey_opens_no_door(app: Flask, ground: object) -> None:
    import redis

    acme, client = business(), visitor(app)
    for _ in range(5):
        sign_in(client, acme.email, "wrong")
    redis.Redis.from_url(ground.redis_url).flushall()  # type: ignore[attr-defined]
    assert sign_in(client, acme.email).status_code == 429


def test_the_right_password_forgives_the_wrong_ones_before(app: Flask) -> None:
    acme, client = business(), visitor(app)
    for _ in range(2):
        for _ in range(4):
            sign_in(client, acme.email, "wrong")
        assert sign_in(client, acme.email).status_code == 303


def test_a_hash_with_old_settings_is_made_anew(app: Flask) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    email = address()
    with scopes.platform(Reason.SIGN_UP):
        identity_id = factories.identity(email, password_hash=old)
    sign_in(visitor(app), email)
    with scopes.platform(Reason.SIGN_IN):
        stored = db.session.get_one(Identity, identity_id).password_hash
    assert stored != old and not passwords.outdated(stored)


def test_failed_tries_are_in_the_trail_of_the_business(app: Flask) -> None:
    acme = business()
    sign_in(visitor(app), acme.email, "wrong")
    with scopes.tenant(acme.id):
        entry = db.session.scalars(select(audit.Entry).order_by(audit.Entry.id.desc()).limit(1)).one()
    assert (entry.action, entry.actor_id, entry.ip) == ("session.refused", acme.owner_id, "127.0.0.1")


def test_staff_go_to_their_desk_and_others_to_their_overview(app: Flask) -> None:
    email = address()
    with scopes.platform(Reason.SIGN_UP):
        factories.identity(email, is_staff=True, password_hash=HASH)
    client = visitor(app)
    assert sign_in(client, email).location == "/staff"
    assert client.get("/staff").location == "/staff/reviews"
    assert sign_in(visitor(app), business().email).location == "/"


def test_mails_follow_the_language_chosen_when_signing_in(app: Flask) -> None:
    acme, client = business(), visitor(app)
    client.set_cookie("lang", "zh")
    sign_in(client, acme.email)
    with scopes.platform(Reason.SIGN_IN):
        assert db.session.get_one(Identity, acme.owner_id).locale == "zh"


@pytest.mark.parametrize("good", ["/settings", "/messages?state=failed&before=3", "/a/b#c"])
def test_one_goes_back_to_a_page_of_this_site(app: Flask, good: str) -> None:
    assert sign_in(visitor(app), business().email, next=good).location == good


@pytest.mark.parametrize(
    "bad",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "evil.example", "javascript:alert(1)", "/a\nb",
        "/\t/evil.example", "\\/evil.example", "/a\x00", "", " /settings", "/" + "a" * 600, "/a\\..\\b",
    ],
)  # fmt: skip
def test_one_never_goes_to_another_site(app: Flask, bad: str) -> None:
    assert destinations.safe(bad) is None
    assert visitor(app).get("/sign-in", query_string={"next": bad}).text.count("evil") == 0


def test_a_page_asked_for_before_signing_in_comes_after_it(app: Flask) -> None:
    client = visitor(app)
    assert client.get("/settings?tab=1").location == "/sign-in?next=/settings?tab%3D1"
    part = client.get(
        "/settings", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/messages?state=failed"}
    )
    assert part.status_code == 401
    assert part.headers["HX-Redirect"] == "/sign-in?next=/messages?state%3Dfailed"
    sent = client.post("/contacts", headers={"Referer": "http://localhost/contacts/new"})
    assert sent.location == "/sign-in?next=/contacts/new"


def test_who_is_signed_in_needs_no_sign_in_page(app: Flask) -> None:
    assert client_of(app, business()).get("/sign-in?next=/settings").location == "/settings"


def test_people_of_a_suspended_business_are_told_so(app: Flask) -> None:
    client = client_of(app, business(state="suspended"))
    answer = client.get("/settings?lang=en")
    assert answer.status_code == 403
    assert "Your business is suspended" in answer.text
    assert client.get("/account?lang=en").status_code == 200
