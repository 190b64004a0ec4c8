"""The board of channels and the form made from an adapter's fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from tenants import filings
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.operators import MAINLAND
from tenants.core.scopes import Reason
from tenants.routing.models import Channel
from tests import factories
from tests.certificates import Authority
from tests.tenants.messages import arrange
from tests.web.console.campaign_pages import words
from tests.web.signed_in import client_of, staff_client
from web.wording.channels import CHOICES
from workers import channels
from workers.channels.generic_http.presets import PRESETS
from workers.channels.settings import opened


@pytest.fixture(autouse=True)
def no_channels(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(delete(Channel))


def form(**changed: Any) -> dict[str, Any]:
    plain = {
        "kind": "simulator", "name": "North", "weight": "100", "tps": "300", "operators": ["mobile", "unicom"],
        "set-url": "http://127.0.0.1:8090", "set-key": "k-1234", "set-secret": "s-5678", "set-batch": "20",
    }  # fmt: skip
    return plain | changed


def only() -> Channel:
    with scopes.platform(Reason.STAFF):
        return db.session.scalars(select(Channel)).one()


def added(staff: FlaskClient, **changed: Any) -> Channel:
    answer = staff.post("/staff/channels/new", data=form(**changed))
    assert answer.status_code == 303, answer.text
    return only()


def move(staff: FlaskClient, channel: Channel, act: str, reason: str = "because") -> int:
    return staff.post(f"/staff/channels/{channel.id}/{act}", data={"reason": reason}).status_code


def test_a_channel_is_added_from_its_fields_with_its_secrets_sealed(app: Flask) -> None:
    made = added(staff_client(app))
    assert (made.state, made.operators, made.tps) == ("paused", ["mobile", "unicom"], 300)
    assert made.settings == {"url": "http://127.0.0.1:8090", "batch": 20}
    assert made.secrets is not None and b"k-1234" not in made.secrets
    assert opened(made.id, made.settings, made.secrets)["key"] == "k-1234"
    assert channels.faults(channels.fields("simulator"), opened(made.id, made.settings, made.secrets)) == {}


def test_secrets_are_never_shown_and_kept_when_left_empty(app: Flask) -> None:
    staff = staff_client(app)
    made = added(staff)
    page = staff.get(f"/staff/channels/{made.id}?lang=en").text
    assert "k-1234" not in page and "s-5678" not in page and "It is set." in page
    assert f"/hooks/receipts/{made.id}" in page
    answer = staff.post(f"/staff/channels/{made.id}", data=form(**{"set-key": "new", "set-secret": "", "tps": "0"}))
    assert answer.status_code == 303
    changed = only()
    secrets = opened(made.id, {}, changed.secrets)
    assert (changed.tps, secrets["key"], secrets["secret"]) == (0, "new", "s-5678")


def test_a_key_of_several_lines_is_a_secret_like_any_other(app: Flask) -> None:
    staff, paper = staff_client(app), Authority().issue("smsc.example")
    wished = {
        "kind": "smpp", "name": "Abroad", "weight": "100", "tps": "0", "set-host": "smsc.example", "set-account": "one",
        "set-secret": "two", "set-tls": "yes", "set-tls_certificate": paper.certificate, "set-tls_key": paper.key,
    }  # fmt: skip
    assert staff.post("/staff/channels/new", data=wished).status_code == 303
    made, lines = only(), paper.key.split()
    assert opened(made.id, made.settings, made.secrets)["tls_key"] == paper.key.strip()
    assert "tls_key" not in made.settings and made.settings["tls_certificate"] == paper.certificate.strip()
    assert lines[4] not in staff.get(f"/staff/channels/{made.id}").text
    wrong = staff.post("/staff/channels/new?lang=en", data=wished | {"set-tls_certificate": "", "set-tls_ca": "x"})
    assert "This is no certificate in PEM" in wrong.text and lines[4] not in wrong.text


def test_what_is_wrong_is_said_beside_each_field_and_nothing_typed_is_lost(app: Flask) -> None:
    wrong = {
        "name": "", "countries": "China", "tenants": "acme", "weight": "0", "set-url": "carrier", "set-key": "",
        "set-batch": "many", "set-connections": "999",
    }  # fmt: skip
    answer = staff_client(app).post("/staff/channels/new?lang=en", data=form(**wrong))
    assert answer.status_code == 422
    for sentence in (
        "a name of 1 to 40 characters", "two capital letters", "numbers of businesses", "Between 1 and 1000.",
        "it begins with https://", "Fill this in.", "This is not a whole number.", "Between 1 and 128.",
    ):  # fmt: skip
        assert sentence in answer.text, sentence
    assert 'value="China"' in answer.text and 'value="carrier"' in answer.text
    assert "s-5678" not in answer.text, "a secret is not even given back to who typed it"
    with scopes.platform(Reason.STAFF):
        assert db.session.scalar(select(Channel.id)) is None


def test_a_provider_s_address_may_not_lead_inside(app: Flask) -> None:
    data = form(kind="twilio", **{"set-url": "http://10.0.0.8/"})
    assert "lead out of our own network" in staff_client(app).post("/staff/channels/new?lang=en", data=data).text


@pytest.mark.parametrize("kind", channels.KINDS)
def test_every_kind_has_a_form_with_each_of_its_fields(app: Flask, kind: str) -> None:
    page = staff_client(app).get(f"/staff/channels/new?kind={kind}").text
    assert re.findall(r'name="set-(\w+)"', page) == [field.name for field in channels.fields(kind)]


def test_choices_are_called_by_words_and_kept_by_their_values(app: Flask) -> None:
    page = words(staff_client(app).get("/staff/channels/new?kind=smpp").text)
    assert "A link for each way" in page and "+8613800138000" in page and "separate" not in page
    fields = [each for kind in channels.KINDS for each in channels.fields(kind)]
    for name, named in CHOICES.items():
        assert set(named) <= {one for each in fields if each.name == name for one in each.choices}, name


@pytest.mark.parametrize("kind", channels.KINDS)
def test_only_kinds_whose_provider_calls_us_have_an_address_for_it(app: Flask, kind: str) -> None:
    page = staff_client(app).get(f"/staff/channels/new?kind={kind}&lang=en").text
    assert ("The address for receipts" in page) == (kind not in channels.LINK_KINDS)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_fills_the_form(app: Flask, preset: str) -> None:
    page = staff_client(app).get(f"/staff/channels/new?kind=generic_http&preset={preset}")
    assert page.status_code == 200 and str(PRESETS[preset]["url"]) in page.text.replace("&amp;", "&")


def test_a_channel_that_can_send_nothing_but_templates_asks_for_them(app: Flask) -> None:
    staff = staff_client(app)
    cloud = {
        "kind": "aliyun", "name": "Cloud", "weight": "100", "tps": "0", "set-url": "http://127.0.0.1:9/",
        "set-access_key_id": "id", "set-access_key_secret": "secret", "set-token": "token",
    }  # fmt: skip

    def asks() -> set[str]:
        with scopes.platform(Reason.STAFF):
            return {operator for _, operator in filings.rules.by_code([made.id])}

    made = added(staff, **cloud)
    assert asks() == set(MAINLAND)
    own = cloud | {"set-template": "SMS_1", "set-variable": "content", "set-access_key_secret": "", "set-token": ""}
    assert staff.post(f"/staff/channels/{made.id}", data=form(**own)).status_code == 303
    assert asks() == set()
    assert staff.post(f"/staff/channels/{made.id}", data=form(**own | {"set-variable": ""})).status_code == 303
    assert asks() == set(MAINLAND)


def test_an_unknown_kind_or_preset_is_not_there(app: Flask) -> None:
    staff = staff_client(app)
    assert staff.get("/staff/channels/new?kind=pigeon").status_code == 404
    assert staff.get("/staff/channels/new?kind=twilio&preset=huawei").status_code == 404
    assert staff.post("/staff/channels/new", data=form(kind="pigeon")).status_code == 404


def test_a_channel_is_put_to_work_drained_and_paused_with_a_reason(app: Flask) -> None:
    staff = staff_client(app)
    made = added(staff)
    assert move(staff, made, "drain") == 409, "it works not yet"
    assert move(staff, made, "resume", reason="") == 422
    for act, state in (("resume", "active"), ("drain", "draining"), ("pause", "paused")):
        assert move(staff, made, act) == 303
        assert only().state == state


def test_the_board_says_what_waits_and_what_nobody_takes(app: Flask) -> None:
    staff = staff_client(app)
    arrange.run(["001"] * 3)
    made = added(staff)
    page = staff.get("/staff/channels?lang=en").text
    assert "3 messages wait and no channel takes them" in page and "Mobile, Notice" in page
    move(staff, made, "resume")
    page = staff.get("/staff/channels?lang=en").text
    assert "no channel takes them" not in page
    assert "No active channel reaches Telecom, Broadnet" in page
    assert "Nobody else reaches Mobile, Unicom: messages there will wait." in page


def test_businesses_do_not_see_the_board(app: Flask) -> None:
    acme = client_of(app, factories.business())
    made = added(staff_client(app))
    assert acme.get("/staff/channels").status_code == 404
    assert acme.get(f"/staff/channels/{made.id}").status_code == 404
    assert acme.post(f"/staff/channels/{made.id}/pause", data={"reason": "x"}).status_code == 404


def test_tables_of_a_described_provider_are_read_before_they_are_kept(app: Flask) -> None:
    preset = PRESETS["vonage"]
    data = {f"set-{name}": str(value) for name, value in preset.items()} | {"set-user": "u", "set-secret": "s"}
    data |= {"kind": "generic_http", "name": "Described", "weight": "1", "tps": "0", "set-sender": "1"}
    data |= {"set-token": "t" * 20, "set-callback": "https://example.com/x", "set-proof_secret": "p" * 20}
    answer = staff_client(app).post("/staff/channels/new", data=data | {"set-refusals": "1 = nonsense"})
    assert answer.status_code == 422
    assert "This cannot be read." in answer.text
    answer = staff_client(app).post("/staff/channels/new", data=data | {"set-success_is": "("})
    assert "This cannot be read." in answer.text
