"""Opt-outs on their page."""

import re

from flask import Flask

from tenants import optouts
from tenants.core import scopes
from tests import factories
from tests.web.signed_in import client_of


def test_a_number_is_added_found_and_taken_off_with_a_reason(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    assert "Nobody opted out yet" in client.get("/optouts?lang=en").text
    bad = client.post("/optouts?lang=en", data={"number": "138", "reason": "by phone"})
    assert bad.status_code == 422 and "Too few digits" in bad.text and 'value="by phone"' in bad.text
    assert client.post("/optouts", data={"number": "13800138000", "reason": "by phone"}).status_code == 303
    page = client.get("/optouts?lang=en").text.replace("\xa0", " ")
    assert "138 •••• 8000" in page and "13800138000" not in page and "by phone" in page
    assert "Take off" in client.post("/optouts/find?lang=en", data={"number": "+86 13800138000"}).text
    assert "did not opt out" in client.post("/optouts/find?lang=en", data={"number": "13900139000"}).text
    index = re.search(r'name="index" value="([0-9a-f]{32})"', page)
    assert index
    assert client.post("/optouts/remove", data={"index": index[1]}).status_code == 422
    assert client.post("/optouts/remove", data={"index": "xyz", "reason": "r"}).status_code == 404
    assert client.post("/optouts/remove", data={"index": index[1], "reason": "in writing"}).status_code == 303
    with scopes.tenant(acme.id):
        assert optouts.page() == []


def test_pages_of_opt_outs_follow_one_another(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    with scopes.tenant(acme.id):
        optouts.add_many([f"+861380013{n:04d}" for n in range(60)], source="import", by=None)
    first = client.get("/optouts").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = client.get(onward[1].replace("&amp;", "&")).text
    numbers = [set(re.findall(r'name="index" value="(\w+)"', page)) for page in (first, second)]
    assert [len(each) for each in numbers] == [50, 10] and not numbers[0] & numbers[1]
    assert client.get("/optouts?before=nonsense").status_code == 404


def test_another_business_can_take_nothing_off(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    with scopes.tenant(acme.id):
        optouts.add("13800138000", "", by=None)
        [entry] = optouts.page()
    form = {"index": entry.phone_index.hex(), "reason": "mine"}
    assert client_of(app, rival).post("/optouts/remove", data=form).status_code == 404
