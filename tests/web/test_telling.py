"""The words of a message's story."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants.core import scopes
from tests.factories import Business
from tests.tenants.messages.test_fallback import CARD, begun, receipt, rich_ready
from tests.web.signed_in import client_of
from web.public import public
from workers.jobs import campaigns as jobs


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Taken back: nobody had received it in time", "It leaves once more, as SMS."]),
        ("zh", ["已撤回：未能及时送达", "将改用短信再次发送。"]),
    ],
)
def test_a_message_that_was_taken_back_says_so_and_why_it_went_on_as_sms(
    app: Flask, lang: str, words: list[str]
) -> None:
    ready = rich_ready(CARD, people=1)
    ready.launch()
    while ready.state() != "sending":
        jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    _, picked = begun(ready)
    receipt(ready, picked[0], "expired", "taken_back")
    with scopes.tenant(ready.tenant_id):
        here = public("message", picked[0].id)
    page = client_of(app, Business(ready.tenant_id, ready.owner_id, "")).get(f"/messages/{here}?lang={lang}").text
    for each in words:
        assert each in page
