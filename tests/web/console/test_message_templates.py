"""The pages of templates: the writer with its live preview, saving, handing in, the way to approval."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants import message_templates, moderation
from tenants.core import scopes
from tenants.core.scopes import Reason
from tests import factories
from tests.web.signed_in import client_of

HTMX = {"HX-Request": "true"}


def form(body: str = "Hello {name}, your parcel is here", **changed: Any) -> dict[str, Any]:
    return {"name": "Parcel", "kind": "notice", "language": "en", "body": body} | changed


def saved(client: FlaskClient, path: str = "/templates", **changed: Any) -> str:
    answer = client.post(path, data=form(**changed))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def preview(client: FlaskClient, body: str, **changed: Any) -> str:
    answer = client.post("/templates/preview?lang=en", data=form(body, **changed), headers=HTMX)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_template_is_written_saved_and_handed_in(app: Flask, trail: Callable[[], set[str]]) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    edit = saved(client)
    assert edit.endswith("/edit")
    page = saved(client, edit.removesuffix("/edit"), version=1, then="hand_in")
    assert "Parcel" in client.get(page).get_data(as_text=True)
    with scopes.platform(Reason.STAFF):
        review = moderation.queue("template")[0].review
    assert (review.title, review.version, review.shown["text"]) == ("Parcel", 1, "Hello {name}, your parcel is here")
    assert trail() >= {"template.create", "template.save", "template.submit"}


def test_the_preview_counts_fills_and_finds_variables(app: Flask) -> None:
    page = preview(client_of(app, factories.business()), "Hello {name}, code {code}", signature="Acme")
    assert "Ada Wong" in page and "482913" in page  # the phone shows samples
    assert "【Acme】" in page
    assert re.findall(r'name="variable" value="(\w+)"', page) == ["name", "code"]
    assert re.search(r'<option value="code" selected', page)  # guessed from its name


def test_the_type_chosen_for_a_variable_stays_while_one_writes(app: Flask) -> None:
    chosen = {"variable": ["name"], "type": ["number"], "max": ["3"]}
    page = preview(client_of(app, factories.business()), "Hello {name} and {more}", **chosen)
    assert re.findall(r'<option value="(\w+)" selected', page) == ["number", "text"]


@pytest.mark.parametrize("most", ["0", "-1", "999", "x", "9" * 50, ""])
def test_a_senseless_length_does_no_harm(app: Flask, most: str) -> None:
    chosen = {"variable": ["name"], "type": ["text"], "max": [most]}
    page = preview(client_of(app, factories.business()), "Hello {name}", **chosen)
    assert 1 <= int(re.search(r'name="max" type="number" min="1" max="35" value="(\d+)"', page)[1]) <= 35  # type: ignore[index]


def test_faults_are_marked_in_the_text_and_explained(app: Flask) -> None:
    page = preview(client_of(app, factories.business()), "【Acme】 hello {a}{b} <i>")
    assert '<mark class="hit">【<sup>1</sup></mark>' in page
    assert '<mark class="hit">{b}<sup>3</sup></mark>' in page
    assert "Two variables touch here" in page
    assert "&lt;i&gt;" in page and "<i>" not in page


def test_what_is_wrong_keeps_every_word_in_the_form(app: Flask) -> None:
    acme = factories.business()
    wrong = form("Only 【brackets】 & more", name="", then="hand_in")
    answer = client_of(app, acme).post("/templates", data=wrong, headers=HTMX)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="name-error"' in page and "Only 【brackets】 &amp; more" in page
    with scopes.tenant(acme.id):
        assert message_templates.listed() == []


def test_an_approved_version_is_changed_into_the_next(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    page = saved(client, then="hand_in")
    with scopes.tenant(acme.id):
        made = message_templates.listed()[0].latest
        message_templates.decide(made.template_id, 1, True, "", 9)
    assert "Kind and language stay" in client.get(f"{page}/edit?lang=en").get_data(as_text=True)
    saved(client, page, body="Hi {name}, fetch your parcel", version=1)
    with scopes.tenant(acme.id):
        assert [each.version for each in message_templates.history(made.template_id)] == [2, 1]
    assert "Hello" in client.get(f"{page}?v=1").get_data(as_text=True)
    answer = client.post(page, data=form("From a page of long ago {name}", version=1), headers=HTMX)
    assert answer.status_code == 422  # version 2 is newer and is not overwritten


def test_a_rejection_shows_its_reason_and_the_way_out(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    page = saved(client, then="hand_in")
    with scopes.tenant(acme.id):
        made = message_templates.listed()[0].latest
        message_templates.decide(made.template_id, 1, False, "link_not_filed\nRemove the short link", 9)
    shown = client.get(f"{page}?lang=en").get_data(as_text=True)
    assert "Link not filed" in shown and "Remove the short link" in shown and "Change into v2" in shown


def test_a_starter_is_copied_into_a_draft(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    listed = client.get("/templates/starters?language=en").get_data(as_text=True)
    keys = re.findall(r'action="/templates/starters/(\w+)"', listed)
    assert len(keys) == 10
    answer = client.post(f"/templates/starters/{keys[0]}", data={"language": "en"})
    assert answer.status_code == 303
    with scopes.tenant(acme.id):
        assert message_templates.listed()[0].latest.language == "en"
    assert client.post("/templates/starters/none", headers=HTMX).status_code == 404


def test_a_template_is_archived_and_brought_back(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    page = saved(client).removesuffix("/edit")
    assert client.post(f"{page}/archive").status_code == 303
    assert "Parcel" in client.get("/templates?show=archived").get_data(as_text=True)
    assert client.post(f"{page}/restore").status_code == 303
    with scopes.tenant(acme.id):
        assert len(message_templates.listed()) == 1


def test_nobody_else_reaches_a_template(app: Flask) -> None:
    page = saved(client_of(app, factories.business())).removesuffix("/edit")
    stranger = client_of(app, factories.business("Rival"))
    for path in (page, f"{page}/edit"):
        assert stranger.get(path, headers=HTMX).status_code == 404
    for path in (page, f"{page}/archive", f"{page}/restore"):
        assert stranger.post(path, data=form(version=1), headers=HTMX).status_code == 404
