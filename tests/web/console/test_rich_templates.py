"""Writing MMS and RCS templates: what the form says, its small buttons, handing in, and what a reviewer sees."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tenants import media, message_templates
from tenants.core import scopes
from tenants.message_templates import Draft, Product
from tenants.message_templates.rich import Act, Card, Frame, Mms, Rcs, Rich, Suggestion, texts
from tests import factories
from tests.factories import Business
from tests.tenants.media import samples
from tests.web.signed_in import client_of, staff_client
from web import rich_writing
from web.public import public

HEAD = {"name": "Latte", "kind": "notice", "language": "en", "version": "0"}
TAPS = {"tap_at": ["1", "0"], "tap_act": ["open", "reply"], "tap_label": ["Near", "Stop"],
        "tap_value": ["https://hemu.example", "R"]}  # fmt: skip


def mms_form(*frames: tuple[str, str], **more: Any) -> dict[str, Any]:
    rows = {"frame_text": [text for text, _ in frames], "frame_medium": [medium for _, medium in frames]}
    return HEAD | {"product": "mms", "subject": "Latte day"} | rows | more


def rcs_form(*cards: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    rows = {f"card_{part}": [card[at] for card in cards] for at, part in enumerate(("title", "text", "medium"))}
    return (
        HEAD | {"product": "rcs", "layout": "card", "falls_back": "1", "fallback": "Hello {name}"} | rows | TAPS | more
    )


def picture(business: Business) -> tuple[int, str]:
    with scopes.tenant(business.id):
        id = media.add(io.BytesIO(samples.jpeg()), "latte.jpg", by=business.owner_id).id
        return id, public("file", id)


def stored(business: Business) -> list[message_templates.Version]:
    with scopes.tenant(business.id):
        return [listed.latest for listed in message_templates.listed()]


def test_an_mms_is_written_and_handed_in(app: Flask) -> None:
    acme = factories.business()
    id, name = picture(acme)
    client = client_of(app, acme)
    assert (
        client.post("/templates", data=mms_form(("Hello {name}", name), ("Bye", "")) | {"then": "hand_in"}).status_code
        == 303
    )
    made = stored(acme)[0]
    assert (made.state, made.rich) == ("in_review", Mms("Latte day", (Frame("Hello {name}", id), Frame("Bye"))))
    for path in ("", "/edit"):
        with scopes.tenant(acme.id):
            address = f"/templates/{public('template', made.template_id)}{path}"
        page = client.get(f"{address}?lang=en").get_data(as_text=True)
        assert "Latte day" in page and f"/media/{name}" in page


def test_an_rcs_is_written_with_its_buttons_and_fallback(app: Flask) -> None:
    acme = factories.business()
    id, name = picture(acme)
    form = rcs_form(("Latte", "Hello {name}", name), orientation="horizontal", height="tall")
    assert client_of(app, acme).post("/templates", data=form | {"then": "hand_in"}).status_code == 303
    found = stored(acme)[0].rich
    assert isinstance(found, Rcs)
    assert found.cards == (Card("Latte", "Hello {name}", id, (Suggestion(Act.OPEN, "Near", "https://hemu.example"),)),)
    assert (found.suggestions, found.fallback) == ((Suggestion(Act.REPLY, "Stop", "R"),), "Hello {name}")
    assert (found.orientation, found.height) == ("horizontal", "tall")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (mms_form(("", "")), "This frame needs a text or a medium."),
        (mms_form(("【x】", "")), "belong to the signature only"),
        (rcs_form(("", "", "")), "A card needs a title or a text."),
        (rcs_form(("a", "b", ""), tap_value=["javascript:x", "R"]), "beginning with https://"),
        (rcs_form(("a", "b", ""), fallback="x" * 501), "more than 500"),
    ],
)
def test_a_fault_is_said_at_its_place_and_keeps_every_word(app: Flask, form: dict[str, Any], said: str) -> None:
    acme = factories.business()
    answer = client_of(app, acme).post("/templates?lang=en", data=form | {"then": "hand_in"})
    assert (answer.status_code, stored(acme)) == (422, [])
    page = answer.get_data(as_text=True)
    assert said in page and 'value="Latte"' in page


def test_what_another_business_has_cannot_be_named(app: Flask) -> None:
    acme, rival = factories.business(), factories.business()
    _, name = picture(rival)
    client_of(app, acme).post("/templates", data=mms_form(("Hello", name)))
    rich = stored(acme)[0].rich
    assert isinstance(rich, Mms) and rich.frames[0].medium is None


ACTED: list[tuple[Rich, str, list[str]]] = [
    (Mms("s", (Frame("a"), Frame("b"))), "add-frame", ["s", "a", "b", ""]),
    (Mms("s", (Frame("a"), Frame("b"))), "up-frame-2", ["s", "b", "a"]),
    (Mms("s", (Frame("a"), Frame("b"))), "down-frame-1", ["s", "b", "a"]),
    (Mms("s", (Frame("a"), Frame("b"))), "up-frame-1", ["s", "a", "b"]),
    (Mms("s", (Frame("a"), Frame("b"))), "remove-frame-1", ["s", "b"]),
    (Mms("s", (Frame("a"),) * 9), "add-frame", ["s", *"aaaaaaaaa"]),
    (Mms("s", (Frame("a"),)), "remove-frame-7", ["s", "a"]),
    (Mms("s", (Frame("a"),)), "nonsense", ["s", "a"]),
    (Rcs(cards=(Card("a", "b"), Card("c", "d"))), "remove-card-1", ["", "c", "d", ""]),
    (Rcs(cards=(Card("a", "b"), Card("c", "d"))), "down-card-1", ["", "c", "d", "a", "b", ""]),
]


@pytest.mark.parametrize(("rich", "act", "expected"), ACTED)
def test_small_buttons_add_move_and_remove(rich: Rich, act: str, expected: list[str]) -> None:
    changed = rich_writing.acted(Draft("", "notice", "en", "", [], rich), act).rich
    assert changed is not None and texts(changed) == expected


def test_buttons_of_a_card_and_of_the_message_are_apart() -> None:
    draft = Draft("", "notice", "en", "", [], Rcs(cards=(Card("a"),)))
    draft = rich_writing.acted(rich_writing.acted(draft, "add-suggestion-0-1"), "add-suggestion-0-0")
    assert isinstance(draft.rich, Rcs)
    assert (len(draft.rich.cards[0].suggestions), len(draft.rich.suggestions)) == (1, 1)
    draft = rich_writing.acted(draft, "remove-suggestion-1-1")
    assert isinstance(draft.rich, Rcs)
    assert (len(draft.rich.cards[0].suggestions), len(draft.rich.suggestions)) == (0, 1)


def test_a_medium_is_uploaded_where_it_is_needed(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    form = mms_form(("Hello", "")) | {"act": "upload-frame-1"}
    answer = client.post(
        "/templates/shape", data=form | {"file-upload-frame-1": (io.BytesIO(samples.png()), "cup.png")}
    )
    with scopes.tenant(acme.id):
        kept = media.listed()[0]
        assert f"/media/{public('file', kept.id)}" in answer.get_data(as_text=True)
    bad = client.post("/templates/shape?lang=en", data=form | {"file-upload-frame-1": (io.BytesIO(b"<html>"), "x.png")})
    assert "x.png: This is no picture" in bad.get_data(as_text=True)
    assert stored(acme) == []


def test_the_preview_shows_the_phone_filled(app: Flask) -> None:
    client = client_of(app, factories.business())
    mms = client.post("/templates/preview?lang=en", data=mms_form(("Hello {name}", ""))).get_data(as_text=True)
    assert "Ada Wong" in mms and "1,900 KB" in mms
    rcs = client.post("/templates/preview?lang=en", data=rcs_form(("Latte", "Hi {name}", ""))).get_data(as_text=True)
    assert "Near" in rcs and "Where RCS does not reach" in rcs


def test_layouts_change_the_cards() -> None:
    form = MultiDict(rcs_form(("a", "b", "")) | {"layout": "carousel"})
    rich = rich_writing.read(form, Product.RCS).rich
    assert isinstance(rich, Rcs) and len(rich.cards) == 2
    form["layout"] = "text"
    rich = rich_writing.read(form, Product.RCS).rich
    assert isinstance(rich, Rcs) and rich.cards == ()


def test_a_reviewer_sees_the_phone_and_the_media(app: Flask) -> None:
    acme = factories.business()
    _, name = picture(acme)
    client_of(app, acme).post("/templates", data=mms_form(("Hello {name}", name)) | {"then": "hand_in"})
    staff = staff_client(app)
    page = staff.get("/staff/reviews?lang=en").get_data(as_text=True)
    assert "As recipients see it" in page
    address = page.partition('src="/staff/reviews/')[2].partition('"')[0]
    shown = staff.get(f"/staff/reviews/{address}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert staff.get(f"/staff/reviews/{address[:-1]}2").status_code == 404
    assert client_of(app, acme).get(f"/staff/reviews/{address}").status_code in {403, 404}
