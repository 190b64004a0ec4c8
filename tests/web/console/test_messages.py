"""The pages of messages: finding one, reading its story, showing its number, sending nothing more to it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants import campaigns, messages, optouts
from tenants.accounts.vaults import vault
from tenants.core import audit, ids, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages import Found
from tests import factories
from tests.conftest import SECRET
from tests.factories import Business
from tests.tenants.messages import arrange
from tests.web.signed_in import client_of, signed_in
from web.wording.messages import FILTERS, STATES, WHY
from workers.channels import Code

HTMX = {"HX-Request": "true"}


@pytest.fixture
def acme(app: Flask) -> Business:
    return factories.business(credit_micro=arrange.CREDIT_MICRO)


def sent(acme: Business, endings: list[str], name: str = "Winter sale") -> list[Found]:
    """A launched campaign with these messages, the newest first."""
    with scopes.tenant(acme.id):
        campaign = campaigns.create(name, by=acme.owner_id)
        for state in ("queued", "planning", "sending"):
            campaign.state = state
        campaign.launched_at = now()
    arrange.run(endings, tenant_id=acme.id, campaign_id=campaign.id)
    with scopes.tenant(acme.id):
        return messages.search(vault(), campaign_ids=[campaign.id])


def public(acme: Business, found: Found, kind: str = "message") -> str:
    return ids.encode(SECRET, kind, acme.id, found.id if kind == "message" else found.campaign_id)


def masked(number: str) -> str:
    return f"{number[3:6]}\u00a0••••\u00a0{number[-4:]}"


def cancelled(acme: Business, campaign_id: int) -> None:
    with scopes.tenant(acme.id):
        while messages.stop(campaign_id):
            pass


def shown(client: FlaskClient, url: str) -> list[str]:
    """The masked numbers of a list."""
    page = client.get(url).text
    return re.findall(r'<th scope="row"><a[^>]*><span class="tel">([^<]*)</span>', page)


def test_a_number_is_looked_up_without_ever_standing_in_an_address(app: Flask, acme: Business) -> None:
    lines, client = sent(acme, ["001", "002", "003"]), client_of(app, acme)
    answer = client.post(
        "/messages", data={"number": f" {lines[1].number[3:6]} {lines[1].number[6:]} ", "state": "queued"}
    )
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert lines[1].number[3:] not in address and "state=queued" in address
    assert shown(client, address) == [masked(lines[1].number)]
    again = client.post("/messages", data={"who": address.split("who=")[1][:32], "state": "failed"})
    assert shown(client, again.headers["Location"]) == []


def test_what_is_no_number_is_said_and_kept(app: Flask, acme: Business) -> None:
    answer = client_of(app, acme).post("/messages?lang=en", data={"number": "138"})
    assert answer.status_code == 422
    assert "Too few digits for a mobile number." in answer.text and 'value="138"' in answer.text


def test_the_list_is_filtered_by_campaign_state_and_day(app: Flask, acme: Business) -> None:
    first, second = sent(acme, ["001"], "First"), sent(acme, ["002"], "Second")
    cancelled(acme, first[0].campaign_id)
    client = client_of(app, acme)
    assert shown(client, "/messages") == [masked(second[0].number), masked(first[0].number)]
    assert shown(client, "/messages?state=unsent") == [masked(first[0].number)]
    assert shown(client, f"/messages?campaign={public(acme, second[0], 'campaign')}") == [masked(second[0].number)]
    assert len(shown(client, f"/messages?since={now():%Y}-01-01")) == 2
    assert shown(client, "/messages?until=2020-01-01") == []
    assert client.get("/messages?since=yesterday&lang=en").status_code == 422
    assert client.get("/messages?state=bogus").status_code == 404
    assert client.get("/messages?who=zz").status_code == 404


def test_pages_lead_on_and_back(app: Flask, acme: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.console.messages.PAGE", 2)
    lines, client = sent(acme, ["001"] * 5), client_of(app, acme)
    numbers = [masked(line.number) for line in lines]
    first = client.get("/messages").text
    assert 'rel="prev"' not in first
    older = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    assert shown(client, older) == numbers[2:4]
    newer = re.findall(r'rel="prev" href="([^"]+)"', client.get(older).text)[0].replace("&amp;", "&")
    assert shown(client, newer) == numbers[:2]
    assert 'rel="prev"' not in client.get(newer).text


def test_a_message_tells_its_story_masked(app: Flask, acme: Business) -> None:
    line = sent(acme, ["001"])[0]
    page = client_of(app, acme).get(f"/messages/{public(acme, line)}?lang=en").text
    assert masked(line.number) in page and line.number[3:] not in page
    assert "Accepted, ¥0.045 held" in page and "Winter sale" in page and "【Acme】Hello" in page
    assert "it has not left yet" in page


def test_an_open_message_asks_again_until_something_changed(app: Flask, acme: Business) -> None:
    line, client = sent(acme, ["001"])[0], client_of(app, acme)
    page = client.get(f"/messages/{public(acme, line)}").text
    live = re.findall(r'hx-get="([^"]+)"', page)[0].replace("&amp;", "&")
    assert client.get(live, headers=HTMX).status_code == 204
    cancelled(acme, line.campaign_id)
    changed = client.get(f"{live}&lang=en", headers=HTMX)
    assert "Cancelled before it left" in changed.text and "data-poll" not in changed.text


def test_showing_a_number_is_for_owners_and_written_down(app: Flask, acme: Business) -> None:
    line = sent(acme, ["001"])[0]
    url = f"/messages/{public(acme, line)}"
    grouped = f"{line.number[3:6]}\u00a0{line.number[6:10]}\u00a0{line.number[10:]}"
    fragment = client_of(app, acme).post(f"{url}/number", headers=HTMX).text
    assert grouped in fragment and "<html" not in fragment
    assert grouped in client_of(app, acme).post(f"{url}/number").text, "and without a script the whole page"
    with scopes.tenant(acme.id):
        acts = db.session.execute(select(audit.Entry.action, audit.Entry.object)).all()
    assert acts.count(("message.show_number", public(acme, line))) == 2
    bob = factories.member(acme)
    assert signed_in(app, bob, acme.id).post(f"{url}/number").status_code == 403
    assert "Show the number" not in signed_in(app, bob, acme.id).get(f"{url}?lang=en").text


def test_nothing_more_is_sent_to_a_number_that_was_taken_off(app: Flask, acme: Business) -> None:
    line, client = sent(acme, ["001"])[0], client_of(app, acme)
    url = f"/messages/{public(acme, line)}"
    assert client.post(f"{url}/opt-out").status_code == 303
    with scopes.tenant(acme.id):
        assert [entry.number for entry in optouts.page()] == [line.number]
    page = client.get(f"{url}?lang=en").text
    assert "Opted out" in page and "Do not send again" not in page


def test_another_business_finds_nothing_of_it(app: Flask, acme: Business) -> None:
    line = sent(acme, ["001"])[0]
    rival = client_of(app, factories.business("Rival"))
    for method, path in (("get", ""), ("get", "/live"), ("post", "/number"), ("post", "/opt-out")):
        assert getattr(rival, method)(f"/messages/{public(acme, line)}{path}").status_code == 404
    assert rival.get(f"/messages?campaign={public(acme, line, 'campaign')}").status_code == 404
    assert rival.get(f"/messages?before={public(acme, line)}").status_code == 404


def test_every_state_and_every_reason_has_a_word() -> None:
    assert set(STATES) == {state.label for state in messages.State}
    assert {label for _name, among in FILTERS.values() for label in among} == set(STATES)
    assert {str(code) for code in Code} | {"answer_lost", "lease_lost", "no_rcs", "no_receipt", "too_late"} == set(WHY)
