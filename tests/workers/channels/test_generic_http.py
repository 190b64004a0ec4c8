"""The table of the generic_http channel: one made-up provider by plain settings, and the shipped presets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from unittest.mock import ANY
from urllib.parse import urlencode

import pytest

from tests.workers.channels.engine import Canned, Case, Seen, play
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Refused
from workers.channels.calls import same, token
from workers.channels.generic_http.presets import PRESETS

SETTINGS: dict[str, object] = {
    "body": '{"to": "{{to}}", "text": "{{text}}", "id": "{{reference}}"}',
    "headers": "Authorization: Basic {{basic}}",
    "user": "acme",
    "secret": "secret-never-told",
    "sender": "10690001",
    "success_at": "result",
    "success_is": "ok|queued",
    "id_at": "message.id",
    "code_at": "error.code | /^ERR (\\d+)/",
    "refusals": "7 = number_invalid\n8 = carrier_busy again\n9 = doubt",
    "callback": "http://127.0.0.1:9/hooks/receipts/7",
    "proof_secret": "proof-never-told",
    "receipt_list": "items",
    "receipt_id": "id",
    "receipt_reference": "ref",
    "receipt_status": "state",
    "receipt_words": "Done = delivered\nlost = undelivered\nlate = expired\nbarred = rejected",
    "receipt_code": "why",
    "receipt_codes": "3 = absent",
    "receipt_at": "at",
    "reply_number": "from",
    "reply_text": "text",
    "reply_to": "to",
    "connections": 1,
    "timeout_s": 2,
}
ONE = Outgoing("msg_1-1", "+8613800138000", '【禾木】"你好" & <\\>\n')
FILED = Outgoing("msg_2-1", "+8613900139000", "【禾木】1234", None, "禾木", "T2", (("code", "1234"), ("minutes", "5")))
JSON = {"to": "+8613800138000", "text": ONE.text, "id": "msg_1-1"}
BASIC = {"Authorization": "Basic " + base64.b64encode(b"acme:secret-never-told").decode()}
SENT = Canned(200, {"result": "ok", "message": {"id": 42}})


def single(name: str, canned: Canned, result: Any, **settings: object) -> Case:
    return Case(name, [ONE], [canned], [Seen("/", JSON, BASIC)], [result], settings)


def error(code: object, status: int = 200) -> Canned:
    return Canned(status, {"result": "no", "error": {"code": code}})


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


def by_status(code: Code, retryable: bool, status: int) -> Refused:
    return Refused(code, retryable, f"refused with status {status}", str(status))


CASES = [
    single("accepted", SENT, Accepted("42")),
    single("accepted without an id of theirs", SENT, Accepted("msg_1-1"), id_at=""),
    single("success without an id", Canned(200, {"result": "queued"}), Doubtful("the answer has no id")),
    single("refused for good", error(7), refused(Code.NUMBER_INVALID, False, "7")),
    single("refused for now", error("8", 400), refused(Code.BUSY, True, "8")),
    single("refused for now, by 503", error("8", 503), refused(Code.BUSY, True, "8")),
    single("a code of doubt", error(9), Doubtful("answered with 9")),
    single("unheard of", error(99), refused(Code.UNKNOWN, False, "99")),
    single("unheard of, by 500", error(99, 500), Doubtful("answered with 99")),
    single("a code in plain words", Canned(200, b"ERR 7 bad number"), refused(Code.NUMBER_INVALID, False, "7")),
    single("neither success nor code", Canned(200, {"result": "no"}), Doubtful("unreadable answer with status 200")),
    single("an HTML page", Canned(200, b"<html>"), Doubtful("unreadable answer with status 200")),
    single("a proxy's 403", Canned(403, b"<html>"), Doubtful("unreadable answer with status 403")),
    single("a proxy's 502", Canned(502, b""), Doubtful("unreadable answer with status 502")),
    single("key refused", Canned(401, {}), by_status(Code.CONFIG, True, 401)),
    single("too fast", Canned(429, {}), by_status(Code.THROTTLED, True, 429)),
    single("not understood", Canned(400, {}), by_status(Code.UNKNOWN, False, 400)),
    single("wrong address", Canned(404, b"<html>"), by_status(Code.CONFIG, True, 404)),
    single("another status than agreed", SENT, Doubtful("unreadable answer with status 200"), success_status="201,202"),
    Case(
        "a form",
        [FILED],
        [SENT],
        [
            Seen(
                "/",
                {"to": "13900139000", "t": "T2", "p": '["1234", "5"]', "s": "禾木", "from": "10690001", "text": "1234"},
            )
        ],
        [Accepted("42")],
        {
            "body_type": "form",
            "body": "to={{local}}&t={{template}}&p={{values}}&s={{signature}}&from={{sender}}&text={{body}}",
        },
    ),
    Case(
        "values inside JSON",
        [FILED],
        [SENT],
        [Seen("/", {"list": ["1234", "5"], "by_name": {"code": "1234", "minutes": "5"}, "cb": ANY})],
        [Accepted("42")],
        {"body": '{"list": {{values}}, "by_name": {{fields}}, "cb": "{{callback}}"}'},
    ),
    Case(
        "all in the address",
        [ONE],
        [Canned(200, b"OK 42")],
        [Seen("/send?to=8613800138000&text=%E3%80%90%E7%A6%BE%E6%9C%A8%E3%80%91%22%E4%BD%A0%E5%A5%BD%22%20%26%20%3C%5C%3E%0A",
              None, method="GET")],
        [Accepted("42")],
        {"method": "GET", "body": "", "success_at": "/^OK/", "success_is": "", "id_at": "/^OK (\\d+)/"},
        "/send?to={{number}}&text={{text}}",
    ),
    Case(
        "without a template nothing leaves",
        [ONE],
        [],
        [],
        [Refused(Code.TEMPLATE, True, "the message has no template of this provider")],
        {"body": '{"t": "{{template}}"}'},
    ),
    *(
        Case(f"wrong settings send nothing: {fault}", [ONE], [], [], [Refused(Code.CONFIG, True, fault)], {name: value})
        for name, value, fault in [
            ("body", "{{nothing}}", "no such placeholder: nothing"),
            ("headers", "Authorization", "line 1 has no :"),
            ("headers", "X: {{text}}", "a setting cannot stand in a header"),
            ("refusals", "1 = whatever", "no such code: whatever"),
            ("refusals", "x", "line 1 has no ="),
            ("receipt_words", "x = whatever", "the receipt words name an outcome that does not exist"),
            ("receipt_codes", "x = whatever", "no such code: whatever"),
            ("success_status", "2xx", "the success statuses cannot be read"),
            ("success_is", "(", "an expression cannot be read"),
            ("code_at", "/(/", "an expression cannot be read"),
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_answers_mean_what_the_settings_say(case: Case) -> None:
    play("generic_http", case, SETTINGS)


@pytest.mark.parametrize(
    "url",
    [
        "http://provider.example/send",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/",
        "https://[fd00::1]/",
        "http://0.0.0.0:1/",
        "https://intranet/",
        "https://{{text}}.example/",
        "https://[::1",
    ],
)
def test_an_address_must_lead_out_and_be_encrypted(url: str) -> None:
    assert channels.faults(channels.fields("generic_http"), {**SETTINGS, "url": url}) == {"url": "not_public"}


@pytest.mark.parametrize(
    "url", ["https://provider.example/{{to}}", "http://127.0.0.1:9", "http://[::1]:9", "http://localhost"]
)
def test_addresses_outside_and_this_machine_are_allowed(url: str) -> None:
    assert not channels.faults(channels.fields("generic_http"), {**SETTINGS, "url": url})


def test_a_choice_must_be_one_of_those_offered() -> None:
    given = {**SETTINGS, "url": "http://localhost", "method": "DELETE", "proof": "none"}
    assert channels.faults(channels.fields("generic_http"), given) == {
        "method": "not_a_choice",
        "proof": "not_a_choice",
    }


def item(**others: Any) -> dict[str, Any]:
    return {"id": 42, "ref": "msg_1-1", "state": "done", "at": "2026-11-22T14:40:00+08:00", **others}


def parse(body: bytes, query: str = "token=proof-never-told", headers: Any = None, **settings: object) -> list[Any]:
    return channels.parse_receipts(
        "generic_http", {**SETTINGS, "url": "http://localhost", **settings}, headers or {}, body, query
    )


def listed(*items: Any) -> bytes:
    return json.dumps({"items": items}).encode()


@pytest.mark.parametrize(
    ("others", "outcome", "code"),
    [
        ({}, Outcome.DELIVERED, None),
        ({"state": "LOST", "why": 3}, Outcome.UNDELIVERED, Code.ABSENT),
        ({"state": "late", "why": 4}, Outcome.EXPIRED, Code.UNKNOWN),
        ({"state": "barred"}, Outcome.REJECTED, Code.UNKNOWN),
        ({"state": "on its way"}, Outcome.ACCEPTED, None),
    ],
)
def test_receipts_mean_what_the_settings_say(others: dict[str, Any], outcome: Outcome, code: Code | None) -> None:
    found = parse(listed(item(**others)))[0]
    assert (found.provider_ref, found.reference, found.outcome, found.code) == ("42", "msg_1-1", outcome, code)
    assert found.at.isoformat() == "2026-11-22T06:40:00+00:00"


@pytest.mark.parametrize(
    "at", ["2026-11-22T06:40:00Z", "2026-11-22 06:40:00 +0000", 1795329600, "1795329600000", "2026-11-22 14:40:00"]
)
def test_times_are_read_in_every_usual_form(at: Any) -> None:
    assert parse(listed(item(at=at)), zone_h=8)[0].at.isoformat() == "2026-11-22T06:40:00+00:00"


def test_a_receipt_whose_time_cannot_be_read_counts() -> None:
    assert parse(listed(item(at="half past two")))[0].outcome is Outcome.DELIVERED


def test_receipts_come_as_forms_and_in_the_address_too() -> None:
    plain = {"receipt_list": "", "receipt_form": "form"}
    fields = urlencode({"id": "42", "ref": "", "state": "Done"})
    assert parse(fields.encode(), **plain)[0].provider_ref == "42"
    in_address = {**plain, "receipt_form": "query"}
    assert parse(b"", f"{fields}&token=proof-never-told", **in_address)[0].outcome is Outcome.DELIVERED


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha512"])
def test_a_signed_call_is_taken_in_either_encoding(name: str) -> None:
    body, settings = listed(item()), {"proof": f"hmac-{name}", "proof_name": "X-Proof"}
    digest = hmac.digest(b"proof-never-told", body, name)
    for shown in (digest.hex(), digest.hex().upper(), base64.b64encode(digest).decode(), f"{name}={digest.hex()}"):
        assert parse(body, "", {"x-proof": shown}, **settings)
    for shown in ("", digest.hex()[:-1], hashlib.new(name, body).hexdigest()):
        with pytest.raises(BadReceipt):
            parse(body, "", {"x-proof": shown}, **settings)


@pytest.mark.parametrize(
    ("body", "query", "headers", "settings", "code"),
    [
        (listed(item()), "", {}, {}, "signature"),
        (listed(item()), "token=wrong", {}, {}, "signature"),
        (listed(item()), "token=proof-never-told", {"X-T": "wrong"}, {"proof_name": "X-T"}, "signature"),
        (b"", "id=1&state=done", {"X-P": ""}, {"proof": "hmac-sha256", "receipt_form": "query"}, "signature"),
        (b"no json", "token=proof-never-told", {}, {}, "malformed"),
        (b"[" * 100_000, "token=proof-never-told", {}, {}, "malformed"),
        (listed("text"), "token=proof-never-told", {}, {}, "malformed"),
        (listed({"id": 1}), "token=proof-never-told", {}, {}, "malformed"),
        (listed({"state": "done"}), "token=proof-never-told", {}, {}, "malformed"),
        (listed(*[item()] * 1_001), "token=proof-never-told", {}, {}, "too_many"),
    ],
)
def test_a_call_that_is_not_the_providers_is_refused(
    body: bytes, query: str, headers: dict[str, str], settings: dict[str, object], code: str
) -> None:
    with pytest.raises(BadReceipt) as caught:
        parse(body, query, headers, **settings)
    assert caught.value.code == code


def test_an_empty_secret_proves_nothing() -> None:
    with pytest.raises(BadReceipt):
        same("", "")
    with pytest.raises(BadReceipt):
        token("token=", "")


def test_replies_are_read_where_the_settings_say() -> None:
    settings = {**SETTINGS, "url": "http://localhost"}
    body = listed({"from": "8613800138000", "text": "退订", "to": 10690001})
    found = channels.parse_inbound("generic_http", settings, {}, body, "token=proof-never-told")[0]
    assert (found.number, found.text, found.extension) == ("+8613800138000", "退订", "10690001")
    with pytest.raises(BadReceipt):
        channels.parse_inbound("generic_http", settings | {"reply_text": ""}, {}, body, "token=proof-never-told")


OWN = {
    "user": "key",
    "secret": "secret-never-told",
    "sender": "Acme",
    "proof_secret": "proof-never-told",
    "timeout_s": 2,
}
CALLBACK = "http://127.0.0.1:9/r"
REPORT = CALLBACK + "?token=proof-never-told"
TEXT = Outgoing("msg_1-1", "+447700900123", 'Say "hi"')

# name → the message, the request it makes, an answer of theirs, and what it means
PRESET_CASES = {
    "huawei": (
        FILED,
        Seen(
            "/",
            {
                "from": "Acme",
                "to": "+8613900139000",
                "templateId": "T2",
                "templateParas": '["1234", "5"]',
                "signature": "禾木",
                "statusCallback": REPORT,
                "extend": "msg_2-1",
            },
            {"Authorization": 'WSSE realm="SDP",profile="UsernameToken",type="Appkey"', "X-WSSE": ANY},
        ),
        {"result": [{"smsMsgId": "h1", "status": "000000"}], "code": "000000", "description": "Success"},
        (200, Accepted("h1")),
        {"result": [{"smsMsgId": "h1", "status": "E200041"}], "code": "E000510", "description": "…"},
        (200, refused(Code.TOO_OFTEN, False, "E200041")),
    ),
    "vonage": (
        TEXT,
        Seen(
            "/",
            {
                "api_key": "key",
                "api_secret": "secret-never-told",
                "from": "Acme",
                "to": "447700900123",
                "text": 'Say "hi"',
                "type": "unicode",
                "client-ref": "msg_1-1",
                "callback": REPORT,
            },
        ),
        {"message-count": "1", "messages": [{"to": "447700900123", "message-id": "v1", "status": "0"}]},
        (200, Accepted("v1")),
        {"message-count": "1", "messages": [{"status": "5", "error-text": "…"}]},
        (200, Doubtful("answered with 5")),
    ),
    "sinch": (
        TEXT,
        Seen(
            "/",
            {
                "from": "Acme",
                "to": ["+447700900123"],
                "body": 'Say "hi"',
                "client_reference": "msg_1-1",
                "delivery_report": "per_recipient",
                "callback_url": REPORT,
            },
            {"Authorization": "Bearer secret-never-told"},
        ),
        {"id": "s1", "to": ["447700900123"], "canceled": False},
        (201, Accepted("s1")),
        {"code": "syntax_invalid_json", "text": "…"},
        (400, refused(Code.CONFIG, True, "syntax_invalid_json")),
    ),
    "infobip": (
        TEXT,
        Seen(
            "/",
            {
                "messages": [
                    {
                        "from": "Acme",
                        "destinations": [{"to": "447700900123"}],
                        "text": 'Say "hi"',
                        "callbackData": "msg_1-1",
                        "notifyUrl": REPORT,
                        "notifyContentType": "application/json",
                    }
                ]
            },
            {"Authorization": "App secret-never-told"},
        ),
        {
            "messages": [
                {
                    "to": "447700900123",
                    "messageId": "i1",
                    "status": {"groupName": "PENDING", "name": "PENDING_ACCEPTED"},
                }
            ]
        },
        (200, Accepted("i1")),
        {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED", "text": "…"}}},
        (401, refused(Code.CONFIG, True, "UNAUTHORIZED")),
    ),
}


def preset(name: str) -> dict[str, object]:
    return {**PRESETS[name], **OWN, "callback": CALLBACK}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_speaks_as_its_provider_does(name: str) -> None:
    message, seen, good, (good_status, accepted), bad, (bad_status, not_accepted) = PRESET_CASES[name]
    play("generic_http", Case(name, [message], [Canned(good_status, good)], [seen], [accepted]), preset(name))
    play("generic_http", Case(name, [message], [Canned(bad_status, bad)], [seen], [not_accepted]), preset(name))


PRESET_RECEIPTS = {
    "huawei": (
        urlencode({"smsMsgId": "h1", "status": "MK:0001", "extend": "msg_1-1", "updateTime": "2026-11-22T06:40:00Z"}),
        ("h1", Outcome.UNDELIVERED),
    ),
    "vonage": (
        json.dumps(
            {"messageId": "v1", "status": "delivered", "err-code": "0", "client-ref": "msg_1-1"}
            | {"message-timestamp": "2026-11-22 06:40:00 +0000"}
        ),
        ("v1", Outcome.DELIVERED),
    ),
    "sinch": (
        json.dumps(
            {"type": "recipient_delivery_report_sms", "batch_id": "s1", "recipient": "447700900123", "code": 406}
            | {"status": "Expired", "at": "2026-11-22T06:40:00.000Z", "client_reference": "msg_1-1"}
        ),
        ("s1", Outcome.EXPIRED),
    ),
    "infobip": (
        json.dumps(
            {
                "results": [
                    {"messageId": "i1", "doneAt": "2026-11-22T06:40:00.000+0000", "callbackData": "msg_1-1"}
                    | {"status": {"groupName": "REJECTED"}, "error": {"name": "EC_CALL_BARRED"}}
                ]
            }
        ),
        ("i1", Outcome.REJECTED),
    ),
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_its_providers_receipts(name: str) -> None:
    body, expected = PRESET_RECEIPTS[name]
    settings = preset(name)
    found = channels.parse_receipts("generic_http", settings, {}, body.encode(), "token=proof-never-told")[0]
    assert (found.provider_ref, found.outcome) == expected
    assert found.reference == "msg_1-1" and found.at.isoformat() == "2026-11-22T06:40:00+00:00"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_lacks_nothing_but_the_accounts_own(name: str) -> None:
    fields = channels.fields("generic_http")
    assert PRESETS[name].keys() <= {field.name for field in fields}
    assert channels.faults(fields, PRESETS[name]) == {"proof_secret": "required"}


@pytest.mark.parametrize("name", PRESETS)
def test_what_names_a_template_sends_by_code_alone_unless_it_has_one_for_every_text(name: str) -> None:
    without = {**preset(name), "template": "", "variable": ""}
    assert channels.by_code("generic_http", without) == (name == "huawei")
    assert channels.by_code("generic_http", without | {"template": "T1"}) == (name == "huawei")
    assert not channels.by_code("generic_http", without | {"template": "T1", "variable": "content"})
    assert not channels.by_code(
        "twilio", {"account_sid": "a", "auth_token": "b", "sender": "+1", "callback": "http://x/"}
    )
