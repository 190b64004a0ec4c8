"""Prices on the staff's screens: a new list from a day on, what it changes for whom, nothing published twice."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants import resellers
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages.models import Batch
from tenants.resellers import Rule
from tenants.resellers.models import PriceList, PriceRule
from tests import factories
from tests.web.signed_in import client_of, staff_client

BEFORE = [Rule("CN", 48_000), Rule("CN", 45_000, "mobile"), Rule("HK", 380_000)]


@pytest.fixture(autouse=True)
def base(app: Flask) -> Iterator[int]:
    """The list the form begins as; every list made here is gone afterwards."""
    with scopes.platform(Reason.DEMO):
        known = set(db.session.scalars(select(PriceList.id)))
        made = resellers.publish(BEFORE)
    yield made
    with scopes.platform(Reason.DEMO):
        db.session.execute(delete(PriceRule).where(PriceRule.list_id.not_in(known)))
        db.session.execute(delete(PriceList).where(PriceList.id.not_in(known)))


def typed(base: int, *prices: tuple[str, str, str], day: str = "", **more: str) -> dict[str, Any]:
    """The form: country, operator and price of each row."""
    rows = [*prices, ("", "", "")]
    return {
        "base": str(base), "from": day, "product": ["sms"] * len(rows), "kind": [""] * len(rows),
        "country": [row[0] for row in rows], "operator": [row[1] for row in rows], "price": [row[2] for row in rows],
    } | more  # fmt: skip


def unit(country: str = "CN", operator: str = "mobile") -> int | None:
    with scopes.platform(Reason.DEMO):
        price = resellers.prices("notice").unit(country, operator)
    return price.unit_micro if price else None


def test_a_new_list_holds_at_once_and_only_its_own_prices_do(app: Flask, base: int) -> None:
    staff, wanted = staff_client(app), typed(base, ("cn", "mobile", "0.0441"), ("CN", "", "0.048"))
    shown = staff.post("/staff/prices/new", data=wanted).text
    assert "¥0.0450" in shown and "¥0.0441" in shown and "¥0.0480" not in shown and "−2.0%" in shown
    assert unit() == 45_000, "what is only looked at changes nothing"
    assert staff.post("/staff/prices/publish", data=wanted).status_code == 303
    assert (unit(), unit("CN", "unicom"), unit("HK", "")) == (44_100, 48_000, None)
    with scopes.platform(Reason.STAFF):
        said = db.session.scalars(
            select(Entry).where(Entry.action == "prices.publish").order_by(Entry.id.desc())
        ).first()
    assert said is not None and said.actor_id and said.detail["prices"] == 2
    assert f"list={base}" in staff.get("/staff/prices").text
    assert "¥0.3800" in staff.get(f"/staff/prices?list={base}").text, "an old list can be read for ever"


def test_the_same_form_sent_twice_publishes_once(app: Flask, base: int) -> None:
    staff, wanted = staff_client(app), typed(base, ("CN", "", "0.05"))
    answers = [staff.post("/staff/prices/publish", data=wanted).status_code for _ in range(2)]
    with scopes.platform(Reason.STAFF):
        lists = db.session.scalars(select(PriceList.id).where(PriceList.id > base)).all()
    assert answers == [303, 409] and len(lists) == 1


def test_a_list_for_a_later_day_waits_and_can_be_withdrawn(
    app: Flask, base: int, trail: Callable[[], set[str]]
) -> None:
    staff, day = staff_client(app), (now() + timedelta(days=9)).date().isoformat()
    assert staff.post("/staff/prices/publish", data=typed(base, ("CN", "", "0.09"), day=day)).status_code == 303
    assert unit() == 45_000
    with scopes.platform(Reason.STAFF):
        coming = resellers.versions()[0]
        states = [each.state for each in resellers.versions()[:2]]
    assert states == ["coming", "in_force"]
    assert "To come" in staff.get(f"/staff/prices?list={coming.id}", headers={"Accept-Language": "en"}).text
    assert staff.post("/staff/prices/withdraw", data={"list": coming.id}).status_code == 303
    assert staff.post("/staff/prices/withdraw", data={"list": base}).status_code == 409, "what holds stays"
    with scopes.platform(Reason.STAFF):
        assert resellers.versions()[0].id == base
    assert trail() >= {"prices.publish", "prices.withdraw"}


def test_a_list_holds_from_its_moment_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with scopes.platform(Reason.DEMO):
        resellers.publish([Rule("CN", 90_000)], at=now() + timedelta(days=2))
    later = now() + timedelta(days=3)
    monkeypatch.setattr(sys.modules[resellers.publish.__module__], "now", lambda: later)
    assert unit() == 90_000


@pytest.mark.parametrize(
    ("row", "day"),
    [
        (("CN", "", "0.00001"), ""), (("CN", "", "-1"), ""), (("CN", "", "x"), ""), (("China", "", "1"), ""),
        (("HK", "nobody", "1"), ""), (("CN", "", "2000"), ""), (("CN", "", "0.05"), "2020-01-01"),
        (("CN", "", "0.05"), "soon"), (("CN", "", "0.05"), "2199-01-01"), (("", "", ""), ""),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_nothing_typed_is_lost(
    app: Flask, base: int, row: tuple[str, str, str], day: str
) -> None:
    staff, wanted = staff_client(app), typed(base, ("US", "", "0.0611"), row, day=day)
    if not row[2]:
        wanted = typed(base, day=day)
    answer = staff.post("/staff/prices/publish", data=wanted)
    assert answer.status_code == 422 and 'class="summary"' in answer.text
    assert not row[2] or ('value="0.0611"' in answer.text and f'value="{row[2]}"' in answer.text)
    assert unit() == 45_000


def test_the_review_names_who_is_touched_and_by_how_much(app: Flask, base: int) -> None:
    acme = factories.business("Acme Prices")
    with scopes.platform(Reason.STAFF):
        for no, operator in enumerate(("mobile", "unicom")):
            db.session.add(
                Batch(
                    tenant_id=acme.id, campaign_id=1, batch_no=no, country="CN", operator=operator, kind="notice",
                    product="sms", lane="bulk", state="sent", total=1000, left=0, tries=0, ready_at=now(),
                    valid_until=now(),
                )
            )  # fmt: skip
    staff, rows = staff_client(app), [("CN", "", "0.048"), ("CN", "mobile", "0.046"), ("HK", "", "0.38")]
    shown = staff.post("/staff/prices/new", data=typed(base, *rows)).text
    row = re.search(r"Acme Prices.*?</tr>", shown, re.S)
    assert row and "1,000" in row[0] and "2,000" in row[0] and "+¥1.00" in row[0]
    gone = staff.post("/staff/prices/new", data=typed(base, ("HK", "", "0.38"))).text
    assert re.search(r'class="stops"><th scope="row">Acme Prices', gone), "who would be without a price stands out"


def test_the_form_keeps_its_rows_when_one_wants_more_or_comes_back(app: Flask, base: int) -> None:
    staff = staff_client(app)
    for act in ("more", "edit"):
        assert 'value="0.0611"' in staff.post("/staff/prices/new", data=typed(base, ("US", "", "0.0611"), act=act)).text
    assert 'value="0.0450"' in staff.get("/staff/prices/new").text


def test_nobody_but_staff_sees_the_lists(app: Flask) -> None:
    acme = factories.business()
    for path in ("/staff/prices", "/staff/prices/new"):
        assert client_of(app, acme).get(path).status_code == 404
