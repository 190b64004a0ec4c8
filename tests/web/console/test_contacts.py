"""Contacts and lists on their pages."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants import contacts
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.db import db
from tests import factories
from tests.factories import Business
from tests.tenants.contacts.arrange import imported, lines
from tests.web.signed_in import client_of, signed_in
from web.public import public

NUMBER = "13800138000"


def _page(client: FlaskClient, url: str) -> str:
    answer = client.get(url + ("&" if "?" in url else "?") + "lang=en")
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\xa0", " ")


def _added(client: FlaskClient, number: str = NUMBER, **form: str) -> str:
    answer = client.post("/contacts", data={"number": number, "name": "陈晨", **form})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_an_empty_address_book_says_what_to_do(app: Flask) -> None:
    assert "Nobody here yet" in _page(client_of(app, factories.business()), "/contacts")


def test_a_contact_is_added_masked_found_changed_and_deleted(app: Flask) -> None:
    client = client_of(app, factories.business())
    here = _added(client)
    page = _page(client, "/contacts")
    assert "138 •••• 8000" in page and NUMBER not in page
    assert client.post("/contacts/find", data={"number": "+86 138 0013 8000"}).headers["Location"] == here
    assert "Nobody has this number" in client.post("/contacts/find?lang=en", data={"number": "13900139000"}).text
    assert client.post(here, data={"name": "林晓"}).status_code == 303
    assert "林晓" in _page(client, here)
    assert client.post(here + "/delete").status_code == 303
    assert client.get(here).status_code == 404


def test_a_number_that_is_none_or_known_is_refused_beside_its_field(app: Flask) -> None:
    client = client_of(app, factories.business())
    _added(client)
    for number, said in (
        ("0571-88201134", "A landline"),
        (NUMBER, "among your contacts already"),
        ("", "Enter a mobile"),
    ):
        answer = client.post(
            "/contacts?lang=en", data={"number": number, "name": "kept"}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 422
        assert said in answer.text and 'value="kept"' in answer.text


def test_only_owners_see_a_whole_number_and_each_look_is_on_record(app: Flask) -> None:
    acme = factories.business()
    here = _added(client_of(app, acme))
    bob = signed_in(app, factories.member(acme), acme.id)
    assert bob.post(here + "/number").status_code == 403
    assert "Show the number" not in _page(bob, here)
    shown = client_of(app, acme).post(here + "/number").text.replace("\xa0", " ")
    assert shown.strip() == '<span class="tel">138 0013 8000</span>'
    with scopes.tenant(acme.id):
        assert len(db.session.scalars(select(Entry).where(Entry.action == "contact.show_number")).all()) == 1


def test_lists_are_made_renamed_filled_and_deleted(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    here = client.post("/contacts/lists", data={"name": "VIP"}).headers["Location"]
    key = _key(acme)
    assert "Nobody is on this list yet" in _page(client, here) or "Nobody here yet" in _page(client, here)
    _added(client, lists=key)
    assert "138 •••• 8000" in _page(client, here)
    taken = client.post("/contacts/lists?lang=en", data={"name": "VIP"})
    assert taken.status_code == 422 and "There is a list of this name already" in taken.text
    assert client.post(f"/contacts/lists/{key}", data={"name": "Best"}).status_code == 303
    assert "Delete the list “Best”?" in _page(client, here)
    assert client.post(f"/contacts/lists/{key}/delete").status_code == 303
    assert client.get(here).status_code == 404
    assert "138 •••• 8000" in _page(client, "/contacts")


def _key(business: Business) -> str:
    with scopes.tenant(business.id):
        return public("list", contacts.lists()[0].id)


def test_pages_of_people_follow_one_another(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    imported(acme, lines([f"1380013{n:04d}" for n in range(60)]))
    first = _page(client, "/contacts")
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = _page(client, onward[1].replace("&amp;", "&"))
    ends = [re.findall(r"138 •••• (\d{4})</span></a>", page) for page in (first, second)]
    assert [len(each) for each in ends] == [50, 10] and not set(ends[0]) & set(ends[1])


def test_another_business_finds_nothing(app: Flask) -> None:
    acme, rival = factories.business(), client_of(app, factories.business("Rival"))
    here = _added(client_of(app, acme))
    for act in (rival.get(here), rival.post(here), rival.post(here + "/delete"), rival.post(here + "/number")):
        assert act.status_code == 404
    assert "Nobody here yet" in rival.post("/contacts/find?lang=en", data={"number": NUMBER}).text
