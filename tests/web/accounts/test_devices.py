"""Strangers who guess lock a stranger's way in, never the devices somebody signed in on before."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tenants.core import scopes
from tenants.core.scopes import Reason
from tests import factories
from tests.web.accounts.arrange import HASH, NEW_PASSWORD, PASSWORD, address, business, sign_in
from tests.web.signed_in import visitor

GUESSES = 5  # as many as the shortest window looks at


def used(app: Flask, email: str) -> FlaskClient:
    """A browser somebody signed in on, and out again."""
    client = visitor(app)
    assert sign_in(client, email).status_code == 303
    client.post("/sign-out")
    return client


def guess(client: FlaskClient, email: str, times: int = GUESSES) -> list[int]:
    return [sign_in(client, email, "wrong guess").status_code for _ in range(times)]


def device(client: FlaskClient) -> str:
    cookie = client.get_cookie("qunfa-device")
    assert cookie is not None
    return cookie.value


def test_a_known_device_signs_in_while_the_account_is_locked(app: Flask) -> None:
    acme = business()
    own, stranger = used(app, acme.email), visitor(app)
    assert guess(stranger, acme.email, GUESSES + 1) == [422] * GUESSES + [429]
    assert sign_in(visitor(app), acme.email).status_code == 429, "a new device has to wait"
    assert sign_in(own, acme.email).status_code == 303
    assert sign_in(stranger, acme.email).status_code == 429, "the owner's success unlocks no stranger"


def test_a_known_device_has_a_budget_of_its_own_and_no_more(app: Flask) -> None:
    acme = business()
    own = used(app, acme.email)
    assert guess(own, acme.email, GUESSES + 1) == [422] * GUESSES + [429]
    assert sign_in(own, acme.email).status_code == 429
    assert sign_in(visitor(app), acme.email).status_code == 303, "its guesses lock nobody else"


def test_an_unknown_address_is_locked_with_the_same_words(app: Flask) -> None:
    acme, nobody = business(), address()
    own = used(app, acme.email)
    clients = ((visitor(app), acme.email), (visitor(app), nobody), (own, nobody))
    for client, email in clients[:2]:
        guess(client, email)
    known, unknown, from_own = (sign_in(client, email) for client, email in clients)
    assert known.status_code == unknown.status_code == from_own.status_code == 429
    assert "qunfa-device" not in "".join(str(answer.headers) for answer in (known, unknown))
    assert known.text.count("The next one is possible from") == unknown.text.count("The next one is possible from") == 1


def test_the_cookie_is_bound_to_the_person_and_to_their_password(app: Flask) -> None:
    acme, rival = business(), business("Rival")
    own = used(app, acme.email)
    stranger = visitor(app)
    stranger.set_cookie("qunfa-device", device(own))
    assert guess(stranger, rival.email, GUESSES + 1)[-1] == 429
    assert sign_in(visitor(app), rival.email).status_code == 429, "another's device counts as none"
    own_again = used(app, acme.email)
    own_again.post("/sign-in", data={"email": acme.email, "password": PASSWORD})
    own_again.post("/account/password", data={"old": PASSWORD, "new": NEW_PASSWORD})
    guess(visitor(app), acme.email)
    assert sign_in(own, acme.email, NEW_PASSWORD).status_code == 429, "a new password ends what devices hold"


def test_a_forged_or_endless_cookie_is_worth_nothing(app: Flask) -> None:
    acme = business()
    guess(visitor(app), acme.email)
    for value in ("x.y", "~" * 50, "x." + "0" * 64, ("a" * 3000) + ".b", "é.ü"):
        client = visitor(app)
        client.set_cookie("qunfa-device", value)
        assert sign_in(client, acme.email).status_code == 429


def test_a_device_shared_by_two_people_is_known_to_both(app: Flask) -> None:
    acme = business()
    with scopes.platform(Reason.SIGN_UP):
        email = address()
        factories.identity(email, password_hash=HASH)
    own = used(app, acme.email)
    sign_in(own, email)
    own.post("/sign-out")
    for each in (acme.email, email):
        guess(visitor(app), each)
        assert sign_in(own, each).status_code == 303
    assert len(device(own).split("~")) == 2


def test_the_cookie_is_out_of_reach_of_scripts_and_lasts(app: Flask) -> None:
    answer = sign_in(visitor(app), business().email)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("qunfa-device="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=31536000" in cookie
