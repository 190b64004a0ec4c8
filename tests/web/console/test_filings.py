"""Filings as a business sees them: the matrix, papers, links, asking, and the choice before sending."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants import filings
from tenants.campaigns import ways
from tenants.core import scopes
from tenants.filings import Kind, State
from tests import factories
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange
from tests.web.console import campaign_pages
from tests.web.console.campaign_pages import HTMX, words
from tests.web.signed_in import client_of
from web.public import public
from workers.jobs.campaigns import plan_campaign

BODY = "您好，点 hemu.example/m1 查看"


@pytest.fixture
def hemu(app: Flask) -> factories.Business:
    return factories.business("禾木咖啡")


@pytest.fixture
def client(app: Flask, hemu: factories.Business) -> FlaskClient:
    return client_of(app, hemu)


@pytest.fixture
def asks() -> Iterator[int]:
    with arrange.channels({"telecom": [str(kind) for kind in Kind]}) as [id]:
        yield id


def papers_form(**changed: object) -> dict[str, object]:
    said = {"company": "禾木有限公司", "registration_no": arrange.REGISTRATION, "valid_until": "2099-12-31"}
    return said | {"evidence": (io.BytesIO(b"%PDF-1 licence"), "执照.pdf")} | changed


def test_an_empty_page_says_what_will_be_there(client: FlaskClient) -> None:
    page = client.get("/filings").text
    assert "Nothing to be filed yet" in page and "No operator asks you for filing at present" in page


def test_papers_are_written_down_opened_and_renewed(client: FlaskClient, hemu: factories.Business, asks: int) -> None:
    wrong = client.post("/filings/papers", data={"company": "x", "valid_until": "never"}, headers=HTMX)
    assert wrong.status_code == 422 and "The date cannot be read" in wrong.text
    assert client.post("/filings/papers", data=papers_form()).location == "/filings"
    page = client.get("/filings").text
    assert "禾木有限公司" in page and "Not filed" in page
    address = re.search(r'href="(/filings/papers/pap_\w+)"', page)
    assert address is not None
    shown = client.get(address[1]).text
    assert "readonly" in shown and 'value="2099-12-31"' in shown
    assert client.get(f"{address[1]}/documents/1").data == b"%PDF-1 licence"
    assert client.get(f"{address[1]}/documents/2").status_code == 404
    kept = re.search(r'name="kept" value="(\d+)"', shown)
    assert kept is not None
    form = {"company": "禾木餐饮有限公司", "valid_until": "", "kept": kept[1]}
    assert client.post(address[1], data=form).status_code == 303
    assert "v2" in client.get(address[1]).text
    assert client.post(address[1], data={"company": "禾木"}).status_code == 422


def test_the_way_from_nothing_to_filed(app: Flask, client: FlaskClient, hemu: factories.Business, asks: int) -> None:
    with scopes.tenant(hemu.id):
        signature, template = arrange.signature(), content.template(BODY)
        sig, tpl = public("signature", signature), public("template", template)
    page = client.get("/filings").text
    assert "Add the papers" in page and "Say whose it is" in page and "hemu.example/m1" in page
    client.post("/filings/papers", data=papers_form())
    lead = re.search(r'href="(/filings/links/lnk_\w+)"', page)
    assert lead is not None
    assert "Stands in" in client.get(lead[1]).text
    assert client.post(lead[1], data={"owner": ""}, headers=HTMX).status_code == 422
    said = {"owner": "禾木有限公司", "icp_number": "浙ICP备12345678号", "target": "https://hemu.example/"}
    assert client.post(lead[1], data=said).status_code == 303
    one = client.post(f"/filings/ask/signature/{sig}", data={"back": f"/signatures/{sig}"})
    assert one.location == f"/signatures/{sig}"
    assert "Prepared" in client.get(f"/signatures/{sig}").text
    assert client.post(f"/filings/ask/signature/{sig}", data={"back": "//evil.example"}).location == "/filings"
    assert "File all 3 that are complete" in client.get("/filings").text
    client.post("/filings/ask")
    assert "that are complete" not in client.get("/filings").text
    with scopes.tenant(hemu.id):
        assert arrange.answer(State.REJECTED, kind=Kind.TEMPLATE, reason="缺少退订方式") == 1
        assert arrange.answer(State.FILED) == 3
    page = words(client.get("/filings").text)
    assert "Telecom: 缺少退订方式" in page
    shown = words(client.get(f"/templates/{tpl}").text)
    assert "Template turned down" in shown and "Filing by operator" in shown and "hemu.example/m1" in shown
    client.post(f"/filings/ask/template/{tpl}?version=1")
    with scopes.tenant(hemu.id):
        arrange.answer(State.FILED)
        lines = {"telecom": [asks]}
        assert filings.forecast(hemu.id, signature, template, 1, lines)["telecom"].reason == "filed"
    assert client.post(f"/filings/ask/template/{tpl}?version=9").status_code == 404


def test_the_check_offers_to_leave_out_whom_the_operator_stops_and_the_launch_keeps_to_it(app: Flask) -> None:
    """Ten people of three operators and more, telecom not filed: two are left out and their money is not touched."""
    with arrange.channels({"telecom": ["template"]}):
        desk = campaign_pages.desk(app, 10, body="您好，门店周末延长营业")
        assert desk.ready.preflight()["people"] == 8
        page = words(desk.get("/check"))
        assert "Telecom: Template not filed; 2 people would not get it" in page
        assert "Send only to the other 8 people" in page and "Send to 8 people now" in page
        all_of_them = desk.post("/check/unfiled", {"unfiled": "send"}, headers=HTMX)
        assert "Send to 10 people now" in words(all_of_them.text)
        assert desk.post("/launch", {"people": 8}).status_code == 409
        assert desk.post("/check/unfiled", {"unfiled": "leave"}).status_code == 303
        assert desk.post("/launch", {"people": 8}).status_code == 303
        plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
        assert desk.ready.progress().total == 8
        assert desk.ready.balance().held == 8 * content.PRICE_MICRO
        assert "Template not filed 2" in words(desk.get())


def test_what_was_left_out_when_it_was_confirmed_stays_left_out_though_filed_since(app: Flask) -> None:
    with arrange.channels({"telecom": ["template"], "unicom": ["template"]}) as [id]:
        desk = campaign_pages.desk(app, 12, body="您好，门店周末延长营业")
        lines = {"telecom": [id], "unicom": [id]}

        def answered(state: State) -> None:
            with scopes.tenant(desk.ready.tenant_id):
                filings.ask_all(lines, by=1)
            with scopes.tenant(desk.ready.tenant_id):
                arrange.answer(state)

        desk.ready.preflight()
        assert desk.post("/launch", {"people": 6}).status_code == 303
        answered(State.FILED)
        plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
        assert desk.ready.progress().total == 6


def test_what_is_no_longer_filed_when_it_is_planned_is_left_out(app: Flask) -> None:
    with arrange.channels({}) as [id]:
        desk = campaign_pages.desk(app, 8, body="您好，门店周末延长营业")
        desk.ready.launch()
        with scopes.platform(scopes.Reason.STAFF):
            filings.rules.set_needs(id, {"mobile": ["template"]}, by=1)
        plan_campaign(desk.ready.tenant_id, desk.ready.campaign_id)
        assert desk.ready.progress().total == 6


def test_channels_of_other_businesses_ask_nothing_of_this_one(app: Flask, hemu: factories.Business) -> None:
    with arrange.channels({"mobile": ["template"]}, tenant_ids=[hemu.id + 1]) as [id], scopes.tenant(hemu.id):
        assert id not in {each for ids in ways.possible().values() for each in ids}


def test_the_first_page_says_what_is_not_filed(client: FlaskClient, hemu: factories.Business, asks: int) -> None:
    with scopes.tenant(hemu.id):
        content.template("您好")
    page = words(client.get("/?lang=en").text)
    assert "1 thing is not filed with every operator" in page and "See the filings" in page
    with scopes.tenant(hemu.id):
        assert [each.kind for each in filings.listed()] == [Kind.TEMPLATE], "taken over to be counted, and kept"
