"""One's own account: devices, sessions, the password."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.accounts.arrange import NEW_PASSWORD, PASSWORD, business, sign_in
from tests.web.signed_in import client_of, staff_client, visitor
from web.accounts import devices

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1"


def test_every_device_is_listed_and_one_can_be_signed_out(app: Flask) -> None:
    acme, laptop, phone = business(), visitor(app), visitor(app)
    phone.environ_base["HTTP_USER_AGENT"] = SAFARI
    laptop.environ_base["HTTP_USER_AGENT"] = CHROME
    for client in (phone, laptop):
        sign_in(client, acme.email)
    page = laptop.get("/account?lang=en").text
    assert "Chrome · Windows" in page and "Safari · iPhone" in page
    rows = re.findall(r"<tr>.*?</tr>", page.partition("<tbody>")[2], re.S)
    other = next(row for row in rows if "this one" not in row)
    ended = laptop.post(re.findall(r'action="(/account/sessions/[^"]+)"', other)[0])
    assert ended.location == "/account"
    assert phone.get("/settings").status_code == 302
    assert laptop.get("/settings").status_code == 200


def test_nobody_ends_a_session_of_somebody_else(app: Flask) -> None:
    acme, rival = client_of(app, business()), client_of(app, business("Rival Tea"))
    path = re.findall(r'action="(/account/sessions/[^"]+)"', acme.get("/account").text)[0]
    rival.post(path)
    assert acme.get("/settings").status_code == 200
    assert rival.post("/account/sessions/ses_00000000000000000000000000/end").status_code == 404
    assert rival.post("/account/sessions/1/end").status_code == 404


def test_signing_out_everywhere_leaves_no_session(app: Flask) -> None:
    acme = business()
    clients = [client_of(app, acme) for _ in range(3)]
    assert clients[0].post("/account/sign-out-everywhere").location == "/sign-in"
    assert [client.get("/settings").status_code for client in clients] == [302] * 3


def test_a_new_password_ends_every_other_session(app: Flask) -> None:
    acme = business()
    here, there = client_of(app, acme), client_of(app, acme)
    answer = here.post("/account/password", data={"old": PASSWORD, "new": NEW_PASSWORD})
    assert answer.location == "/account"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert sign_in(visitor(app), acme.email).status_code == 422
    assert sign_in(visitor(app), acme.email, NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wrong", NEW_PASSWORD, "This is not your present password."),
        (PASSWORD, "short", "At least 12 characters."),
        (PASSWORD, "123456789012", "too easy to guess"),
    ],
)
def test_a_bad_new_password_changes_nothing(app: Flask, old: str, new: str, said: str) -> None:
    acme = business()
    answer = client_of(app, acme).post("/account/password?lang=en", data={"old": old, "new": new})
    assert answer.status_code == 422 and said in answer.text
    assert sign_in(visitor(app), acme.email).status_code == 303


def test_the_present_password_cannot_be_guessed_at_will(app: Flask) -> None:
    client = client_of(app, business())
    answers = [client.post("/account/password", data={"old": "wrong", "new": NEW_PASSWORD}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_staff_have_an_account_page_too(app: Flask) -> None:
    page = staff_client(app).get("/account?lang=en")
    assert page.status_code == 200
    assert "side-staff" in page.text and "/staff/tenants" in page.text


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome · Windows"),
        (SAFARI, "Safari · iPhone"),
        ("curl/8.5", "curl"),
        ("", ""),
        ("Odd" * 50, ("Odd" * 50)[:40]),
    ],
)
def test_devices_are_named_as_people_would(agent: str, name: str) -> None:
    assert devices.named(agent) == name
