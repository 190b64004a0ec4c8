"""Filings at staff's desk: rules, the sheet out, the answers in, and the mail to the applicant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants import filings
from tenants.accounts.models import Mail
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import Kind, deciding
from tests import factories
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange
from tests.web.console.campaign_pages import words
from tests.web.signed_in import staff_client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return staff_client(app)


@pytest.fixture
def channel(app: Flask) -> Iterator[int]:
    with arrange.channels({"mobile": ["signature", "template"]}) as [id]:
        yield id


@pytest.fixture
def hemu(channel: int) -> factories.Business:
    """A business whose signature and template are prepared for mobile."""
    hemu = factories.business("禾木咖啡")
    with scopes.tenant(hemu.id):
        arrange.papers()
        arrange.signature("=禾木")
        content.template("您好")
        assert filings.ask_all(arrange.lines([channel]), by=hemu.owner_id) == 2
    return hemu


def export(client: FlaskClient, channel: int, state: str = "prepared") -> list[list[str]]:
    answer = client.get(f"/staff/filings/sheet?channel={channel}&operator=mobile&state={state}")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def mails(business: factories.Business) -> list[Mail]:
    with scopes.platform(Reason.STAFF):
        return list(db.session.scalars(select(Mail).where(Mail.recipient == business.email).order_by(Mail.id)))


def test_what_a_channel_asks_for_is_ticked(client: FlaskClient, channel: int) -> None:
    form = {"telecom": ["template", "link"], "mobile": ["signature"]}
    assert client.post(f"/staff/filings/rules/{channel}", data=form).status_code == 303
    with scopes.platform(Reason.STAFF):
        assert filings.rules.needs([channel]) == {
            (channel, "mobile"): (Kind.SIGNATURE,), (channel, "telecom"): (Kind.TEMPLATE, Kind.LINK),
        }  # fmt: skip
    assert client.get("/staff/filings/rules").text.count(" checked") >= 3
    assert client.post(f"/staff/filings/rules/{channel}", data={"mobile": ["shoes"]}).status_code == 422
    assert client.post("/staff/filings/rules/999999999", data={}).status_code == 404


def test_a_sheet_goes_out_and_exactly_what_stood_on_it_is_submitted(
    client: FlaskClient, channel: int, hemu: factories.Business, trail: Callable[[], set[str]]
) -> None:
    page = client.get(f"/staff/filings?channel={channel}&operator=mobile").text
    rows = export(client, channel)
    assert rows[0][0] == "Our number" and len(rows) == 3
    assert [row[3] for row in rows[1:] if row[3]] == ["'=禾木"], "no cell is a formula"
    assert arrange.REGISTRATION in rows[1] + rows[2]
    through = re.search(rf'name="channel" value="{channel}".*?name="through" value="(\d+)"', page, re.S)
    assert through is not None
    with scopes.tenant(hemu.id):
        content.template("再见")
        assert filings.ask_all(arrange.lines([channel]), by=1) == 1
    done = {"channel": channel, "operator": "mobile", "through": through[1]}
    client.post("/staff/filings/submitted", data=done)
    assert (len(export(client, channel)), len(export(client, channel, "submitted"))) == (2, 3)
    assert trail() >= {"filing.sheet", "filing.submit"}


def test_answers_are_looked_at_applied_once_and_told(
    client: FlaskClient, channel: int, hemu: factories.Business, trail: Callable[[], set[str]]
) -> None:
    rows = export(client, channel)
    client.post("/staff/filings/submitted", data={"channel": channel, "operator": "mobile", "through": 2**60})
    for row, result, reason in zip(rows[1:], ("通过", "驳回"), ("", "变量过多"), strict=True):
        row[12], row[13] = result, reason
    rows.append(["QF1", *[""] * 11, "通过", "", "", "", ""])
    sink = io.StringIO()
    csv.writer(sink).writerows(rows)
    data = sink.getvalue().encode("gb18030")

    def upload() -> str:
        form = {"channel": channel, "operator": "mobile", "file": (io.BytesIO(data), "回执.csv")}
        return str(client.post("/staff/filings/answers", data=form).location)

    address = upload()
    shown = words(client.get(address).text)
    assert "Filed 1 Turned down 1 Codes entered 0 Known already 0 Cannot be used 1" in shown
    assert "4 QF1 No such filing on this channel" in shown
    assert not mails(hemu)
    client.post(f"{address}/apply")
    assert upload() == address
    client.post(f"{address}/apply")
    assert "These answers were written down" in client.get(address).text
    [mail] = mails(hemu)
    assert mail.subject == "Filings: 1 filed, 1 turned down" and "变量过多" in mail.body
    assert words(client.get("/staff/filings?state=rejected").text).count("变量过多") >= 1
    assert trail() >= {"filing.upload"}


def test_a_file_that_is_none_is_refused_beside_its_field(client: FlaskClient, channel: int) -> None:
    form = {"channel": channel, "operator": "mobile", "file": (io.BytesIO(b"PK\x03\x04"), "a.xlsx")}
    refused = client.post("/staff/filings/answers", data=form)
    assert refused.status_code == 422 and "own format" in refused.text
    form = {"channel": channel, "operator": "nobody", "file": (io.BytesIO(b"number,result\n"), "a.csv")}
    assert client.post("/staff/filings/answers", data=form).status_code == 422
    assert client.post("/staff/filings/answers", data={"channel": channel}).status_code == 422


def test_one_answer_by_hand_with_the_papers_beside_it(
    client: FlaskClient, channel: int, hemu: factories.Business, trail: Callable[[], set[str]]
) -> None:
    with scopes.platform(Reason.STAFF):
        waiting = deciding.queue(filings.State.PREPARED, channel, "mobile")
        signature = next(each.filing.id for each in waiting if each.papers)
    here = f"/staff/filings/{signature}"
    assert client.post(f"{here}/decide", data={"decision": "filed"}).status_code == 409
    client.post("/staff/filings/submitted", data={"channel": channel, "operator": "mobile", "through": 2**60})
    assert "执照.pdf" in client.get(here).text
    assert client.get(f"{here}/documents/1").data == b"%PDF-1 papers"
    assert client.get(f"{here}/documents/7").status_code == 404
    for form in ({"valid_until": "soon"}, {"valid_until": "2020-01-01"}, {"reason": "x" * 501}):
        assert client.post(f"{here}/decide", data={"decision": "filed"} | form).status_code == 422
    good = {"decision": "filed", "carrier_no": "YD-1", "valid_until": "2099-12-31"}
    assert client.post(f"{here}/decide", data=good).status_code == 303
    assert len(mails(hemu)) == 1
    assert "YD-1" in client.get(here).text
    assert trail() >= {"filing.filed"}


def test_a_templates_code_is_entered_with_the_answer_or_later(
    client: FlaskClient, channel: int, hemu: factories.Business, trail: Callable[[], set[str]]
) -> None:
    with scopes.platform(Reason.STAFF):
        filings.rules.set_by_code(channel, True, by=1)
        waiting = deciding.queue(filings.State.PREPARED, channel, "mobile")
        template = next(each.filing.id for each in waiting if each.subject.kind == Kind.TEMPLATE)
    client.post("/staff/filings/submitted", data={"channel": channel, "operator": "mobile", "through": 2**60})
    here = f"/staff/filings/{template}"
    refused = client.post(f"{here}/decide", data={"decision": "filed", "template_code": "SMS 1"})
    assert refused.status_code == 422 and "Not a template code" in refused.text and 'value="SMS 1"' in refused.text
    assert client.post(f"{here}/decide", data={"decision": "filed"}).status_code == 303
    page = client.get(f"{here}?lang=en").text
    assert "Nothing leaves until the code is here" in page
    assert "Code awaited" in client.get(f"/staff/filings?state=filed&channel={channel}&lang=en").text
    refused = client.post(f"{here}/code", data={"template_code": "短信一"})
    assert refused.status_code == 422 and "Not a template code" in refused.text
    assert client.post(f"{here}/code", data={"template_code": " SMS_1 "}).status_code == 303
    page = client.get(f"{here}?lang=en").text
    assert "SMS_1" in page and "Nothing leaves until the code is here" not in page
    assert "Code awaited" not in client.get(f"/staff/filings?state=filed&channel={channel}&lang=en").text
    rules = client.get("/staff/filings/rules?lang=en").text
    assert "with its code" in rules and " disabled" in rules
    assert trail() >= {"filing.code"}


def test_the_sheet_has_a_column_for_codes_and_reads_it_back(
    client: FlaskClient, channel: int, hemu: factories.Business
) -> None:
    rows = export(client, channel)
    client.post("/staff/filings/submitted", data={"channel": channel, "operator": "mobile", "through": 2**60})
    at = rows[0].index("Template code")
    for row in rows[1:]:
        row[rows[0].index("Result")], row[at] = "ok", "SMS_9" if row[1] == "Template" else ""
    sink = io.StringIO()
    csv.writer(sink).writerows(rows)
    form = {"channel": channel, "operator": "mobile", "file": (io.BytesIO(sink.getvalue().encode()), "back.csv")}
    address = client.post("/staff/filings/answers", data=form).location
    client.post(f"{address}/apply")
    with scopes.platform(Reason.STAFF):
        filed = deciding.queue(filings.State.FILED, channel, "mobile")
        codes = {each.subject.kind: each.filing.template_code for each in filed}
    assert codes == {"signature": "", "template": "SMS_9"}


def test_staff_begin_with_what_waits_to_be_handed_over(client: FlaskClient, hemu: factories.Business) -> None:
    with scopes.platform(Reason.STAFF):
        n = deciding.waiting()
    page = client.get("/staff/reviews?lang=en").text
    assert n >= 2 and f"{n} filings to be handed to carriers" in words(page)
    assert "禾木咖啡" in client.get("/staff/filings?lang=en").text
