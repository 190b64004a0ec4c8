"""The inbox: what people wrote back, found, read, obeyed."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tenants import optouts
from tenants.accounts.models import Member
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.ids import encode
from tenants.messages import inbound
from tests import factories
from tests.conftest import SECRET
from tests.tenants.messages import arrange
from tests.tenants.messages.inbound.test_replies import hear, wrote
from tests.web.signed_in import signed_in
from workers.jobs.replies import route_replies


def arranged(app: Flask, *texts: str) -> tuple[FlaskClient, int, str]:
    """A business somebody wrote back to; its owner's browser, its id and the number."""
    number = arrange.number()
    run = wrote(number)
    for text in texts:
        hear(number, text)
    route_replies()
    with scopes.tenant(run.tenant_id):
        owner_id = db.session.query(Member.identity_id).scalar()
    return signed_in(app, owner_id, run.tenant_id), run.tenant_id, number


def test_replies_are_shown_counted_and_read(app: Flask) -> None:
    client, tenant_id, number = arranged(app, "几点<开>门？", "TD")
    page = client.get("/inbox?lang=en").text
    assert "几点&lt;开&gt;门？" in page and "2 unread" in page and number[4:10] not in page
    assert '<span class="todo-n" id="todo-console-inbox-index">2</span>' in client.get("/?lang=en").text
    assert "TD</b>" not in client.get("/inbox?show=unread&before=" + newest(tenant_id)).text
    assert [row in client.get("/inbox?show=stops").text for row in ("TD</b>", "门？")] == [True, False]
    assert client.post("/inbox/read", data={"reply": newest(tenant_id)}).status_code == 303
    assert "1 unread" in client.get("/inbox?lang=en").text
    client.post("/inbox/read")
    assert "unread" not in client.get("/inbox?lang=en").text.partition("<h1>")[2][:200]


def newest(tenant_id: int) -> str:
    with scopes.tenant(tenant_id):
        return encode(SECRET, "reply", tenant_id, inbound.page()[0].id)


def test_a_number_is_looked_up_by_a_form(app: Flask) -> None:
    client, _, number = arranged(app, "hello there")
    assert "hello there" in client.post("/inbox/find", data={"number": number[3:]}).text
    assert "hello there" not in client.post("/inbox/find", data={"number": arrange.number()}).text
    wrong = client.post("/inbox/find?lang=en", data={"number": "12"})
    assert (wrong.status_code, "number" in wrong.text) == (422, True)


def test_who_says_no_in_other_words_is_opted_out_by_hand(app: Flask) -> None:
    client, tenant_id, number = arranged(app, "别再给我发了行不行")
    address = f"/inbox/{newest(tenant_id)}/opt-out"
    assert client.post(address).status_code == client.post(address).status_code == 303
    with scopes.tenant(tenant_id):
        assert [(entry.number, entry.source, entry.signature_id) for entry in optouts.page()] == [(number, "reply", 1)]


def test_another_business_finds_nothing(app: Flask) -> None:
    _, tenant_id, number = arranged(app, "hello there")
    rival = factories.business("Rival")
    eve = signed_in(app, rival.owner_id, rival.id)
    assert "hello there" not in eve.get("/inbox").text + eve.post("/inbox/find", data={"number": number}).text
    assert eve.post(f"/inbox/{newest(tenant_id)}/opt-out").status_code == 404
