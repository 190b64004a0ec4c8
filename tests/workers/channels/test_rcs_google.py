"""The table of the rcs_google channel, its tokens, and its signed events."""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from collections.abc import Iterator
from typing import Any
from unittest.mock import ANY
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tenants.message_templates.rich import Act, Card, Frame, Medium, Mms, Rcs, Suggestion
from tests.workers.channels.engine import ENGINE, Canned, Case, Seen, asked, compare, play
from workers import channels
from workers.channels import (
    Accepted,
    BadReceipt,
    Code,
    Doubtful,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    SendError,
    registry,
)
from workers.channels.base import Misconfigured
from workers.channels.rcs_google.adapter import NAMESPACE, RcsGoogleAdapter
from workers.channels.rcs_google.signing import claim
from workers.channels.tokens import Tokens

KEY = generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
SETTINGS: dict[str, object] = {
    "token_url": ENGINE + "/token",
    "agent_id": "acme_agent",
    "email": "sender@acme.example",
    "private_key": PEM,
    "client_token": "client-token-never-told",
    "connections": 1,
    "timeout_s": 5,
}
ONE = Outgoing("msg_1-1", "+8613800138000", "【禾木】你好")
ID = str(uuid.uuid5(NAMESPACE, "msg_1-1"))
PATH = "/v1/phones/+8613800138000/agentMessages?" + urlencode({"messageId": ID, "agentId": "acme_agent"})
BODY = {"contentMessage": {"text": "【禾木】你好"}, "messageTrafficType": "TRANSACTION", "ttl": "86400s"}
TOKEN = Canned(200, {"access_token": "ya29.never-told", "expires_in": 3599, "token_type": "Bearer"})
ASKED = Seen("/token", {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": ANY})
SEEN = Seen(PATH, BODY, {"Authorization": "Bearer ya29.never-told"})
SENT = Canned(200, {"name": f"phones/+8613800138000/agentMessages/{ID}", "sendTime": "2026-11-22T06:40:05.123456Z"})


@pytest.fixture(autouse=True)
def _no_token_kept() -> Iterator[None]:
    tokens().clear()
    yield
    tokens().clear()


def tokens() -> Tokens:
    found = registry.adapter("rcs_google")
    assert isinstance(found, RcsGoogleAdapter)
    return found.tokens


def said(status: int, word: str) -> Canned:
    return Canned(status, {"error": {"code": status, "message": "…", "status": word}})


def single(name: str, result: Any, *answers: Canned) -> Case:
    return Case(name, [ONE], [TOKEN, *answers], [ASKED, *[SEEN] * len(answers)], [result])


def refused(code: Code, retryable: bool, word: str) -> Refused:
    return Refused(code, retryable, f"refused with {word}", word)


NO_TOKEN = Refused(Code.CONFIG, True, "the provider gives no access token", "invalid_grant")
CASES = [
    single("accepted", Accepted(ID), SENT),
    single("no RCS there", refused(Code.UNREACHABLE, True, "NOT_FOUND"), said(404, "NOT_FOUND")),
    single("not understood", refused(Code.CONTENT, True, "INVALID_ARGUMENT"), said(400, "INVALID_ARGUMENT")),
    single("agent not launched", refused(Code.CONFIG, True, "PERMISSION_DENIED"), said(403, "PERMISSION_DENIED")),
    single("too fast", refused(Code.THROTTLED, True, "RESOURCE_EXHAUSTED"), said(429, "RESOURCE_EXHAUSTED")),
    single("unheard of", refused(Code.UNKNOWN, False, "NEW"), said(409, "NEW")),
    single("a lost answer is asked for again", Accepted(ID), said(503, "UNAVAILABLE"), SENT),
    single("twice lost", Doubtful("status 500"), said(500, "INTERNAL"), said(500, "INTERNAL")),
    single("an HTML page is asked about again", Accepted(ID), Canned(200, b"<html>"), SENT),
    single("pages only", Doubtful("unreadable answer with status 200"), *[Canned(200, b"<html>")] * 2),
    single("no message", Doubtful("status 200"), *[Canned(200, {})] * 2),
    single("an error that is none", Doubtful("status 400 without an error"), Canned(400, {})),
    single("lost, then too fast", Doubtful("status 503"), said(503, "X"), said(429, "RESOURCE_EXHAUSTED")),
    single("lost, then no address", Doubtful("status 503"), said(503, "X"), Canned(404, b"<html>")),
    Case("one token for all", [ONE, ONE], [TOKEN, SENT, SENT], [ASKED, SEEN, SEEN], [Accepted(ID)] * 2),
    Case("no token, nothing sent", [ONE], [Canned(400, {"error": "invalid_grant"})], [ASKED], [NO_TOKEN]),
    Case(
        "nobody to ask for a token",
        [ONE],
        [Canned(502, b"<html>")],
        [ASKED],
        [Refused(Code.UNREACHABLE, True, "no access token: unreadable answer with status 502")],
    ),
    Case(
        "a key that is none",
        [ONE],
        [],
        [],
        [Refused(Code.CONFIG, True, "the private key cannot be read")],
        {"private_key": "key-never-told"},
    ),
]


PHOTO = Medium(7, "a.jpg", "image/jpeg", b"jpeg", "/m/7?s=signed")
CLIP = Medium(8, "b.mp4", "video/mp4", b"mp4", "https://elsewhere.example/8")
CHOICES = (
    Suggestion(Act.REPLY, "好", "yes"),
    Suggestion(Act.OPEN, "看", "https://shop.example/"),
    Suggestion(Act.DIAL, "打", "+861069"),
)
SUGGESTED = [
    {"reply": {"text": "好", "postbackData": "yes"}},
    {
        "action": {
            "text": "看",
            "postbackData": "https://shop.example/",
            "openUrlAction": {"url": "https://shop.example/"},
        }
    },
    {"action": {"text": "打", "postbackData": "+861069", "dialAction": {"phoneNumber": "+861069"}}},
]
SEEN_PHOTO = {
    "height": "MEDIUM",
    "contentInfo": {"fileUrl": "https://localhost/files/m/7?s=signed", "forceRefresh": False},
}
SEEN_CLIP = {
    "height": "MEDIUM",
    "contentInfo": {"fileUrl": "https://elsewhere.example/8", "forceRefresh": False},
}
CARD = Card("题", "文", 7, CHOICES[:1])
SEEN_CARD = {"title": "题", "description": "文", "media": SEEN_PHOTO, "suggestions": SUGGESTED[:1]}
RICH: list[tuple[str, Rcs, dict[str, Any]]] = [
    ("a text", Rcs("你好", suggestions=CHOICES), {"text": "你好", "suggestions": SUGGESTED}),
    (
        "a card",
        Rcs(cards=(CARD,), suggestions=CHOICES[:1]),
        {
            "richCard": {"standaloneCard": {"cardOrientation": "VERTICAL", "cardContent": SEEN_CARD}},
            "suggestions": SUGGESTED[:1],
        },
    ),
    (
        "a carousel",
        Rcs(cards=(CARD, Card(text="二", medium=8))),
        {
            "richCard": {
                "carouselCard": {
                    "cardWidth": "MEDIUM",
                    "cardContents": [SEEN_CARD, {"description": "二", "media": SEEN_CLIP}],
                }
            }
        },
    ),
]


def rich(given: Rcs | Mms, *media: Medium) -> Outgoing:
    return Outgoing(ONE.reference, ONE.number, ONE.text, rich=given, media=media)


@pytest.mark.parametrize(("name", "given", "content"), RICH, ids=[each[0] for each in RICH])
def test_rich_messages_are_written_as_the_provider_reads_them(name: str, given: Rcs, content: Any) -> None:
    seen = Seen(PATH, BODY | {"contentMessage": content})
    case = Case(name, [rich(given, PHOTO, CLIP)], [TOKEN, SENT], [ASKED, seen], [Accepted(ID)])
    play("rcs_google", case, SETTINGS | {"media_url": "https://localhost/files/"})


UNFIT = [
    (rich(Mms("题", (Frame("文"),))), Code.CONFIG, "an MMS cannot leave through this channel"),
    (rich(Rcs("文", (CARD,)), PHOTO), Code.CONTENT, "a text beside cards"),
    (rich(Rcs(cards=(CARD,))), Code.CONTENT, "a medium of the message is missing"),
    (rich(Rcs(cards=(CARD,)), PHOTO), Code.CONFIG, "a medium has no public address"),
]


@pytest.mark.parametrize(("message", "code", "reason"), UNFIT)
def test_what_this_channel_cannot_say_is_left_to_another(message: Outgoing, code: Code, reason: str) -> None:
    play("rcs_google", Case(reason, [message], [TOKEN], [ASKED], [Refused(code, True, reason)]), SETTINGS)


def number(index: int) -> str:
    return f"+86138{index:08d}"


def test_few_numbers_are_asked_for_one_by_one_and_only_clear_answers_count() -> None:
    answers = [
        TOKEN,
        Canned(200, {"features": ["RICHCARD_STANDALONE"]}),
        said(404, "NOT_FOUND"),
        said(403, "PERMISSION_DENIED"),
        Canned(200, {"features": []}),
        said(429, "RESOURCE_EXHAUSTED"),
    ]
    numbers = [number(index) for index in range(6)]
    found, got = asked(
        "rcs_google", SETTINGS, answers, lambda chosen: channels.capabilities("rcs_google", chosen, numbers)
    )
    assert found == {number(0): True, number(1): False, number(3): False}
    assert [each.method for each in got[1:]] == ["GET"] * 5, "asked no more once it was too fast"
    assert got[1].path.startswith(f"/v1/phones/{number(0)}/capabilities?requestId=")


def test_many_numbers_are_asked_for_in_lists() -> None:
    numbers = [number(index) for index in range(10_500)]
    answers = [TOKEN, Canned(200, {"reachableUsers": [number(3)]}), Canned(500, b"<html>")]
    found, got = asked(
        "rcs_google", SETTINGS, answers, lambda chosen: channels.capabilities("rcs_google", chosen, numbers)
    )
    assert found == {}, "an answer that cannot be read says nothing"
    answers[2] = Canned(200, {})
    tokens().clear()
    found, got = asked(
        "rcs_google", SETTINGS, answers, lambda chosen: channels.capabilities("rcs_google", chosen, numbers)
    )
    assert [name for name, reached in found.items() if reached] == [number(3)] and len(found) == 10_500
    assert [(each.path, len(each.content()["users"])) for each in got[1:]] == [
        ("/v1/users:batchGet", 10_000),
        ("/v1/users:batchGet", 500),
    ]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned(200, {}), Receipt),
        (said(404, "NOT_FOUND"), type(None)),
        (Canned(503, b"<html>"), SendError),
        (said(429, "RESOURCE_EXHAUSTED"), SendError),
        (said(401, "UNAUTHENTICATED"), SendError),
    ],
)
def test_what_is_not_delivered_can_be_taken_back(answer: Canned, kind: type) -> None:
    found, got = asked(
        "rcs_google",
        SETTINGS,
        [TOKEN, answer],
        lambda chosen: channels.revoke("rcs_google", chosen, [(ONE.number, ID)])[0],
    )
    path = f"/v1/phones/{ONE.number}/agentMessages/{ID}?agentId=acme_agent"
    compare(got, [ASKED, Seen(path, None, {"Authorization": "Bearer ya29.never-told"}, "DELETE")])
    assert isinstance(found, kind)
    if isinstance(found, Receipt):
        assert (found.provider_ref, found.outcome, found.code) == (ID, Outcome.EXPIRED, Code.TAKEN_BACK)


def test_each_message_is_taken_back_for_itself() -> None:
    answers = [TOKEN, Canned(200, {}), said(404, "NOT_FOUND"), Canned(200, {})]
    wanted = [(number(index), f"id-{index}") for index in range(3)]
    found, got = asked("rcs_google", SETTINGS, answers, lambda chosen: channels.revoke("rcs_google", chosen, wanted))
    assert sorted(str(type(each).__name__) for each in found) == ["NoneType", "Receipt", "Receipt"]
    assert all(each is None or each.provider_ref == wanted[at][1] for at, each in enumerate(found)), "in order"
    assert {each.path.partition("?")[0] for each in got[1:]} == {
        f"/v1/phones/{to}/agentMessages/{ref}" for to, ref in wanted
    }


@pytest.mark.parametrize(("minutes", "patience_s"), [(None, 600.0), (3, 180.0), (0, None)])
def test_how_long_is_waited_before_taking_back_is_a_setting(minutes: int | None, patience_s: float | None) -> None:
    own = {} if minutes is None else {"revoke_min": minutes}
    assert channels.patience_s("rcs_google", SETTINGS | own) == patience_s
    assert channels.patience_s("rcs_google", {}) is None, "settings that are not whole"


def test_settings_that_are_not_whole_take_nothing_back_for_now() -> None:
    assert isinstance(channels.revoke("rcs_google", {}, [(ONE.number, ID)])[0], SendError)


def test_kinds_that_cannot_tell_or_take_back_say_nothing() -> None:
    assert channels.capabilities("simulator", {}, [ONE.number]) == {}
    assert channels.revoke("simulator", {}, [(ONE.number, ID)]) == [None]
    assert channels.patience_s("simulator", {}) is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_providers_answers_mean_what_the_table_says(case: Case) -> None:
    play("rcs_google", case, SETTINGS)


def test_a_token_that_was_taken_from_us_is_not_used_again() -> None:
    unknown = refused(Code.CONFIG, True, "UNAUTHENTICATED")
    play("rcs_google", single("refused", unknown, said(401, "UNAUTHENTICATED")), SETTINGS)
    assert len(tokens()) == 0


def test_the_claim_is_a_jwt_the_accounts_public_key_proves() -> None:
    text, _, signature = claim("sender@acme.example", PEM, "https://x/token", 1_000).rpartition(".")
    KEY.public_key().verify(base64.urlsafe_b64decode(signature + "=="), text.encode(), PKCS1v15(), SHA256())
    claims = json.loads(base64.urlsafe_b64decode(text.partition(".")[2] + "=="))
    assert (claims["iss"], claims["aud"], claims["exp"] - claims["iat"]) == (
        "sender@acme.example",
        "https://x/token",
        3_600,
    )
    with pytest.raises(Misconfigured):
        claim("e", "-----BEGIN nonsense", "a", 1)


def call(event: Any, secret: str = "client-token-never-told") -> tuple[dict[str, str], bytes]:
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), data, "sha512")).decode()
    message = {"message": {"data": base64.b64encode(data).decode(), "attributes": {}}}
    return {"X-Goog-Signature": signature}, json.dumps(message).encode()


def event(word: str, **others: Any) -> dict[str, Any]:
    return {"senderPhoneNumber": ONE.number, "eventType": word, "messageId": ID, "agentId": "acme_agent", **others}


@pytest.mark.parametrize(
    ("word", "outcome", "code"),
    [
        ("DELIVERED", Outcome.DELIVERED, None),
        ("READ", Outcome.DELIVERED, None),
        ("TTL_EXPIRATION_REVOKED", Outcome.EXPIRED, Code.UNREACHABLE),
    ],
)
def test_events_of_delivery_are_receipts(word: str, outcome: Outcome, code: Code | None) -> None:
    given = event(word, sendTime="2026-11-22T06:40:05.123456789Z")
    found = channels.parse_receipts("rcs_google", SETTINGS, *call(given))[0]
    assert (found.provider_ref, found.outcome, found.code) == (ID, outcome, code)
    assert found.at.isoformat() == "2026-11-22T06:40:05+00:00"


@pytest.mark.parametrize("word", ["IS_TYPING", "TTL_EXPIRATION_REVOKE_FAILED", "SOMETHING_NEW"])
def test_other_events_say_nothing_of_delivery(word: str) -> None:
    assert channels.parse_receipts("rcs_google", SETTINGS, *call(event(word))) == []


def test_setting_the_webhook_up_is_answered_with_its_secret() -> None:
    body = json.dumps({"clientToken": "client-token-never-told", "secret": "1234567890"}).encode()
    assert channels.parse_receipts("rcs_google", SETTINGS, {}, body) == []
    assert channels.acknowledgement("rcs_google", SETTINGS, body).text == "1234567890"
    assert channels.acknowledgement("rcs_google", SETTINGS, call(event("READ"))[1]).text == "ok\n"
    with pytest.raises(BadReceipt):
        channels.parse_receipts("rcs_google", SETTINGS, {}, body.replace(b"never-told", b"guessed"))


def test_texts_and_chosen_suggestions_are_replies() -> None:
    said = {"senderPhoneNumber": ONE.number, "text": "STOP", "messageId": "m1", "sendTime": "2026-11-22T06:40:05Z"}
    chosen = {"senderPhoneNumber": ONE.number, "suggestionResponse": {"text": "Yes", "postbackData": "y"}}
    file = {"senderPhoneNumber": ONE.number, "userFile": {"payload": {"fileUri": "https://f.example/1"}}}
    place = {"senderPhoneNumber": ONE.number, "location": {"latitude": 31.2, "longitude": 121.5}}
    found = [channels.parse_inbound("rcs_google", SETTINGS, *call(each))[0] for each in (said, chosen, file, place)]
    assert [each.text for each in found] == ["STOP", "Yes", "https://f.example/1", "31.2,121.5"]
    assert [each.postback for each in found] == ["", "y", "", ""]
    tapped = {**chosen, "suggestionResponse": {"type": "ACTION", "text": "Open", "postbackData": "https://x"}}
    assert channels.parse_inbound("rcs_google", SETTINGS, *call(tapped)) == []
    assert channels.parse_inbound("rcs_google", SETTINGS, *call(event("READ"))) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (call(event("READ"), secret="another"), "signature"),
        (({}, call(event("READ"))[1]), "signature"),
        ((call(event("READ"))[0], call(event("DELIVERED"))[1]), "signature"),
        (({}, b"{}"), "malformed"),
        (({}, b"[]"), "malformed"),
        (({}, b"[{},{}]"), "too_many"),
        (({}, b'{"message": {"data": "?"}}'), "malformed"),
        (call(b"no json"), "malformed"),
        (call({"eventType": "READ"}), "malformed"),
        (call(event("READ", sendTime="soon")), "malformed"),
    ],
)
def test_a_call_that_is_not_the_providers_is_refused(given: Any, code: str) -> None:
    with pytest.raises(BadReceipt) as caught:
        channels.parse_receipts("rcs_google", SETTINGS, *given)
    assert caught.value.code == code
