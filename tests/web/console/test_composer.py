"""The composer: what is typed is saved, measured and priced; what is missing is said at its place."""

from __future__ import annotations

import html
import io
from typing import Any

import pytest
from flask import Flask

from tenants import campaigns, contacts
from tenants.contacts.columns import Mapping
from tenants.core import scopes
from tests.tenants.campaigns import arrange
from tests.web.console import campaign_pages
from tests.web.console.campaign_pages import HTMX, Desk, words
from workers.jobs.contacts import import_file


@pytest.fixture
def desk(app: Flask) -> Desk:
    return campaign_pages.desk(app)


def form_of(desk: Desk, **changes: Any) -> dict[str, Any]:
    """The form as the page would send it, with some fields changed."""
    with scopes.tenant(desk.ready.tenant_id):
        campaign = campaigns.get(desk.ready.campaign_id)
        assert campaign.signature_id is not None and campaign.template_id is not None
        signature, template = campaign.signature_id, campaign.template_id
    form: dict[str, Any] = {
        "name": "Weekend", "signature": desk.key("signature", signature), "template": desk.key("template", template),
        "source": "lists", "list": [desk.key("list", desk.ready.list_id)], "variable": ["name"], "bind": ["field:name"],
        "value": [""], "when": "now", "time_zone": "Asia/Shanghai",
    }  # fmt: skip
    return form | changes


def saved(desk: Desk) -> campaigns.Campaign:
    with scopes.tenant(desk.ready.tenant_id):
        return campaigns.get(desk.ready.campaign_id)


def test_a_new_campaign_opens_as_a_draft_in_the_composer(desk: Desk) -> None:
    answer = desk.client.post("/campaigns")
    assert answer.status_code == 303
    page = desk.client.get(answer.location)
    assert "Content and people" in page.text
    assert desk.client.get(answer.location.removesuffix("/edit")).location == answer.location


def test_the_page_shows_the_text_with_the_values_of_a_real_person_and_hides_their_number(desk: Desk) -> None:
    page = desk.get("/edit")
    assert "陈晨" in page
    assert "••••" in page
    with scopes.tenant(desk.ready.tenant_id):
        person = contacts.audience(saved(desk).audience, 0, 1)[0]
    assert person.number not in page and person.number.removeprefix("+86") not in page
    assert "1 part" in words(page)


def test_what_is_typed_is_saved_and_its_consequences_come_back(desk: Desk) -> None:
    answer = desk.post("/draft", form_of(desk, name="Late opening", bind=["same"], value=["朋友"]), headers=HTMX)
    assert answer.status_code == 200
    assert 'id="saved"' in answer.text and "朋友" in answer.text
    for part in ("writer", "audience-said", "preview", "estimate", "bindings"):
        assert f'id="{part}"' in answer.text
    assert saved(desk).name == "Late opening"
    assert '<span id="name-said" hx-swap-oob="true">Late opening</span>' in answer.text
    assert saved(desk).bindings == {"name": {"value": "朋友"}}


def test_the_rows_of_variables_are_only_drawn_anew_when_they_change(desk: Desk) -> None:
    first = desk.post("/draft", form_of(desk), headers=HTMX).text
    shape = first.split('name="shape" value="')[1].split('"')[0]
    again = desk.post("/draft", form_of(desk, shape=html.unescape(shape)), headers=HTMX).text
    assert 'id="bindings"' in first and 'id="bindings"' not in again


def test_a_variable_finds_its_field_by_itself(app: Flask) -> None:
    desk = campaign_pages.desk(app, body="{姓名}您好，门店周末延长营业")
    desk.post("/draft", form_of(desk, variable=[], bind=[], value=[]), headers=HTMX)
    assert saved(desk).bindings == {"姓名": {"field": "name"}}


def test_an_empty_name_is_not_saved_and_says_so(desk: Desk) -> None:
    answer = desk.post("/draft", form_of(desk, name=" "), headers=HTMX)
    assert "Not saved: Give the campaign a name." in words(answer.text)
    assert saved(desk).name == "Weekend"


def test_going_on_names_everything_that_is_missing_beside_its_field(desk: Desk) -> None:
    form = form_of(desk, signature="", template="", list=[], when="later", date="", clock="")
    answer = desk.post("/edit", form, headers=HTMX)
    assert answer.status_code == 422
    for field in ("signature_id", "template_id", "audience", "date"):
        assert f'href="#{field}"' in answer.text, field
    assert "4 things need correcting" in answer.text


def test_a_variable_without_a_source_or_with_a_bad_value_stops_at_its_row(app: Flask) -> None:
    desk = campaign_pages.desk(app, body="{name}，您的{门店}今天营业")
    both = {"variable": ["name", "门店"]}
    missing = desk.post("/edit", form_of(desk, **both, bind=["field:name", "field:门店"], value=["", ""]), headers=HTMX)
    assert "Say where “门店” comes from." in missing.text and 'href="#bind-2"' in missing.text
    linked = form_of(desk, **both, bind=["field:name", "same"], value=["", "www.example.com"])
    assert "holds a link" in desk.post("/edit", linked, headers=HTMX).text


def test_a_time_is_kept_in_its_zone_and_must_be_in_the_future(desk: Desk) -> None:
    later = {"when": "later", "date": "2099-03-01", "clock": "10:30", "time_zone": "Europe/London"}
    assert desk.post("/draft", form_of(desk, **later), headers=HTMX).status_code == 200
    assert str(saved(desk).scheduled_at) == "2099-03-01 10:30:00+00:00"
    assert 'value="2099-03-01"' in desk.get("/edit") and 'value="10:30"' in desk.get("/edit")
    past = desk.post("/edit", form_of(desk, **later | {"date": "2020-03-01"}), headers=HTMX)
    assert past.status_code == 422 and "This time has passed" in past.text


def test_half_a_time_and_whatever_else_was_typed_survive_a_refusal(desk: Desk) -> None:
    half = form_of(desk, when="later", date="", clock="10:30", time_zone="Asia/Tokyo")
    assert 'name="clock" value="10:30"' in desk.post("/edit", half, headers=HTMX).text
    nameless = form_of(desk, name=" ", when="later", date="2099-03-01", clock="10:30", time_zone="Europe/Berlin")
    for path in ("/edit", "/numbers"):
        answer = desk.post(path, nameless, headers=HTMX)
        assert answer.status_code == 422
        assert 'value="2099-03-01"' in answer.text and '<option value="Europe/Berlin" selected>' in answer.text
    assert saved(desk).name == "Weekend" and saved(desk).time_zone == "Asia/Tokyo"


def test_a_complete_draft_goes_on_to_the_check_and_is_being_counted(desk: Desk) -> None:
    answer = desk.post("/edit", form_of(desk), headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"{desk.here}/check"
    assert saved(desk).preflight["state"] == "counting"


def test_pasted_numbers_become_the_people_and_say_what_became_of_them(desk: Desk) -> None:
    numbers = "13800138000\n13800138000, 13900139001\n12345"
    answer = desk.post("/numbers", form_of(desk, source="paste", numbers=numbers), headers=HTMX)
    assert answer.status_code == 200
    assert "2 usable · 1 invalid · 1 duplicate" in words(answer.text)
    with scopes.tenant(desk.ready.tenant_id):
        assert [each.number for each in contacts.audience(saved(desk).audience, 0, 9)] == [
            "+8613800138000", "+8613900139001",
        ]  # fmt: skip


def test_an_empty_paste_says_so_and_keeps_the_draft(desk: Desk) -> None:
    answer = desk.post("/numbers", form_of(desk, source="paste", numbers=" , "), headers=HTMX)
    assert answer.status_code == 422
    assert saved(desk).audience == {"source": "lists", "list_ids": [desk.ready.list_id]}


def test_what_was_on_its_way_when_numbers_were_taken_does_not_drop_them(desk: Desk) -> None:
    desk.post("/numbers", form_of(desk, source="paste", numbers="13800138000"), headers=HTMX)
    answer = desk.post("/draft", form_of(desk, source="paste", list=[], paste_import=""), headers=HTMX)
    assert answer.status_code == 200 and "1 usable" in words(answer.text)
    assert saved(desk).audience["source"] == "import"
    desk.post("/draft", form_of(desk, source="file", list=[], file_import=""), headers=HTMX)
    assert saved(desk).audience == {}, "another source was chosen"


def test_looking_at_another_source_loses_nobody_who_was_chosen_before(desk: Desk) -> None:
    desk.post("/numbers", form_of(desk, source="paste", numbers="13800138000"), headers=HTMX)
    kept = desk.get("/edit").split('name="paste_import" value="')[1].split('"')[0]
    desk.post("/draft", form_of(desk, source="lists", list=[], paste_import=kept), headers=HTMX)
    assert saved(desk).audience == {}
    desk.post("/draft", form_of(desk, source="paste", list=[], paste_import=kept), headers=HTMX)
    assert saved(desk).audience["source"] == "import"


def test_a_file_becomes_the_people_once_its_columns_are_agreed_upon(app: Flask) -> None:
    desk = campaign_pages.desk(app, body="{姓名}您好，您有{积分}积分")
    file = (io.BytesIO("手机,姓名,积分\n13800138000,陈晨,320\n13800138000,重复,1\n123,错,2\n".encode()), "once.csv")
    answer = desk.post("/file", {"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 303 and answer.location.startswith("/imports/imp_")
    import_id = saved(desk).audience["import_id"]
    unread = desk.post("/edit", form_of(desk, source="file", file_import=desk.key("import", import_id)), headers=HTMX)
    assert unread.status_code == 422 and "Say which column holds the numbers." in unread.text
    with scopes.tenant(desk.ready.tenant_id):
        columns = Mapping.from_json(contacts.get_import(import_id).mapping)
        consent = contacts.Consent("sign_up")
        contacts.confirm_mapping(import_id, columns, target=contacts.Target(), consent=consent, by=None)
    assert "0 rows read, still reading." in words(desk.get("/edit"))
    reading = desk.post("/edit", form_of(desk, source="file", file_import=desk.key("import", import_id)), headers=HTMX)
    assert "still being read" in reading.text
    import_file(desk.ready.tenant_id, import_id)
    page = words(desk.get("/edit"))
    assert "1 usable · 1 invalid · 1 duplicate" in page and "320" in page
    form = form_of(desk, source="file", file_import=desk.key("import", import_id), variable=[], bind=[], value=[])
    assert desk.post("/edit", form, headers=HTMX).status_code == 204
    assert saved(desk).bindings == {"姓名": {"field": "name"}, "积分": {"field": "积分"}}


def test_no_file_is_said_beside_the_field(desk: Desk) -> None:
    answer = desk.post("/file", {}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "Choose a file." in answer.text


def test_a_launched_campaign_can_no_longer_be_edited(desk: Desk) -> None:
    desk.ready.launch()
    assert desk.client.get(f"{desk.here}/edit").location == desk.here
    assert desk.post("/draft", form_of(desk), headers=HTMX).status_code == 409


def test_another_businesss_signature_template_list_and_file_are_not_taken(app: Flask, desk: Desk) -> None:
    rival = arrange.ready(3)
    with scopes.tenant(rival.tenant_id):
        theirs = campaigns.get(rival.campaign_id)
        assert theirs.signature_id is not None and theirs.template_id is not None
        signature_id, template_id = theirs.signature_id, theirs.template_id
        foreign = campaign_pages.of(app, rival, rival.campaign_id)
    form = form_of(
        desk, signature=foreign.key("signature", signature_id), template=foreign.key("template", template_id),
        list=[foreign.key("list", rival.list_id)],
    )  # fmt: skip
    desk.post("/draft", form, headers=HTMX)
    assert (saved(desk).signature_id, saved(desk).template_id, saved(desk).audience) == (None, None, {})


def test_a_draft_is_copied_and_discarded(desk: Desk) -> None:
    copied = desk.post("/copy")
    assert copied.status_code == 303
    assert "Weekend (copy)" in desk.client.get(copied.location).text
    assert desk.post("/discard").status_code == 303
    assert desk.client.get(f"{desk.here}/edit").status_code == 404
