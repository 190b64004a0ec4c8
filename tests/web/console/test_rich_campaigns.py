"""A campaign of MMS or RCS in the composer and at the check: the phone, the prices, what is held."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants.core import scopes
from tenants.message_templates.rich import Act, Card, Frame, Mms, Rcs, Rich, Suggestion
from tests.factories import Business
from tests.tenants.messages.test_fallback import LONG, MMS_MICRO, RCS_MICRO, SMS_MICRO, rich_ready
from tests.web.signed_in import client_of
from web.public import public

CARD = Rcs(
    cards=(Card("桂花拿铁", "{name}，今日上市", None, (Suggestion(Act.OPEN, "附近门店", "https://hemu.example"),)),),
    fallback=LONG,
)
SLIDES = Mms("上市", (Frame("{name}，今日上市"), Frame("到店即享")))


@pytest.mark.parametrize(
    ("rich", "seen", "held_micro"),
    [
        (CARD, ["附近门店", "陈晨", "RCS", "¥0.120", "¥0.090", "2 parts"], 4 * RCS_MICRO),
        (SLIDES, ["上市", "【Acme】", "到店即享", "MMS", "¥0.240"], 4 * MMS_MICRO),
        (Rcs("{name}，今日上市"), ["陈晨", "nothing where RCS does not reach"], 4 * RCS_MICRO),
    ],
)
def test_the_composer_and_the_check_show_what_is_sent(app: Flask, rich: Rich, seen: list[str], held_micro: int) -> None:
    assert RCS_MICRO > 2 * SMS_MICRO
    ready = rich_ready(rich)
    client = client_of(app, Business(ready.tenant_id, ready.owner_id, ""))
    with scopes.tenant(ready.tenant_id):
        here = public("campaign", ready.campaign_id)
    page = client.get(f"/campaigns/{here}/edit?lang=en").get_data(as_text=True)
    for words in seen:
        assert words in page, words
    forecast = ready.preflight()
    assert (forecast["product"], forecast["cost_micro"]) == ("mms" if isinstance(rich, Mms) else "rcs", held_micro)
    check = client.get(f"/campaigns/{here}/check?lang=en").get_data(as_text=True)
    assert ("Where RCS does not reach" in check) is isinstance(rich, Rcs)
    assert ("Parts for each person" in check) is False
