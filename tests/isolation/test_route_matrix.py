"""T1: every route, asked with acme's ids by everybody who is not acme."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.isolation.routes import Call, calls
from tests.isolation.world import World, made
from tests.web.signed_in import Browser, signed_in, staff_client, visitor
from web.auth import Policy, allow, policy_of

HTMX: Mapping[str, str] = {"HX-Request": "true"}


@pytest.fixture
def acme(app: Flask) -> World:
    return made()


@pytest.fixture
def rival(app: Flask) -> World:
    return made()


def ask(client: FlaskClient, call: Call, **more: object) -> TestResponse:
    return client.open(call.path, method=call.method, **more)  # type: ignore[arg-type]


def hides(answer: TestResponse, world: World, call: Call) -> None:
    told = answer.data.decode(errors="replace") + str(answer.headers)
    assert world.canary not in told, f"{call} shows what belongs to another business"
    assert answer.status_code < 500, f"{call}: {answer.status}"


def of_tenant(owner: sa.Engine, world: World) -> list[str]:
    """Digests of everything a business has, in its schema and in shared tables."""
    shared = ("reviews", "batches", "agenda", "mails", "members", "audit", "filings", "filing_subjects")
    tables = {f"shared.{name}": "tenant_id = :id" for name in shared}
    tables |= {"ledger.topups": "tenant_id = :id", "ledger.accounts": "tenant_id = :id", "shared.tenants": "id = :id"}
    tables |= {"shared.sessions": "id = :session"}
    with owner.connect() as connection:
        own = sa.inspect(connection).get_table_names(schema=f"t_{world.id}")
        tables |= {f"t_{world.id}.{name}": "true" for name in own}
        values = {"id": world.id, "session": world.ids["session"]}
        query = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t WHERE {}"
        return [
            f"{table} {connection.scalar(sa.text(query.format(table, rows)), values)}" for table, rows in tables.items()
        ]


def test_who_is_not_signed_in_is_sent_to_sign_in(app: Flask, acme: World, owner: sa.Engine) -> None:
    before = of_tenant(owner, acme)
    for call in calls(app, acme):
        answer = ask(_with_token(visitor(app)), call)
        hides(answer, acme, call)
        if call.policy not in {Policy.PUBLIC, Policy.MACHINE}:
            assert answer.status_code == 302 and answer.location.startswith("/sign-in"), f"{call}: {answer.status}"
            part = ask(_with_token(visitor(app)), call, headers=HTMX)
            assert part.status_code == 401 and not part.data, f"{call} as a part of a page: {part.status}"
    assert of_tenant(owner, acme) == before


@pytest.mark.parametrize("role", ["owner", "member"])
def test_another_business_finds_nothing_under_acmes_ids(
    app: Flask, acme: World, rival: World, owner: sa.Engine, role: str
) -> None:
    before = of_tenant(owner, acme)
    eve = rival.owner_id if role == "owner" else rival.member_id
    for call in calls(app, acme):
        answer = ask(_with_token(signed_in(app, eve, rival.id)), call)
        hides(answer, acme, call)
        hidden = call.policy is Policy.STAFF or (call.objects and "session" not in call.objects)
        if role == "member" and call.policy is Policy.OWNER:
            assert answer.status_code == 403, f"{call}: {answer.status}"
        elif hidden:
            assert answer.status_code == 404, f"{call}: {answer.status}"
    assert of_tenant(owner, acme) == before


def test_staff_have_no_way_into_the_pages_of_a_business(app: Flask, acme: World, owner: sa.Engine) -> None:
    before = of_tenant(owner, acme)
    for call in calls(app, acme):
        if call.policy in {Policy.MEMBER, Policy.OWNER}:
            answer = ask(_with_token(staff_client(app)), call)
            hides(answer, acme, call)
            assert answer.status_code == 403, f"{call}: {answer.status}"
    assert of_tenant(owner, acme) == before


def test_the_pages_of_staff_do_not_exist_for_anybody_else(app: Flask, acme: World, owner: sa.Engine) -> None:
    before = of_tenant(owner, acme)
    for call in calls(app, acme):
        if call.policy is Policy.STAFF:
            answer = ask(_with_token(signed_in(app, acme.owner_id, acme.id)), call)
            assert answer.status_code == 404, f"{call}: {answer.status}"
    assert of_tenant(owner, acme) == before


def test_a_signed_in_person_without_a_business_sees_none(app: Flask, acme: World) -> None:
    for call in calls(app, acme):
        if call.policy in {Policy.MEMBER, Policy.OWNER}:
            answer = ask(_with_token(signed_in(app, acme.member_id, None)), call)
            hides(answer, acme, call)
            assert answer.status_code == 403, f"{call}: {answer.status}"


def test_acme_itself_and_staff_do_find_what_is_there(app: Flask, acme: World) -> None:
    """The test of the tests above: with the same ids the right people are answered, and acme reads its canary."""
    shown = 0
    for call in calls(app, acme):
        if call.method != "GET" or call.policy not in {Policy.MEMBER, Policy.OWNER, Policy.PERSON, Policy.STAFF}:
            continue
        right = call.policy is Policy.STAFF
        client = staff_client(app) if right else signed_in(app, acme.owner_id, acme.id)
        answer = ask(client, call)
        assert answer.status_code < 400, f"{call}: {answer.status}"
        shown += acme.canary in answer.data.decode(errors="replace")
    assert shown >= 10


def test_a_route_that_declares_no_policy_is_refused(app: Flask) -> None:
    assert all(policy_of(app, rule.endpoint) for rule in app.url_map.iter_rules())

    def view() -> str:
        return "open"

    app.view_functions["health.alive"], before = view, app.view_functions["health.alive"]
    try:
        with pytest.raises(RuntimeError, match="declares no policy"):
            visitor(app).get("/healthz")
        app.view_functions["health.alive"] = allow(Policy.STAFF)(view)
        assert visitor(app).get("/healthz").status_code == 302
    finally:
        app.view_functions["health.alive"] = before


def _with_token(client: FlaskClient) -> FlaskClient:
    assert isinstance(client, Browser)
    client.take_token()
    return client
