"""The page of the word table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from tenants import moderation
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests.web.signed_in import staff_client

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def empty_table(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(delete(moderation.Word))
    moderation.words.forget()


def test_words_are_added_tried_and_taken_out(app: Flask) -> None:
    staff = staff_client(app)
    added = staff.post(
        "/staff/words", data={"words": "roulette，薇信\nbaccarat", "level": "block", "category": "gambling"}
    )
    assert added.status_code == 303
    page = staff.get("/staff/words?lang=en").get_data(as_text=True)
    assert all(word in page for word in ("roulette", "薇信", "baccarat"))
    tried = staff.post("/staff/words/try", data={"text": "play <ROULETTE>", "kind": "notice"}, headers=HTMX)
    assert '&lt;<mark class="hit">ROULETTE<sup>1</sup></mark>&gt;' in tried.get_data(as_text=True)
    with scopes.platform(Reason.STAFF):
        word = moderation.words.page(contains="roulette")[0].id
    assert staff.post(f"/staff/words/{word}/remove").status_code == 303
    again = staff.post("/staff/words/try", data={"text": "play ROULETTE", "kind": "notice"}, headers=HTMX)
    assert "<mark" not in again.get_data(as_text=True)


def test_what_cannot_be_listed_is_said_and_kept(app: Flask) -> None:
    answer = staff_client(app).post(
        "/staff/words?lang=en", data={"words": "!!!", "level": "block", "category": "fraud"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="words-error"' in page and "!!!" in page


def test_a_search_without_results_offers_to_clear_it(app: Flask) -> None:
    staff = staff_client(app)
    assert "No word yet" in staff.get("/staff/words?lang=en").get_data(as_text=True)
    staff.post("/staff/words", data={"words": "roulette", "level": "block", "category": "gambling"})
    assert "Clear the filter" in staff.get("/staff/words?q=zzz&level=block&lang=en").get_data(as_text=True)
