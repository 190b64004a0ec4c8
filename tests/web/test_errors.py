"""What people and machines read when something is refused."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import factories
from tests.web.signed_in import client_of, visitor
from web import words


def test_a_page_says_in_the_readers_language_what_is_wrong(app: Flask) -> None:
    answer = visitor(app).get("/nothing?lang=en")
    assert answer.status_code == 404
    assert "There is nothing here under this address." in answer.text
    assert "/account" not in answer.text
    assert "这个地址" in visitor(app).get("/nothing?lang=zh").text


def test_a_part_of_a_page_gets_a_sentence_for_its_place(app: Flask) -> None:
    client = client_of(app, factories.business(state="live"))
    answer = client.post("/settings/go-live?lang=en", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#refused"
    assert "changed in the meantime" in answer.text and "<html" not in answer.text


def test_machines_get_a_code(app: Flask) -> None:
    answer = visitor(app).get("/hooks/nothing")
    assert answer.status_code == 404
    assert answer.json is not None and answer.json["error"]["code"] == "http_404"


def test_the_wrong_method_is_said_so(app: Flask) -> None:
    assert visitor(app).get("/sign-out").status_code == 405


def test_a_crash_tells_nothing_of_itself(app: Flask) -> None:
    from web import create_app

    other = create_app(app.config["SETTINGS"])

    def broken() -> str:
        raise ZeroDivisionError("a secret of the machine")

    broken.policy = other.view_functions["health.alive"].policy  # type: ignore[attr-defined]
    other.view_functions["health.alive"] = broken
    with other.app_context():
        answer = other.test_client().get("/healthz?lang=en")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text and "secret" not in answer.text


@pytest.mark.parametrize("code", ["no_such_code", "quota_reached"])
def test_every_code_has_a_sentence(app: Flask, code: str) -> None:
    with app.test_request_context("/?lang=en"):
        assert words.say(code)
