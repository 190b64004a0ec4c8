"""The table of the twilio channel, the signatures of its documents, and its signed calls."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from tenants.message_templates.rich import Act, Card, Frame, Medium, Mms, Rcs, Suggestion
from tests.workers.channels.engine import Canned, Case, Seen, asked, play
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Refused
from workers.channels.twilio.codes import CAUSES, OUTCOMES
from workers.channels.twilio.signing import genuine, signature

CALLBACK = "http://127.0.0.1:8000/hooks/receipts/7"
SETTINGS: dict[str, object] = {
    "account_sid": "AC1",
    "auth_token": "token-never-told",
    "sender": "+15005550006",
    "callback": CALLBACK,
    "connections": 1,
    "timeout_s": 2,
}
ONE = Outgoing("msg_1-1", "+14155550100", "Hello & 你好")
TWO = Outgoing("msg_2-1", "+14155550101", "Again")
PATH = "/2010-04-01/Accounts/AC1/Messages.json"
FORM = {
    "To": "+14155550100",
    "From": "+15005550006",
    "Body": "Hello & 你好",
    "StatusCallback": CALLBACK + "?r=msg_1-1",
    "ValidityPeriod": "14400",
}
BASIC = {"Authorization": "Basic " + base64.b64encode(b"AC1:token-never-told").decode()}
SENT = Canned(201, {"sid": "SM1", "status": "queued", "error_code": None})


def single(name: str, canned: Canned, result: Any) -> Case:
    return Case(name, [ONE], [canned], [Seen(PATH, FORM, BASIC)], [result])


def said(code: int, status: int = 400) -> Canned:
    return Canned(status, {"code": code, "message": "…", "more_info": "…", "status": status})


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


CASES = [
    single("accepted", SENT, Accepted("SM1")),
    single("bad number", said(21211), refused(Code.NUMBER_INVALID, False, "21211")),
    single("opted out", said(21610), refused(Code.BLOCKED, False, "21610")),
    single("sender not ours", said(21606), refused(Code.SENDER, True, "21606")),
    single("wrong token", said(20003, 401), refused(Code.CONFIG, True, "20003")),
    single("no such account", said(20404, 404), refused(Code.CONFIG, True, "20404")),
    single("unheard of", said(29999), refused(Code.UNKNOWN, False, "29999")),
    single(
        "too fast",
        Canned(429, {"code": 20429, "status": 429}, {"Retry-After": "2"}),
        Refused(Code.THROTTLED, True, "too fast for the provider", "20429"),
    ),
    single("broken inside", said(20500, 500), Doubtful("answered with 20500")),
    single("a proxy's 503", Canned(503, b"<html>"), Doubtful("unreadable answer with status 503")),
    single("created without an id", Canned(201, {}), Doubtful("status 201 without a message or a code")),
    single("refused without a code", Canned(400, {}), Doubtful("status 400 without a message or a code")),
    Case(
        "one request each, in order",
        [ONE, TWO],
        [SENT, said(21614)],
        [
            Seen(PATH, FORM),
            Seen(
                PATH,
                FORM | {"To": TWO.number, "Body": "Again", "StatusCallback": CALLBACK + "?r=msg_2-1"},
            ),
        ],
        [Accepted("SM1"), refused(Code.NUMBER_INVALID, False, "21614")],
    ),
    Case(
        "by a messaging service and an API key",
        [ONE],
        [SENT],
        [
            Seen(
                PATH,
                {name: value for name, value in FORM.items() if name != "From"} | {"MessagingServiceSid": "MG1"},
                {"Authorization": "Basic " + base64.b64encode(b"SK1:key-never-told").decode()},
            )
        ],
        [Accepted("SM1")],
        {"sender": "MG1", "api_key": "SK1", "api_secret": "key-never-told"},
    ),
]


PHOTO = Medium(7, "a.jpg", "image/jpeg", b"jpeg", "/m/7")
FILM = Medium(8, "b.mp4", "video/mp4", b"film", "https://elsewhere.example/8")
CHOICE = Suggestion(Act.REPLY, "Yes", "y")
MEDIA = "https://localhost"
RICH: list[tuple[str, Outgoing, dict[str, list[str]]]] = [
    (
        "an MMS",
        replace(ONE, rich=Mms("Hi", (Frame("a", 7), Frame("", 8), Frame("b", 7))), media=(PHOTO, FILM)),
        {"Body": ["Hi\na\nb"], "MediaUrl": [MEDIA + "/m/7", "https://elsewhere.example/8"]},
    ),
    (
        "an MMS of one picture",
        replace(ONE, rich=Mms("", (Frame("", 7),)), media=(PHOTO,)),
        {"MediaUrl": [MEDIA + "/m/7"]},
    ),
    ("an RCS text", replace(ONE, rich=Rcs("Hello")), {"Body": ["Hello"]}),
    (
        "a card",
        replace(ONE, rich=Rcs(cards=(Card("T", "x", 7),)), media=(PHOTO,)),
        {"Body": ["T\nx"], "MediaUrl": [MEDIA + "/m/7"]},
    ),
    (
        "a content template",
        replace(ONE, rich=Rcs(cards=(Card("T"), Card("U"))), template="HX1", values=(("1", "Li"), ("2", "你"))),
        {"ContentSid": ["HX1"], "ContentVariables": ['{"1": "Li", "2": "你"}']},
    ),
    ("another provider's template", replace(ONE, template="SMS_1"), {"Body": [ONE.text]}),
]


@pytest.mark.parametrize(("name", "message", "fields"), RICH, ids=[each[0] for each in RICH])
def test_rich_messages_are_texts_with_media_or_content_templates(name: str, message: Outgoing, fields: Any) -> None:
    settings: dict[str, object] = {**SETTINGS, "media_url": MEDIA}
    results, got = asked("twilio", settings, [SENT], lambda chosen: channels.send("twilio", chosen, [message]))
    assert results == [Accepted("SM1")]
    usual = {name: [value] for name, value in FORM.items() if name != "Body"}
    assert parse_qs(got[0].body.decode()) == usual | fields


def test_a_channel_may_have_a_content_template_of_its_own() -> None:
    settings: dict[str, object] = {**SETTINGS, "template": "HX2", "variable": "text"}
    got = asked("twilio", settings, [SENT], lambda chosen: channels.send("twilio", chosen, [ONE]))[1]
    fields = {name: value for name, value in FORM.items() if name != "Body"}
    assert got[0].content() == fields | {"ContentSid": "HX2", "ContentVariables": '{"text": "Hello & 你好"}'}
    settings["media_url"], picture = MEDIA, RICH[1][1]
    got = asked("twilio", settings, [SENT], lambda chosen: channels.send("twilio", chosen, [picture]))[1]
    assert got[0].content() == fields | {"MediaUrl": MEDIA + "/m/7"}, "a template would lose the picture"


UNFIT = [
    (replace(ONE, rich=Rcs("x", suggestions=(CHOICE,))), Code.TEMPLATE),
    (replace(ONE, rich=Rcs(cards=(Card("x", suggestions=(CHOICE,)),))), Code.TEMPLATE),
    (replace(ONE, rich=Rcs(cards=(Card("x"), Card("y")))), Code.TEMPLATE),
    (replace(ONE, rich=Mms("", (Frame("", 7),))), Code.CONTENT),
    (replace(ONE, rich=Mms("", (Frame("", 7),)), media=(PHOTO,)), Code.CONFIG),
    (replace(ONE, rich=Mms("", tuple(Frame("", id) for id in range(11)))), Code.CONTENT),
]


@pytest.mark.parametrize(("message", "code"), UNFIT)
def test_what_twilio_cannot_say_is_left_to_another(message: Outgoing, code: Code) -> None:
    results, got = asked("twilio", SETTINGS, [], lambda chosen: channels.send("twilio", chosen, [message]))
    assert isinstance(results[0], Refused) and (results[0].code, results[0].retryable, got) == (code, True, [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_providers_answers_mean_what_the_table_says(case: Case) -> None:
    play("twilio", case, SETTINGS)


def test_the_signatures_are_the_documents() -> None:
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675309"],
        "Digits": ["1234"],
        "From": ["+14158675309"],
        "To": ["+18005551212"],
    }
    assert signature("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    fields |= {"Caller": ["+12349013030"], "From": ["+12349013030"]}
    assert signature("12345", url, fields) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    url, body = f"https://mycompany.com/myapp.php?bodySHA256={digest}", b'{"property": "value", "boolean": true}'
    assert genuine("12345", url, {}, body, "y77kIzt2vzLz71DgmJGsen2scGs=")
    assert not genuine("12345", url, {}, body + b" ", "y77kIzt2vzLz71DgmJGsen2scGs=")


def call(fields: dict[str, str], query: str = "r=msg_1-1", url: str = CALLBACK, token: str = "token-never-told") -> Any:
    """Headers, body and query of one signed call."""
    signed = signature(token, f"{url}?{query}", {name: [value] for name, value in fields.items()})
    return {"X-Twilio-Signature": signed}, urlencode(fields).encode(), query


def receipt(status: str, error: str = "") -> dict[str, str]:
    return {"MessageSid": "SM1", "MessageStatus": status, "To": ONE.number} | ({"ErrorCode": error} if error else {})


@pytest.mark.parametrize("status", OUTCOMES)
def test_every_status_has_an_outcome(status: str) -> None:
    found = channels.parse_receipts("twilio", SETTINGS, *call(receipt(status, "30003")))[0]
    assert (found.provider_ref, found.reference, found.outcome) == ("SM1", "msg_1-1", OUTCOMES[status])
    bad = found.outcome not in (Outcome.DELIVERED, Outcome.ACCEPTED)
    assert found.code == (Code.ABSENT if bad else None)


def test_every_error_has_a_cause() -> None:
    for error, code in CAUSES.items():
        assert channels.parse_receipts("twilio", SETTINGS, *call(receipt("undelivered", error)))[0].code is code
    assert channels.parse_receipts("twilio", SETTINGS, *call(receipt("failed", "1")))[0].code is Code.UNKNOWN


def test_a_receipt_address_may_have_a_query_of_its_own() -> None:
    settings = {**SETTINGS, "callback": CALLBACK + "?x=1"}
    seen = Seen(PATH, FORM | {"StatusCallback": CALLBACK + "?x=1&r=msg_1-1"})
    play("twilio", Case("own query", [ONE], [SENT], [seen], [Accepted("SM1")]), settings)
    found = channels.parse_receipts("twilio", settings, *call(receipt("delivered"), query="x=1&r=msg_1-1"))
    assert found[0].reference == "msg_1-1"


def test_a_receipt_is_signed_for_the_address_twilio_knows() -> None:
    with_port = CALLBACK.replace(":8000", "")
    settings = {**SETTINGS, "callback": with_port}
    signed_with_port = call(receipt("delivered"), url=with_port.replace("127.0.0.1", "127.0.0.1:80"))
    assert channels.parse_receipts("twilio", settings, *signed_with_port)[0].outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (call(receipt("delivered"), token="another"), "signature"),
        (call(receipt("delivered"), url="http://127.0.0.1:8000/hooks/receipts/8"), "signature"),
        ((*call(receipt("delivered"))[:2], "r=msg_2-1"), "signature"),
        ((call(receipt("delivered"))[0], urlencode(receipt("failed")).encode(), "r=msg_1-1"), "signature"),
        (({}, b"", ""), "signature"),
        (({}, b"\xff", ""), "malformed"),
        (({}, b"a=1&" * 1_000, ""), "malformed"),
        (call(receipt("vanished")), "malformed"),
        (call({"MessageStatus": "delivered"}), "malformed"),
    ],
)
def test_a_call_that_is_not_the_providers_is_refused(given: Any, code: str) -> None:
    with pytest.raises(BadReceipt) as caught:
        channels.parse_receipts("twilio", SETTINGS, *given)
    assert caught.value.code == code


def test_replies_are_read() -> None:
    fields = {"From": "+14155550100", "To": "+15005550006", "Body": "STOP", "MessageSid": "SM9"}
    found = channels.parse_inbound("twilio", SETTINGS, *call(fields))
    address = CALLBACK.replace("receipts", "inbound")
    elsewhere = {**SETTINGS, "replies": address}
    assert channels.parse_inbound("twilio", elsewhere, *call(fields, url=address))[0].text == "STOP"
    assert [(each.number, each.text, each.extension) for each in found] == [("+14155550100", "STOP", "+15005550006")]
    chosen = fields | {"From": "rcs:+14155550100", "To": "rcs:acme", "Body": "Yes", "ButtonPayload": "y"}
    picture = fields | {"Body": "", "MediaUrl0": "https://api.twilio.com/m/1"}
    found = [channels.parse_inbound("twilio", SETTINGS, *call(each))[0] for each in (chosen, picture)]
    assert [(each.number, each.text, each.extension, each.postback) for each in found] == [
        ("+14155550100", "Yes", "acme", "y"),
        ("+14155550100", "https://api.twilio.com/m/1", "+15005550006", ""),
    ]
    assert channels.acknowledgement("twilio", SETTINGS).content_type == "text/xml"


def test_the_simulators_hear_no_replies() -> None:
    with pytest.raises(BadReceipt) as caught:
        channels.parse_inbound("simulator", SETTINGS, {}, b"")
    assert caught.value.code == "unsupported"
