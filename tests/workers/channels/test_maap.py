"""The table of the maap channel in both forms, its tokens, and the calls of its platforms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import ANY

import pytest

from tenants.message_templates.rich import Act, Card, Frame, Medium, Mms, Rcs, Suggestion
from tests.workers.channels.engine import Canned, Case, Seen, asked, compare, play
from tests.workers.protocols.mm7.test_hostile import HOSTILE
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Refused, SendError, registry
from workers.channels.maap.adapter import MaapAdapter
from workers.channels.maap.codes import DOUBTS, REFUSALS, STATES
from workers.channels.maap.signing import authorization
from workers.channels.tokens import Tokens
from workers.protocols.markup import Element, read
from workers.protocols.mm7.mime import split

BOT = "sip:10690001@botplatform.rcs.vnet.cn"
ROOT = "/bot/v1/sip%3A10690001%40botplatform.rcs.vnet.cn"
SETTINGS: dict[str, object] = {
    "url": "http://127.0.0.1:1",
    "chatbot": BOT,
    "app_id": "app001",
    "app_key": "key-never-told",
    "token": "token-never-told",
    "connections": 1,
    "timeout_s": 1,
}
BY_XML = {**SETTINGS, "form": "xml"}
QUERY = "token=token-never-told"
ONE = Outgoing("msg_1-1", "+8613800138000", "【青禾】你好 <1>")
TOKEN = Canned(200, {"accessToken": "at-1", "expires": 7200, "errorCode": 0})
ASKED = Seen(ROOT + "/accessToken", {"appId": "app001", "appKey": "key-never-told"})
BODY = {
    "messageId": "msg_1-1",
    "messageList": [{"contentType": "text/plain", "contentText": "【青禾】你好 <1>"}],
    "destinationAddress": ["tel:+8613800138000"],
    "senderAddress": BOT,
    "conversationId": ANY,
    "contributionId": ANY,
    "reportRequest": ["sent", "delivered", "displayed", "failed", "deliveredToNetwork"],
    "serviceCapability": [{"capabilityId": "ChatbotSA", "version": '+g.gsma.rcs.botversion="#=1"'}],
    "storeSupported": True,
    "smsSupported": False,
}
SEEN = Seen(ROOT + "/messages", BODY, {"Authorization": "accessToken at-1"})
SENT = Canned(200, {"messageId": "msg_1-1", "errorCode": 0, "errorMessage": ""})


@pytest.fixture(autouse=True)
def _no_token_kept() -> Iterator[None]:
    tokens().clear()
    yield
    tokens().clear()


def tokens() -> Tokens:
    found = registry.adapter("maap")
    assert isinstance(found, MaapAdapter)
    return found.tokens


def refused(code: Code, retryable: bool, word: str) -> Refused:
    return Refused(code, retryable, f"refused with {word}", word)


def oma(word: str, status: int = 400) -> Canned:
    return Canned(status, {"requestError": {"serviceException": {"messageId": word, "text": "…"}}})


def single(name: str, canned: Canned, result: Any) -> Case:
    return Case(name, [ONE], [TOKEN, canned], [ASKED, SEEN], [result])


CASES = [
    single("accepted", SENT, Accepted("msg_1-1")),
    single("accepted in words", Canned(200, {"code": "00000", "messageId": "x9"}), Accepted("x9")),
    single("no id", Canned(200, {"errorCode": 0}), Doubtful("the answer has no message id")),
    single("no code", Canned(200, {}), Doubtful("status 200 without a code")),
    single("success that is none", Canned(500, {"errorCode": 0}), Doubtful("status 500 without a code")),
    single("bad number", oma("SVC0004"), refused(Code.NUMBER_INVALID, False, "SVC0004")),
    single("not for this person", oma("POL1001", 403), refused(Code.UNREACHABLE, True, "POL1001")),
    single("known by its status", oma("SVC9999", 429), refused(Code.THROTTLED, True, "429")),
    single("unheard of", Canned(400, {"errorCode": 77}), refused(Code.UNKNOWN, False, "77")),
    single("broken inside", Canned(500, {"errorCode": 77}), Doubtful("answered with 77")),
    single("a page", Canned(200, b"<html>"), Doubtful("unreadable answer with status 200")),
    Case("one token for all", [ONE, ONE], [TOKEN, SENT, SENT], [ASKED, SEEN, SEEN], [Accepted("msg_1-1")] * 2),
    Case(
        "no token, nothing sent",
        [ONE],
        [Canned(200, {"errorCode": 40001})],
        [ASKED],
        [Refused(Code.CONFIG, True, "the platform gives no access token", "40001")],
    ),
    Case(
        "nobody to ask for a token",
        [ONE],
        [Canned(502, b"<html>")],
        [ASKED],
        [Refused(Code.UNREACHABLE, True, "no access token: unreadable answer with status 502")],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_platforms_answers_mean_what_the_table_says(case: Case) -> None:
    play("maap", case, SETTINGS)


@pytest.mark.parametrize("word", [*REFUSALS, *DOUBTS])
def test_every_code_is_refused_or_in_doubt_in_either_form(word: str) -> None:
    by_xml = Canned(400, f"<r><code>{word}</code><messageId>m</messageId></r>".encode())
    for settings, answers in ((SETTINGS, [TOKEN, oma(word)]), (BY_XML, [by_xml])):
        tokens().clear()
        given: dict[str, object] = {**settings}
        found = asked("maap", given, answers, lambda chosen: channels.send("maap", chosen, [ONE]))[0][0]
        if word in DOUBTS:
            assert isinstance(found, Doubtful)
        else:
            assert isinstance(found, Refused) and (found.code, found.retryable) == REFUSALS[word]


def test_a_token_that_was_taken_from_us_is_not_used_again() -> None:
    play("maap", single("refused", oma("X", 401), refused(Code.CONFIG, True, "401")), SETTINGS)
    assert len(tokens()) == 0


PHOTO = Medium(7, "a.jpg", "image/jpeg", b"jpeg", "/m/7?s=1")
CHOICES = (
    Suggestion(Act.REPLY, "好", "yes"),
    Suggestion(Act.OPEN, "看", "https://shop.example/"),
    Suggestion(Act.DIAL, "打", "+861069"),
)
SUGGESTED: list[dict[str, Any]] = [
    {"reply": {"displayText": "好", "postback": {"data": "yes"}}},
    {
        "action": {
            "urlAction": {"openUrl": {"url": "https://shop.example/"}},
            "displayText": "看",
            "postback": {"data": "https://shop.example/"},
        }
    },
    {
        "action": {
            "dialerAction": {"dialPhoneNumber": {"phoneNumber": "+861069"}},
            "displayText": "打",
            "postback": {"data": "+861069"},
        }
    },
]
CARD = Card("题", "文", 7, CHOICES)
SEEN_CARD = {
    "media": {
        "mediaUrl": "https://localhost/m/7?s=1",
        "mediaContentType": "image/jpeg",
        "mediaFileSize": 4,
        "height": "MEDIUM_HEIGHT",
    },
    "title": "题",
    "description": "文",
    "suggestions": SUGGESTED,
}
BOT_MESSAGE = "application/vnd.gsma.botmessage.v1.0+json"
CHIPS = {
    "contentType": "application/vnd.gsma.botsuggestion.v1.0+json",
    "contentText": {"suggestions": SUGGESTED[:1]},
}
ONE_CARD = {"message": {"generalPurposeCard": {"layout": {"cardOrientation": "VERTICAL"}, "content": SEEN_CARD}}}
TWO_CARDS = {
    "message": {
        "generalPurposeCardCarousel": {
            "layout": {"cardWidth": "MEDIUM_WIDTH"},
            "content": [SEEN_CARD, {"title": "二"}],
        }
    }
}
RICH: list[tuple[str, Rcs, list[dict[str, Any]]]] = [
    ("a text", Rcs("你好"), [{"contentType": "text/plain", "contentText": "你好"}]),
    ("chips", Rcs("你好", suggestions=CHOICES[:1]), [{"contentType": "text/plain", "contentText": "你好"}, CHIPS]),
    ("a card", Rcs(cards=(CARD,)), [{"contentType": BOT_MESSAGE, "contentText": ONE_CARD}]),
    (
        "a carousel",
        Rcs(cards=(CARD, Card("二")), suggestions=CHOICES[:1]),
        [{"contentType": BOT_MESSAGE, "contentText": TWO_CARDS}, CHIPS],
    ),
]


def rich(given: Rcs | Mms, *media: Medium) -> Outgoing:
    return Outgoing(ONE.reference, ONE.number, ONE.text, rich=given, media=media)


@pytest.mark.parametrize(("name", "given", "contents"), RICH, ids=[each[0] for each in RICH])
def test_cards_are_written_as_phones_read_them(name: str, given: Rcs, contents: Any) -> None:
    seen = Seen(SEEN.path, BODY | {"messageList": contents})
    case = Case(name, [rich(given, PHOTO)], [TOKEN, SENT], [ASKED, seen], [Accepted("msg_1-1")])
    play("maap", case, SETTINGS | {"media_url": "https://localhost"})


@pytest.mark.parametrize(
    ("message", "text"),
    [(rich(Rcs("文", fallback="短信")), "短信"), (ONE, ONE.text), (rich(Rcs("文")), "")],
)
def test_falling_back_is_the_carriers_only_when_it_is_left_to_it(message: Outgoing, text: str) -> None:
    for fallback, wanted in (("ours", ""), ("carrier", text)):
        for form in ("json", "xml"):
            tokens().clear()
            answers = [TOKEN, SENT] if form == "json" else [ACCEPTED]
            given: dict[str, object] = {**SETTINGS, "form": form, "fallback": fallback}
            got = asked("maap", given, answers, lambda chosen: channels.send("maap", chosen, [message]))[1][-1]
            if form == "json":
                content = got.content()
                assert (content["smsSupported"], content.get("smsContent", "")) == (bool(wanted), wanted)
            else:
                told = found(read(got.body), "outboundIMMessage")
                assert told.said("shortMessageSupported") == ("true" if wanted else "false")
                assert told.said("smsBodyText") == wanted


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (rich(Mms("题", (Frame("文"),))), Code.CONFIG),
        (rich(Rcs("文", (CARD,)), PHOTO), Code.CONTENT),
        (rich(Rcs(cards=(CARD,))), Code.CONTENT),
        (rich(Rcs(cards=(CARD,)), PHOTO), Code.CONFIG),
    ],
)
def test_what_this_channel_cannot_say_is_left_to_another(message: Outgoing, code: Code) -> None:
    for settings, answers in ((SETTINGS, [TOKEN]), (BY_XML, [])):
        tokens().clear()
        given: dict[str, object] = {**settings}
        result = asked("maap", given, answers, lambda chosen: channels.send("maap", chosen, [message]))[0][0]
        assert isinstance(result, Refused) and (result.code, result.retryable) == (code, True)


ACCEPTED = Canned(200, b"<r><code>00000</code><messageId>m-9</messageId></r>")
MADE = Canned(
    201,
    b'<?xml version="1.0"?><m:resourceReference xmlns:m="urn:oma:xml:rest:netapi:messaging:1">'
    b"<resourceURL>https://maap.example/messaging/group/v1/outbound/b/requests/m-9/status</resourceURL>"
    b"</m:resourceReference>",
)
XML_ANSWERS = [
    (ACCEPTED, Accepted("m-9")),
    (MADE, Accepted("m-9")),
    (Canned(200, b"<r><code>00000</code></r>"), Doubtful("the answer has no message id")),
    (Canned(200, b"<r/>"), Doubtful("status 200 without a code")),
    (Canned(400, b"<r><messageId>SVC0004</messageId></r>"), refused(Code.NUMBER_INVALID, False, "SVC0004")),
    (Canned(500, b"<r><code>88</code></r>"), Doubtful("answered with 88")),
    (Canned(200, b"welcome"), Doubtful("unreadable answer with status 200")),
    (Canned(200, HOSTILE["billion laughs"]), Doubtful("unreadable answer with status 200")),
    (Canned(404, b""), Refused(Code.CONFIG, True, "nothing takes messages at this address (status 404)")),
]


@pytest.mark.parametrize(("canned", "result"), XML_ANSWERS)
def test_answers_in_xml_mean_what_the_table_says(canned: Canned, result: Any) -> None:
    assert asked("maap", BY_XML, [canned], lambda chosen: channels.send("maap", chosen, [ONE]))[0] == [result]


def found(root: Element, *path: str) -> Element:
    element = root.find(*path)
    assert element is not None
    return element


def test_a_request_in_xml_is_the_documents() -> None:
    got = asked("maap", BY_XML, [ACCEPTED], lambda chosen: channels.send("maap", chosen, [ONE]))[1][0]
    assert got.path == "/messaging/group/v1/outbound/sip%3A10690001%40botplatform.rcs.vnet.cn/requests"
    assert got.header("Authorization") == authorization("app001", "key-never-told", str(got.header("Date")))
    root = read(got.body)
    assert (root.name, root.namespace) == ("outboundMessageRequest", "urn:oma:xml:rest:netapi:messaging:1")
    assert (root.said("address"), root.said("senderAddress")) == ("tel:+8613800138000", BOT)
    told = found(root, "outboundIMMessage")
    assert (told.said("contentType"), told.said("bodyText")) == ("text/plain", ONE.text)
    assert [each.text for each in told.all("reportRequest")] == ["Delivered", "Failed", "Interworking"]
    assert told.said("serviceCapability", "version") == '+g.gsma.rcs.botversion="#=1"'


def test_cards_with_suggestions_are_parts_of_one_body_in_xml() -> None:
    settings: dict[str, object] = {**BY_XML, "media_url": "https://localhost"}
    message = rich(Rcs(cards=(CARD,), suggestions=CHOICES[:1]), PHOTO)
    got = asked("maap", settings, [ACCEPTED], lambda chosen: channels.send("maap", chosen, [message]))[1][0]
    told = found(read(got.body), "outboundIMMessage")
    assert told.said("contentType").startswith("multipart/mixed; boundary=")
    parts = split(told.said("bodyText").replace("\r\n", "\n").encode())
    assert [(part.kind, json.loads(part.content)) for part in parts] == [
        (BOT_MESSAGE, ONE_CARD),
        (CHIPS["contentType"], CHIPS["contentText"]),
    ]


def test_the_digest_is_the_documents() -> None:
    assert authorization("app001", "pass001", "Tue, 15 Nov 2022 08:12:31 GMT") == (
        "Basic YXBwMDAxOmM2OTMyYmJlNzA2ZGVkY2M2ZjFiZjZiNTMzMGY5NTQ4YmE4ZDlkYmE5ZDM1MDc4MGU0ZGQyYzZlODlkMjk1OGQ="
    )


def test_taking_back_is_wished_for_and_told_of_by_a_receipt() -> None:
    result, got = asked(
        "maap", SETTINGS, [TOKEN, SENT], lambda chosen: channels.revoke("maap", chosen, [(ONE.number, "msg_1-1")])
    )
    wish = {"messageId": "msg_1-1", "destinationAddress": ["tel:+8613800138000"], "status": "RevokeRequested"}
    assert result == [None]
    compare(got, [ASKED, Seen(ROOT + "/revoke", wish)])


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_wish_that_was_not_taken_down_is_made_again(status: int) -> None:
    answers = [TOKEN, Canned(status, b"<html>")]
    result, _ = asked("maap", SETTINGS, answers, lambda chosen: channels.revoke("maap", chosen, [(ONE.number, "m")]))
    assert isinstance(result[0], SendError)


@pytest.mark.parametrize(
    ("own", "patience_s"),
    [({}, 600.0), ({"revoke_min": 2}, 120.0), ({"form": "xml"}, None), ({"fallback": "carrier"}, None)],
)
def test_only_where_we_fall_back_ourselves_is_anything_taken_back(
    own: dict[str, object], patience_s: float | None
) -> None:
    assert channels.patience_s("maap", SETTINGS | own) == patience_s


def state(word: str, form: int) -> bytes:
    at = "2026-11-22T14:41:00+08:00"
    if form == 0:
        return json.dumps({"messageId": "msg_1-1", "status": word, "dateTime": at}).encode()
    if form == 1:
        info = {"messageId": "msg_1-1", "status": word, "errorCode": "7"}
        return json.dumps({"dateTime": at, "deliveryInfoList": [info]}).encode()
    if form == 2:
        info = {"address": "tel:+8613800138000", "messageId": "msg_1-1", "deliveryStatus": word, "dateTime": at}
        return json.dumps({"deliveryInfo": info, "link": []}).encode()
    return (
        f'<m:deliveryInfoNotification xmlns:m="urn:x"><deliveryInfo><address>tel:+8613800138000</address>'
        f"<messageId>msg_1-1</messageId><deliveryStatus>{word}</deliveryStatus><dateTime>{at}</dateTime>"
        f"</deliveryInfo></m:deliveryInfoNotification>"
    ).encode()


@pytest.mark.parametrize("form", range(4))
@pytest.mark.parametrize("word", STATES)
def test_every_state_has_an_outcome_in_every_form(word: str, form: int) -> None:
    told = channels.parse_receipts("maap", SETTINGS, {}, state(word, form), QUERY)[0]
    assert (told.provider_ref, told.reference, told.outcome, told.code) == ("msg_1-1", "msg_1-1", *STATES[word])
    assert told.at.isoformat() == "2026-11-22T06:41:00+00:00"
    assert channels.parse_inbound("maap", SETTINGS, {}, state(word, form), QUERY) == []


def test_words_are_read_whatever_their_capitals_and_some_say_nothing() -> None:
    told = channels.parse_receipts("maap", SETTINGS, {}, state("DeliveredToTerminal", 2), QUERY)
    assert told[0].outcome is Outcome.DELIVERED
    assert channels.parse_receipts("maap", SETTINGS, {}, state("RevokeFailed", 2), QUERY) == []
    taken_back = channels.parse_receipts("maap", SETTINGS, {}, state("RevokeOk", 2), QUERY)[0]
    assert (taken_back.outcome, taken_back.code) == (Outcome.EXPIRED, Code.TAKEN_BACK)


CHOSEN = "application/vnd.gsma.botsuggestion.response.v1.0+json; charset=utf-8"
REPLY = {"response": {"reply": {"displayText": "好", "postback": {"data": "yes"}}}}


def reply(kind: str, content: Any) -> bytes:
    said = {
        "messageId": "mo-1",
        "senderAddress": "tel:+8613800138000",
        "destinationAddress": [BOT],
        "messageList": [{"contentType": kind, "contentText": content}],
    }
    return json.dumps(said).encode()


def test_texts_and_chosen_replies_are_answers() -> None:
    by_xml = (
        '<n:inboundMessageNotification xmlns:n="urn:x"><inboundMessage><senderAddress>tel:+8613800138000'
        f"</senderAddress><destinationAddress>{BOT}</destinationAddress><messageId>mo-1</messageId>"
        f"<inboundIMMessage><contentType>%s</contentType><bodyText><![CDATA[%s]]></bodyText></inboundIMMessage>"
        "</inboundMessage></n:inboundMessageNotification>"
    )
    for body, text, postback in (
        (reply("text/plain", "TD"), "TD", ""),
        (reply(CHOSEN, REPLY), "好", "yes"),
        (reply(CHOSEN, json.dumps(REPLY)), "好", "yes"),
        ((by_xml % ("text/plain", "退订 & <x>")).encode(), "退订 & <x>", ""),
        ((by_xml % (CHOSEN, json.dumps(REPLY))).encode(), "好", "yes"),
    ):
        told = channels.parse_inbound("maap", SETTINGS, {}, body, QUERY)[0]
        assert (told.number, told.text, told.postback) == ("+8613800138000", text, postback)
        assert (told.extension, told.provider_ref) == ("10690001", "mo-1")
        assert channels.parse_receipts("maap", SETTINGS, {}, body, QUERY) == []
    tapped = reply(CHOSEN, {"response": {"action": {"displayText": "看"}}})
    assert channels.parse_inbound("maap", SETTINGS, {}, tapped, QUERY) == []
    assert channels.acknowledgement("maap", SETTINGS, tapped).content_type == "application/json"


XML_ONLY = [name for name, data in HOSTILE.items() if data[:1] == b"<"]


@pytest.mark.parametrize("name", XML_ONLY)
def test_hostile_calls_are_refused_or_say_nothing(name: str) -> None:
    for parse in (channels.parse_receipts, channels.parse_inbound):
        try:
            assert parse("maap", SETTINGS, {}, HOSTILE[name], QUERY) == []
        except BadReceipt as error:
            assert error.code == "malformed"


@pytest.mark.parametrize(
    ("body", "query", "code"),
    [
        (state("sent", 0), "", "signature"),
        (state("sent", 0), "token=guessed", "signature"),
        (state("vanished", 0), QUERY, "malformed"),
        (state("vanished", 3), QUERY, "malformed"),
        (b"[]", QUERY, "malformed"),
        (b"{}", QUERY, "malformed"),
        (b"no json", QUERY, "malformed"),
        (b'{"messageId": "", "status": "sent"}', QUERY, "malformed"),
        (b'{"messageId": "a", "status": "sent", "dateTime": "soon"}', QUERY, "malformed"),
        (json.dumps({"deliveryInfoList": [{}] * 1_001}).encode(), QUERY, "too_many"),
    ],
)
def test_a_call_that_is_not_the_platforms_is_refused(body: bytes, query: str, code: str) -> None:
    with pytest.raises(BadReceipt) as caught:
        channels.parse_receipts("maap", SETTINGS, {}, body, query)
    assert caught.value.code == code


def test_an_answer_that_cannot_be_read_is_refused() -> None:
    for body in (reply(CHOSEN, {}), reply(CHOSEN, "no json"), b'{"messageList": [{}]}', b'{"messageList": 5}'):
        with pytest.raises(BadReceipt):
            channels.parse_inbound("maap", SETTINGS, {}, body, QUERY)
