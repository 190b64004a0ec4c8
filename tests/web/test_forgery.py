"""Requests another site makes a browser send: without the token, from another origin, in another form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tests.isolation.routes import Call, calls
from tests.isolation.test_route_matrix import of_tenant
from tests.isolation.world import World, made
from tests.web.signed_in import Browser, client_of, signed_in, staff_client
from web.auth import Policy

EVIL = "https://evil.example"


class Plain(Browser):
    """A browser that sends what it is told and no token by itself."""

    def take_token(self) -> None:
        self.environ_base.pop("HTTP_X_CSRFTOKEN", None)


def without_token(app: Flask, client: FlaskClient) -> FlaskClient:
    plain = Plain(app, app.response_class)
    cookie = client.get_cookie("qunfa")
    assert cookie is not None
    plain.set_cookie("qunfa", cookie.value)
    return plain


def changing(app: Flask, world: World) -> Iterator[Call]:
    yield from (call for call in calls(app, world) if call.method != "GET" and call.policy is not Policy.MACHINE)


def test_no_route_takes_a_form_without_its_token(app: Flask, owner: sa.Engine) -> None:
    acme = made()
    client = without_token(app, signed_in(app, acme.owner_id, acme.id))
    desk = without_token(app, staff_client(app))
    before = of_tenant(owner, acme)
    for call in changing(app, acme):
        sender = desk if call.policy is Policy.STAFF else client
        for headers in ({}, {"HX-Request": "true"}, {"X-CSRFToken": "invented"}):
            answer = sender.open(call.path, method=call.method, headers=headers)
            assert answer.status_code == 400, f"{call} {headers}: {answer.status}"
    assert of_tenant(owner, acme) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://localhost:8000"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": EVIL, "HX-Request": "true"},
    ],
)
def test_even_with_a_token_another_origin_changes_nothing(app: Flask, headers: dict[str, str]) -> None:
    acme = factories.business(state="trial")
    answer = client_of(app, acme).post("/settings", data={"name": "Eve", "time_zone": "UTC"}, headers=headers)
    assert answer.status_code == 403
    assert "Eve" not in client_of(app, acme).get("/settings").text


def test_our_own_pages_are_served(app: Flask) -> None:
    acme = factories.business(state="trial")
    for headers in ({"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}):
        form = {"name": "Acme", "time_zone": "UTC"}
        assert client_of(app, acme).post("/settings", data=form, headers=headers).status_code == 303


def test_a_token_belongs_to_the_browser_that_got_it(app: Flask) -> None:
    eve = client_of(app, factories.business("Rival Tea"))
    victim = without_token(app, client_of(app, factories.business(state="trial")))
    stolen = eve.environ_base["HTTP_X_CSRFTOKEN"]
    victim.get("/settings")
    assert victim.post("/settings/go-live", headers={"X-CSRFToken": stolen}).status_code == 400


def test_the_token_in_a_page_works_as_field_and_as_header(app: Flask) -> None:
    import re

    acme = factories.business(state="trial")
    client = without_token(app, client_of(app, acme))
    page = client.get("/settings").text
    field = re.search(r'name="csrf_token" value="([^"]+)"', page)
    header = re.search(r'"X-CSRFToken": "([^"]+)"', page)
    assert field and header
    form = {"name": "Acme", "time_zone": "UTC"}
    assert client.post("/settings", data=form | {"csrf_token": field[1]}).status_code == 303
    headers = {"X-CSRFToken": header[1], "HX-Request": "true"}
    assert client.post("/settings", data=form, headers=headers).headers["HX-Redirect"] == "/settings"


def test_json_sent_as_plain_text_is_no_way_round(app: Flask) -> None:
    client = without_token(app, client_of(app, factories.business(state="trial")))
    answer = client.post("/settings/go-live", data='{"csrf_token": ""}', content_type="text/plain")
    assert answer.status_code == 400


def test_looking_at_pages_changes_nothing(app: Flask, owner: sa.Engine) -> None:
    """But for the trail: who downloads numbers is written down."""

    def digests() -> list[str]:
        return [digest for digest in of_tenant(owner, acme) if not digest.startswith("shared.audit")]

    acme = made()
    client = signed_in(app, acme.owner_id, acme.id)
    client.get("/settings")
    before = digests()
    for call in calls(app, acme):
        if call.method == "GET" and call.policy in {Policy.MEMBER, Policy.OWNER, Policy.PERSON, Policy.PUBLIC}:
            client.get(call.path)
            client.head(call.path)
            assert digests() == before, call
