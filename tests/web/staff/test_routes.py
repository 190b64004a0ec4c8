"""Rules of routing on the staff's screens, the dry run, and the file of ported numbers."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants import routing
from tenants.accounts.vaults import vault
from tenants.campaigns.weighing import _ported
from tenants.contacts import Recipient
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel, Ported, Route
from tests import factories
from tests.tenants.routing.test_choose import channel, choose
from tests.web.signed_in import client_of, staff_client

NUMBER = "13800138000"  # by its prefix of China Mobile


@pytest.fixture(autouse=True)
def nothing_left(app: Flask) -> Iterator[None]:
    with scopes.platform(Reason.STAFF):
        db.session.execute(delete(Route))
    yield
    with scopes.platform(Reason.STAFF):
        for model in (Channel, Route, Ported):
            db.session.execute(delete(model))


def rule(app: Flask, weights: dict[int, str], **fields: str) -> int:
    data = {"country": "CN", **fields} | {f"weight-{id}": text for id, text in weights.items()}
    return staff_client(app).post("/staff/routes/new", data=data).status_code


def only() -> Route:
    with scopes.platform(Reason.STAFF):
        return db.session.scalars(select(Route)).one()


def test_a_rule_is_added_changed_and_removed_and_each_act_kept(app: Flask) -> None:
    first, second = channel("first"), channel("second")
    assert rule(app, {first: "70", second: ""}, operator="mobile", kind="notice", note="cheap") == 303
    made = only()
    assert (made.country, made.operator, made.kind, made.ways) == ("CN", "mobile", "notice", [[first, 70]])
    staff = staff_client(app)
    assert "cheap" in staff.get("/staff/routes").text
    assert 'value="70"' in staff.get(f"/staff/routes/{made.id}").text
    changed = {"country": "CN", "operator": "mobile", f"weight-{second}": "5"}
    assert staff.post(f"/staff/routes/{made.id}", data=changed).status_code == 303
    assert choose().channel_id == second
    assert staff.post(f"/staff/routes/{made.id}/remove").status_code == 303
    with scopes.platform(Reason.STAFF):
        acts = db.session.scalars(select(Entry.action).where(Entry.action.like("route.%")).order_by(Entry.id)).all()
    assert acts[-3:] == ["route.add", "route.amend", "route.remove"]


@pytest.mark.parametrize(("fields", "weights", "error"), [
    ({}, {}, "Name at least one channel"), ({"country": "China"}, {1: "5"}, "two capital letters"),
    ({"tenant": "x"}, {1: "5"}, "Write the numbers of businesses"), ({}, {1: "0"}, "Between 1 and 1000"),
    ({"tenant": "999999999"}, {1: "5"}, "Write the numbers of businesses"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    app: Flask, fields: dict[str, str], weights: dict[int, str], error: str
) -> None:
    id = channel("first")
    data = {"country": "CN", **fields} | {f"weight-{id}": text for text in weights.values()}
    answer = staff_client(app).post("/staff/routes/new", data=data)
    assert answer.status_code == 422
    assert error in answer.text


def test_there_is_one_rule_for_one_thing(app: Flask) -> None:
    id = channel("first")
    assert rule(app, {id: "1"}) == 303
    assert rule(app, {id: "1"}) == 422


def test_the_closest_rule_counts_and_it_alone(app: Flask) -> None:
    reseller = factories.business()
    acme = factories.business("Acme of the rules", reseller_id=reseller.id)
    every, theirs, own, last = (channel(name) for name in ("every", "theirs", "own", "last"))
    group = routing.Group(acme.id, "CN", "mobile", "notice")
    rule(app, {every: "1"})
    assert {choose(1, group).channel_id for _ in range(5)} == {every}
    rule(app, {theirs: "1"}, country="", reseller=str(reseller.id))
    assert {choose(1, group).channel_id for _ in range(5)} == {theirs}
    rule(app, {own: "1"}, country="", tenant=str(acme.id))
    assert {choose(1, group).channel_id for _ in range(5)} == {own}
    rule(app, {last: "1"}, tenant=str(acme.id), operator="mobile")
    assert {choose(1, group).channel_id for _ in range(5)} == {last}
    elsewhere = routing.Group(reseller.id, "CN", "mobile", "notice")
    assert {choose(1, elsewhere).channel_id for _ in range(5)} == {every}
    with scopes.tenant(acme.id):
        assert routing.serving(group) == {last}, "a business sees the same rule"
    assert "Acme of the rules" in staff_client(app).get("/staff/routes").text


def test_a_dry_run_says_which_channels_with_which_shares_and_why(app: Flask) -> None:
    heavy, light = channel("Heavy", weight=75), channel("Light", weight=25)
    channel("Unicorn", operators=["unicom"])
    channel("Resting", state="paused")
    staff = staff_client(app)
    text = staff.get(f"/staff/routes?number={NUMBER}&kind=notice&product=sms").text
    for said in ("75.0%", "25.0%", "Does not serve this operator", "Paused by staff", "No rule holds"):
        assert said in text
    rule(app, {light: "1"})
    text = staff.get(f"/staff/routes?number={NUMBER}&kind=notice&product=sms").text
    assert "100.0%" in text and "Not in the rule that holds" in text
    assert "no number" in staff.get("/staff/routes?number=12").text
    assert heavy != light


def test_ported_numbers_go_by_the_operator_that_serves_them(app: Flask) -> None:
    unicom, mobile = channel("u", operators=["unicom"]), channel("m", operators=["mobile"])
    file = f"number,operator\n{NUMBER},联通\n138,mobile\n13900139000,nobody\n+8613700137000,TELECOM\n\n"
    data = {"file": (io.BytesIO(file.encode()), "ported.csv")}
    staff = staff_client(app)
    answer = staff.post("/staff/routes/ported", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert "Row 3: no number of the mainland" in answer.text and "Row 4: no operator we know" in answer.text
    acme = factories.business()
    with scopes.tenant(acme.id):
        assert routing.operators_of([f"+86{NUMBER}", "+8613700137000", "+8613600136000"]) == {
            f"+86{NUMBER}": "unicom", "+8613700137000": "telecom",
        }  # fmt: skip
        people = [Recipient(1, vault().index(f"+86{NUMBER}"), f"+86{NUMBER}", "CN", "mobile", {})]
        assert [person.operator for person in _ported(people)] == ["unicom"]
    with scopes.platform(Reason.STAFF):
        assert NUMBER.encode() not in b"".join(db.session.scalars(select(Ported.phone_index))), "no number is kept"
    text = staff.get(f"/staff/routes?number={NUMBER}&kind=notice&product=sms").text
    assert "The number changed its operator" in text
    assert unicom != mobile


def test_fifty_thousand_people_are_looked_up_in_less_than_a_second(app: Flask) -> None:
    file = "".join(f"138{n:08d},unicom\n" for n in range(2_000)).encode()
    with scopes.platform(Reason.STAFF):
        assert routing.porting.bring(file, by=1).kept == 2_000
    with scopes.tenant(factories.business().id):
        began = time.monotonic()
        found = routing.operators_of([f"+86138{n:08d}" for n in range(50_000)])
        took_s = time.monotonic() - began
    assert len(found) == 2_000
    assert took_s < 2.0, took_s


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_refused(app: Flask, content: bytes) -> None:
    data: Any = {"file": (io.BytesIO(content), "x.csv")}
    answer = staff_client(app).post("/staff/routes/ported", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_businesses_see_none_of_it(app: Flask) -> None:
    client = client_of(app, factories.business())
    assert client.get("/staff/routes").status_code in (403, 404)
    assert client.get("/staff/board").status_code in (403, 404)
