"""The media library in the browser's hands: upload, look, rename, delete; and the address carriers fetch from."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest
from flask import Flask

from tenants import media, message_templates
from tenants.core import scopes
from tenants.core.db import db
from tenants.message_templates import Draft
from tenants.message_templates.rich import Card, Rcs
from tests import factories
from tests.factories import Business
from tests.tenants.media import samples
from tests.web.signed_in import client_of, visitor
from web.public import public

SECRET = "a-secret-of-the-tests-only-" + "0" * 20


def kept(business: Business, name: str = "latte.png") -> int:
    with scopes.tenant(business.id):
        return media.add(io.BytesIO(samples.png()), name, by=business.owner_id).id


def named(business: Business, id: int) -> str:
    with scopes.tenant(business.id):
        return public("file", id)


def test_files_are_uploaded_each_by_itself(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    files = [(io.BytesIO(samples.jpeg()), "a.jpg"), (io.BytesIO(b"<svg onload=x()>"), "b.jpg")]
    answer = client.post("/media", data={"file": files})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "b.jpg" in page and "onload" not in page
    with scopes.tenant(acme.id):
        assert [(file.name, file.mime) for file in media.listed()] == [("a.jpg", "image/jpeg")]
    assert client.post("/media", data={"file": (io.BytesIO(samples.gif()), "c.gif")}).status_code == 303


def test_a_medium_is_shown_so_that_nothing_in_it_runs(app: Flask) -> None:
    acme = factories.business()
    answer = client_of(app, acme).get(f"/media/{named(acme, kept(acme))}")
    assert (answer.data, answer.mimetype) == (samples.png(), "image/png")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    rival = factories.business()
    assert client_of(app, rival).get(f"/media/{named(acme, kept(acme))}").status_code == 404


def test_a_medium_is_renamed_and_deleted_unless_a_template_names_it(app: Flask, trail: Callable[[], set[str]]) -> None:
    acme = factories.business()
    client, free, used = client_of(app, acme), kept(acme), kept(acme)
    client.post(f"/media/{named(acme, free)}/name", data={"name": "Cup"})
    with scopes.tenant(acme.id):
        assert media.get(free).name == "Cup"
        draft = Draft("Latte", "notice", "en", "", [], Rcs(cards=(Card("a", "b", used),)))
        message_templates.create(draft, by=acme.owner_id)
    assert client.post(f"/media/{named(acme, free)}/delete").status_code == 303
    refused = client.post(f"/media/{named(acme, used)}/delete?lang=en")
    assert refused.status_code == 422
    assert "“Latte” uses this medium" in refused.get_data(as_text=True)
    with scopes.tenant(acme.id):
        assert [file.id for file in media.listed()] == [used]
    assert trail() >= {"media.rename", "media.delete"}


def test_a_carrier_fetches_under_a_signed_address_only(app: Flask) -> None:
    acme, at = factories.business(), time.time()
    id = kept(acme)
    token = media.addresses.token(SECRET, acme.id, id, at)
    answer = visitor(app).get(f"/hooks/media/{token}")
    assert (answer.status_code, answer.data) == (200, samples.png())
    rival = factories.business()
    for wrong in (
        token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        media.addresses.token(SECRET, rival.id, id, at),
        media.addresses.token(SECRET + "x", acme.id, id, at),
        media.addresses.token(SECRET, acme.id, id, at - 10 * 86_400),
        "", "x", "é",
    ):  # fmt: skip
        assert visitor(app).get(f"/hooks/media/{wrong}").status_code == 404, wrong


def test_an_address_is_the_same_all_day_and_ends(app: Flask) -> None:
    day = 1_700_000_000 // 86_400 * 86_400
    made = {media.addresses.token(SECRET, 1, 2, day + second) for second in (0, 1, 86_399)}
    assert len(made) == 1
    token = made.pop()
    assert media.addresses.parse(SECRET, token, day + 8 * 86_400) == (1, 2)
    assert media.addresses.parse(SECRET, token, day + 9 * 86_400) is None


@pytest.mark.parametrize("kind", ["", "image", "nonsense"])
def test_the_library_is_listed_by_kind(app: Flask, kind: str) -> None:
    acme = factories.business()
    kept(acme, "latte.png")
    assert "latte.png" in client_of(app, acme).get(f"/media?kind={kind}").get_data(as_text=True)
    with scopes.tenant(acme.id):
        db.session.commit()


def test_an_empty_library_offers_to_add(app: Flask) -> None:
    assert "No medium yet" in client_of(app, factories.business()).get("/media?lang=en").get_data(as_text=True)
