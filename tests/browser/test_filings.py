"""Filings in a browser: accessible and inside the window on every page, and the choice before sending by keys."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import filings
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.filings import Kind, State, answers, deciding
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange
from tests.web.console import campaign_pages
from tests.web.signed_in import client_of, staff_client
from web.public import public

pytestmark = pytest.mark.browser

NEEDS = {
    "mobile": ["signature", "link"], "unicom": ["signature", "template"], "telecom": ["signature", "template", "link"],
}  # fmt: skip
BODY = "{姓名}您好，您的{积分}积分将于{日期}到期，点 hemu.example/m1 查看可兑换商品，客服400-820-8820。"


def filled(channel: int) -> tuple[factories.Business, dict[str, str]]:
    """A business with something in every state, and the addresses of its pages."""
    hemu = factories.business("禾木咖啡")
    lines = arrange.lines([channel])
    with scopes.tenant(hemu.id):
        papers = arrange.papers()
        signature, template = arrange.signature(), content.template(BODY)
        arrange.signature("安居置业", "91330106XX")
        filings.ask_all(lines, by=1)
    with scopes.tenant(hemu.id):
        arrange.answer(State.FILED, kind=Kind.SIGNATURE)
        arrange.answer(State.REJECTED, kind=Kind.TEMPLATE, reason="变量过多，且含未报备链接 hemu.example/m1")
        arrange.describe_links()
        filings.ask_all(lines, by=1)
        names = {"papers": public("papers", papers.ref_id), "sig": public("signature", signature)}
        lead = next(each for each in filings.listed(Kind.LINK))
        names |= {"tpl": public("template", template), "lead": public("lead", lead.ref_id)}
    return hemu, names


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    with arrange.channels(NEEDS) as [channel]:
        hemu, at = filled(channel)
        with scopes.platform(Reason.STAFF):
            one = deciding.queue(State.PREPARED, channel)[0].filing.id
            deciding.submit(channel, "telecom", one, by=1)
            data = f"编号,结果\nQF{one},通过\nQF7,通过\n,也许\n".encode()
            kept = answers.keep(channel, "telecom", "电信回执.csv", data, by=1).id
        desk = campaign_pages.desk(app, 20, body="您好，点 hemu.example/m1 查看")
        desk.ready.preflight()
        of_owner = ["/filings", "/filings/papers/new", f"/filings/papers/{at['papers']}",
                    f"/filings/links/{at['lead']}", f"/signatures/{at['sig']}"]  # fmt: skip
        of_staff = ["/staff/filings", "/staff/filings?state=submitted", "/staff/filings/rules",
                    f"/staff/filings/{one}", f"/staff/filings/answers/{kept}"]  # fmt: skip
        for client, paths in (
            (client_of(app, hemu), of_owner), (staff_client(app), of_staff), (desk.client, [f"{desk.here}/check"])
        ):  # fmt: skip
            page = opener(client, "", size)
            for path in paths:
                visit(page, path, look, complaints)


def test_the_choice_before_sending_changes_the_figures_in_place(app: Flask, opener: Opener) -> None:
    with arrange.channels({"telecom": ["template"]}):
        desk = campaign_pages.desk(app, 20, body="您好，门店周末延长营业")
        desk.ready.preflight()
        page = opener(desk.client, f"{desk.here}/check?lang=en")
        page.get_by_text("Send to 15 people now").wait_for()
        page.locator("input[name=unfiled][value=leave]").focus()
        page.keyboard.press("ArrowDown")
        page.get_by_text("Send to 20 people now").wait_for()
        assert page.evaluate("document.activeElement.value") == "send"
        page.keyboard.press("ArrowUp")
        page.get_by_role("button", name="Send to 15 people now").click()
        page.wait_for_url(f"**{desk.here}")
