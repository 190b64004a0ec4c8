"""The first campaign, as a new customer and a member of staff do it in their browsers, against the whole product."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import scale
from tests.browser.conftest import launched
from tests.journeys.running import Product, product
from workers.demo import STAFF

ROWS = 100_000 if scale.FULL else 20_000
BAD_EVERY = 33  # three in a hundred
SETTLED_S = 900.0 if ROWS > 20_000 else 240.0
PASSWORD = "a long enough sentence"
EMAIL = "ada@acme.example"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@scale.scaled
@pytest.mark.browser
def test_from_sign_up_to_the_last_receipt(tmp_path: Path) -> None:
    with launched() as chromium, product(QUNFA_DEMO_TPS="0") as running:
        customer, staff = (_browser(chromium, running) for _ in range(2))
        _sign_up(customer)
        _top_up(customer)
        good = _import(customer, tmp_path)
        _apply_for_signature(customer, tmp_path)
        _hand_in_template(customer)
        _approve_everything(staff)
        _launch(customer, good)
        _agree(customer, running, good)


def _browser(chromium: Browser, running: Product) -> Page:
    context = chromium.new_context(base_url=running.url, locale="en-GB", viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "lang", "value": "en", "url": running.url}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def _sign_up(page: Page) -> None:
    page.goto("/sign-up")
    page.get_by_label("Business name").fill("Acme Coffee")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("link", name="Open the outbox").click()
    page.locator("a[href*='/verify/']").first.click()
    page.get_by_role("button", name="Confirm my address").click()
    page.wait_for_url(lambda url: "/verify/" not in url)
    if "/sign-in" in page.url:
        _sign_in(page, EMAIL, PASSWORD)
    page.goto("/billing")
    expect(page.get_by_role("heading", name="Billing")).to_be_visible()


def _sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _top_up(page: Page) -> None:
    """One thousand yuan, the most a trial may pay in a day."""
    page.goto("/billing?amount=1000.00")
    _pay(page)


def _pay(page: Page) -> None:
    """The amount the billing page has, by the local payment page."""
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.wait_for_url("**/c/pay/**")
    page.locator("[name=number]").fill("4242 4242 4242 4242")
    page.locator("[name=expiry]").fill("12 / 40")
    page.locator("[name=cvc]").fill("123")
    page.locator("form button").first.click()
    expect(page.get_by_text(re.compile("were credited"))).to_be_visible(timeout=60_000)


def _numbers() -> list[str]:
    """The file's rows: good numbers without scripts for trouble, and one bad in thirty-three."""
    chance = random.Random(7)
    prefixes = ("138", "139", "150", "186", "133", "192")
    rows = []
    for place in range(ROWS):
        number = f"{prefixes[place % 6]}{place // 900:05d}{place % 900:03d}"
        if place % BAD_EVERY == 0:
            number = chance.choice(("1380013", "0571-88201134", "not a number", "1.38E+10"))
        rows.append(f"{number},陈晨{place % 97},{place % 500}")
    return rows


def _import(page: Page, folder: Path) -> int:
    """Import the file; how many rows must have been taken."""
    rows = _numbers()
    path = folder / "members.csv"
    path.write_text("手机号,姓名,积分\n" + "\n".join(rows) + "\n", encoding="gb18030")
    bad = len(range(0, ROWS, BAD_EVERY))
    page.goto("/imports/new")
    page.locator("[name=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and choose columns").click()
    page.locator("[name=list_name]").fill("Members")
    page.locator("[name=consent]").select_option(index=1)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("See the list"))).to_be_visible(timeout=120_000)
    expect(page.get_by_text(f"{ROWS - bad:,}").first).to_be_visible()
    return ROWS - bad


def _apply_for_signature(page: Page, folder: Path) -> None:
    licence = folder / "licence.pdf"
    licence.write_bytes(PDF)
    page.goto("/signatures/new")
    page.locator("[name=text]").fill("Acme咖啡")
    page.locator("[name=company]").fill("Acme Coffee Ltd")
    page.locator("[name=registration_no]").fill("91330100MA2XXXXX0X")
    page.locator("[name=evidence]").set_input_files(licence)
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.get_by_text("In review").first).to_be_visible()


def _hand_in_template(page: Page) -> None:
    page.goto("/templates/new")
    page.locator("[name=name]").fill("Weekend")
    page.locator("[name=body]").fill("{姓名}您好，您的账户现有{积分}积分，周末到店可兑换咖啡一杯。")
    page.wait_for_timeout(1_500)
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.get_by_text("In review").first).to_be_visible()


def _approve_everything(page: Page) -> None:
    page.goto("/sign-in")
    _sign_in(page, *STAFF)
    for _ in range(2):
        page.goto("/staff/reviews")
        page.locator("button[value=approve]").click()
        page.wait_for_timeout(1_000)
    page.goto("/staff/tenants?name=Acme")
    page.get_by_role("button", name="Let go live").first.click()
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.get_by_text("Live").first).to_be_visible()


def _launch(page: Page, people: int) -> None:
    page.goto("/campaigns")
    page.get_by_role("button", name="New campaign").first.click()
    page.wait_for_url("**/edit")
    page.locator("[name=name]").fill("Weekend for members")
    page.locator("[name=signature]").select_option(index=1)
    page.locator("[name=template]").select_option(index=1)
    page.wait_for_timeout(1_500)
    page.locator("[name=list]").first.check()
    page.wait_for_timeout(1_500)
    page.get_by_role("button", name="Check and continue").click()
    page.wait_for_url("**/check")
    send = page.get_by_role("button", name=re.compile(f"{people:,}"))
    if scale.FULL:
        _add_what_is_missing(page)
    expect(send).to_be_visible(timeout=120_000)
    typed = page.locator("[name=typed]")
    if typed.count():
        typed.fill(str(people))
    send.click()
    page.wait_for_url(re.compile(r"/campaigns/cmp_\w+$"))


def _add_what_is_missing(page: Page) -> None:
    """A hundred thousand cost more than a trial may pay: the check says so and leads to the rest."""
    check = page.url
    missing = page.get_by_role("link", name=re.compile("^Top up ¥"))
    expect(missing).to_be_visible(timeout=120_000)
    missing.click()
    page.wait_for_url("**/billing?amount=*")
    _pay(page)
    page.goto(check)


def _agree(page: Page, running: Product, people: int) -> None:
    """The page, the messages, the counts, the ledger and the carrier's journal tell the same story."""
    expect(page.get_by_text(re.compile("Finished|Done")).first).to_be_visible(timeout=SETTLED_S * 1_000)
    schema = str(running.query("SELECT 't_' || id FROM shared.tenants WHERE name = 'Acme Coffee'")[0][0])
    states = dict(running.query(f"SELECT state, count(*) FROM {schema}.messages GROUP BY state"))
    assert sum(int(str(count)) for count in states.values()) == people
    assert set(states) <= {4, 5}, "delivered and undelivered only"
    run = running.query(f"SELECT delivered, undelivered, held_micro, posted_micro FROM {schema}.runs")[0]
    assert run[:3] == (states.get(4, 0), states.get(5, 0), 0)
    cost = running.query(f"SELECT sum(unit_micro * segments) FROM {schema}.messages WHERE state = 4")[0][0]
    own = f"tenant_id = {schema.removeprefix('t_')}"
    wallet = running.query(f"SELECT posted, held FROM ledger.accounts WHERE kind = 'wallet' AND {own}")[0]
    paid = running.query(f"SELECT sum(amount_micro) FROM ledger.topups WHERE state = 'paid' AND {own}")[0][0]
    assert int(str(cost)) == run[3] == int(str(paid)) - int(str(wallet[0]))
    assert wallet[1] == 0
    taken = running.recipients()
    assert len(taken) == len(set(taken)) == people, "each once, none lost"
