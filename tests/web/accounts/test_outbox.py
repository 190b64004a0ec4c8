"""The local outbox exists only where mail cannot be sent, and never on a real installation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.web.accounts.arrange import address, sign_up
from tests.web.signed_in import visitor
from web import create_app


def test_mail_is_read_in_the_outbox_when_no_server_is_set(app: Flask) -> None:
    client, email = visitor(app), address()
    sign_up(client, email)
    assert "/outbox" in client.get("/sign-up/sent").text
    page = client.get("/outbox?lang=en").text
    assert email in page and 'href="http://localhost/verify/' in page


@pytest.mark.parametrize("changes", [{"smtp_url": "smtp://mail.example:587"}, {"qunfa_demo": False}])
def test_a_real_installation_has_no_outbox(app: Flask, changes: dict[str, object]) -> None:
    settings = replace(app.config["SETTINGS"], **({"qunfa_demo": True} | changes))  # type: ignore[arg-type]
    other = create_app(settings)
    with other.app_context():
        client = visitor(other)
        assert client.get("/outbox").status_code == 404
        assert "/outbox" not in client.get("/sign-up/sent").text
