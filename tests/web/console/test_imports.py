"""An import in three steps, as a browser goes through it."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants import campaigns, contacts
from tenants.contacts import Purpose
from tenants.core import scopes
from tenants.core.db import db
from tests import factories
from tests.factories import Business
from tests.tenants.contacts.arrange import HEADER, confirm, imported, lines, upload
from tests.web.console.campaign_pages import words
from tests.web.signed_in import client_of, signed_in
from web.public import public
from workers.jobs.contacts import import_file

FILE = HEADER + "13800138000,陈晨,320\n1380013,=1+1,7\n138 0013 8000,林晓,9\n"


def _handed_in(client: FlaskClient, data: bytes, purpose: str = "contacts") -> str:
    """The address the browser is sent to."""
    answer = client.post("/imports", data={"purpose": purpose, "file": (io.BytesIO(data), "members.csv")})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def _page(client: FlaskClient, url: str) -> str:
    answer = client.get(url + "?lang=en")
    assert answer.status_code == 200
    return answer.text


def _import_of(business: Business) -> int:
    with scopes.tenant(business.id):
        return contacts.imports()[0].id


def test_a_file_goes_from_upload_to_a_list(app: Flask, trail: Callable[[], set[str]]) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    here = _handed_in(client, FILE.encode())
    page = _page(client, here)
    assert "138 •••• 8000" in page.replace("\xa0", " ") and "13800138000" not in page
    form = {
        "target": ["phone", "name", "number"], "field": ["", "", "points"], "list": "", "list_name": "Members",
        "consent": "sign_up", "note": "shop",
    }  # fmt: skip
    answer = client.post(here + "/columns", data=form)
    assert answer.headers["Location"] == here
    assert "Waiting its turn" in _page(client, here)
    import_file(acme.id, _import_of(acme))
    page = _page(client, here).replace("\xa0", " ")
    for said in (
        "Imported",
        "See the list “Members”",
        "Same number as row 2, which was kept",
        "Too few digits",
        "138 •••• 8000",
    ):
        assert said in page
    with scopes.tenant(acme.id):
        assert [person.fields for person in contacts.people()] == [{"points": "320"}]
    assert trail() >= {"import.upload", "import.begin"}


def test_what_is_missing_is_said_beside_its_field_and_every_choice_is_kept(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    here = _handed_in(client, FILE.encode())
    form = {"target": ["skip", "name", "text"], "field": ["", "", "1 x"], "list_name": "", "note": "at the fair"}
    answer = client.post(here + "/columns?lang=en", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "<html" not in answer.text
    for said in (
        "Choose the column with the mobile numbers", "Name the field", "Give the list a name",
        "Say where these people agreed", 'value="at the fair"', 'value="1 x"',
    ):  # fmt: skip
        assert said in answer.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 anything", "Save it as CSV"),
        ("姓名,积分\n陈晨,3\n".encode("gb18030"), "No column looks like mobile numbers"),
        (b",".join([b"1"] * 60), "more than the 50 columns"),
    ],
)
def test_a_bad_file_says_so_at_the_second_step_with_its_first_lines(app: Flask, data: bytes, said: str) -> None:
    client = client_of(app, factories.business())
    page = _page(client, _handed_in(client, data))
    assert said in page
    listed = words(client.get("/imports").text)
    assert ("Cannot be read" in listed and said in listed) is not ("Columns to be chosen" in listed)
    if data[:2] != b"PK":
        assert "The first lines" in page


@pytest.mark.parametrize(("data", "said"), [(b"", "The file is empty"), (None, "Choose a file")])
def test_no_file_and_an_empty_one_are_refused_beside_the_field(app: Flask, data: bytes | None, said: str) -> None:
    client = client_of(app, factories.business())
    form = {"purpose": "contacts"} | ({"file": (io.BytesIO(data), "x.csv")} if data is not None else {})
    answer = client.post("/imports?lang=en", data=form)
    assert answer.status_code == 422 and said in answer.text


def test_reading_the_file_in_another_way_shows_its_columns_anew(app: Flask) -> None:
    client = client_of(app, factories.business())
    here = _handed_in(client, b"phone;points\n13800138000;7\n")
    form = {"encoding": "utf-8", "delimiter": ";", "header": "no"}
    answer = client.post(here + "/reading", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert re.findall(r'<th scope="row">(\w+)</th>', answer.text) == ["A", "B"]


def test_the_figures_are_sent_again_only_when_they_changed_and_stop_asking_at_the_end(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    import_id = upload(acme, lines(["13800138000"]))
    confirm(acme, import_id)
    with scopes.tenant(acme.id):
        live = f"/imports/{public('import', import_id)}/live"
    first = client.get(live)
    assert "every 1s" in first.text
    seen = re.search(r"seen=([\w-]+)", first.text)
    assert seen and client.get(f"{live}?seen={seen[1]}").status_code == 204
    import_file(acme.id, import_id)
    last = client.get(f"{live}?seen={seen[1]}")
    assert last.status_code == 200 and "every 1s" not in last.text


def test_all_refused_rows_come_as_a_harmless_file_to_owners_and_to_whoever_brought_it(app: Flask) -> None:
    acme = factories.business()
    done = imported(acme, FILE)
    with scopes.tenant(acme.id):
        url = f"/imports/{public('import', done.id)}/refused.csv?lang=en"
    answer = client_of(app, acme).get(url)
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows == [
        ["Row no.", "Why it was left out", "手机", "姓名", "积分"],
        ["3", "Too few digits for a mobile number", "1380013", "'=1+1", "7"],
        ["4", "Same number as row 2, which was kept", "138 0013 8000", "林晓", "9"],
    ]
    bob = factories.member(acme)
    assert signed_in(app, bob, acme.id).get(url).status_code == 403


def test_an_upload_can_be_discarded_and_another_business_sees_none(app: Flask, trail: Callable[[], set[str]]) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    client = client_of(app, acme)
    here = _handed_in(client, FILE.encode(), Purpose.OPTOUTS)
    for path in (here, here + "/live", here + "/refused.csv"):
        assert client_of(app, rival).get(path).status_code == 404
    assert client_of(app, rival).post(here + "/stop").status_code == 404
    assert client.post(here + "/stop").status_code == 303
    assert "Stopped" in _page(client, here)
    assert "members.csv" in _page(client, "/imports")
    assert trail() >= {"import.stop"}


def test_recipients_of_a_draft_lead_back_to_it_at_every_step(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    with scopes.tenant(acme.id):
        draft = public("campaign", campaigns.create("Weekend", by=acme.owner_id).id)
        db.session.commit()
    back = f"/campaigns/{draft}/edit"

    def hand_in() -> str:
        answer = client.post(f"/campaigns/{draft}/file", data={"file": (io.BytesIO(FILE.encode()), "guests.csv")})
        return str(answer.headers["Location"])

    here = hand_in()
    assert f"campaign={draft}" in here
    import_ = here.partition("?")[0]
    pages = [client.get(here).text, client.post(f"{import_}/reading?campaign={draft}", data={"header": "yes"}).text]
    assert [back in pages[0], f"reading?campaign={draft}" in pages[0], f"columns?campaign={draft}" in pages[1]] == [
        True
    ] * 3
    assert client.post(f"{import_}/stop?campaign={draft}").headers["Location"] == back
    here = hand_in()
    form = {"target": ["phone", "name", "number"], "field": ["", "", "points"], "consent": "sign_up", "note": "shop"}
    answer = client.post(here.replace("?", "/columns?"), data=form)
    assert answer.headers["Location"] == here, answer.text
    import_file(acme.id, _import_of(acme))
    assert client.get(here).text.count(back) >= 2
