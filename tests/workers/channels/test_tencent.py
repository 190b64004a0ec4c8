"""The table of the tencent channel, the signature of its documents, and its two kinds of call."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import ANY

import pytest

from tests.workers.channels.engine import Canned, Case, Seen, play
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Inbound, Outcome, Outgoing, Refused
from workers.channels.tencent import signing

SETTINGS: dict[str, object] = {
    "secret_id": "AKIDtest",
    "secret_key": "secret-never-told",
    "token": "token-never-told",
    "app_id": "1400006666",
    "signature": "青禾",
    "template": "1110",
    "connections": 1,
    "timeout_s": 2,
}
CODE = (("1", "1234"), ("2", "5"))
ONE = Outgoing("msg_1-1", "+8613800138000", "【禾木】你好", "01")
TWO = Outgoing("msg_2-1", "+8613900139000", "1234", None, "禾木", "22", CODE)
THREE = Outgoing("msg_3-1", "+8613700137000", "1234", None, "禾木", "22", CODE)
ABROAD = Outgoing("msg_4-1", "+85251234567", "1234", None, "禾木", "22", CODE)
WIRE = {
    "PhoneNumberSet": ["+8613800138000"],
    "SmsSdkAppId": "1400006666",
    "TemplateId": "1110",
    "TemplateParamSet": ["你好"],
    "SignName": "禾木",
    "ExtendCode": "01",
    "SessionContext": "msg_1-1",
}
CODES = {
    "PhoneNumberSet": ["+8613900139000", "+8613700137000"],
    "SmsSdkAppId": "1400006666",
    "TemplateId": "22",
    "TemplateParamSet": ["1234", "5"],
    "SignName": "禾木",
}
HEADERS = {
    "X-TC-Action": "SendSms",
    "X-TC-Version": "2021-01-11",
    "X-TC-Region": "ap-guangzhou",
    "X-TC-Timestamp": ANY,
    "Authorization": ANY,
}


def status(message: Outgoing, code: str = "Ok", serial: str = "s1") -> dict[str, Any]:
    return {"SerialNo": serial, "PhoneNumber": message.number, "Fee": 1, "Code": code, "Message": "…", "IsoCode": "CN"}


def answer(*statuses: Any) -> Canned:
    return Canned(200, {"Response": {"SendStatusSet": list(statuses), "RequestId": "r"}})


def error(code: str, http: int = 200) -> Canned:
    return Canned(http, {"Response": {"Error": {"Code": code, "Message": "…"}, "RequestId": "r"}})


def single(name: str, canned: Canned, result: Any) -> Case:
    return Case(name, [ONE], [canned], [Seen("/", WIRE, HEADERS)], [result])


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


BLACK, OFTEN, NEW = (
    "FailedOperation.PhoneNumberInBlacklist",
    "LimitExceeded.PhoneNumberDailyLimit",
    "FailedOperation.New",
)
KEY, SIGN, PACE = "AuthFailure.SignatureFailure", "FailedOperation.SignatureIncorrectOrUnapproved", "LimitExceeded"
LEFT_OUT = Doubtful("the answer leaves this number out")
CASES = [
    single("accepted", answer(status(ONE)), Accepted("s1")),
    single("barred", answer(status(ONE, BLACK, "")), refused(Code.BLOCKED, False, BLACK)),
    single("too many to one number", answer(status(ONE, OFTEN, "")), refused(Code.TOO_OFTEN, False, OFTEN)),
    single("unheard of", answer(status(ONE, NEW, "")), refused(Code.UNKNOWN, False, NEW)),
    single("the signature is not theirs", error(SIGN), refused(Code.SENDER, True, SIGN)),
    single("wrong key", error(KEY), refused(Code.CONFIG, True, KEY)),
    single("too fast", error(PACE), refused(Code.THROTTLED, True, PACE)),
    single("timed out inside", error("InternalError.Timeout"), Doubtful("answered with InternalError.Timeout")),
    single("of one message only", answer(status(ONE, "InternalError.OtherError")), Doubtful(ANY)),
    single("accepted without an id", answer(status(ONE, serial="")), LEFT_OUT),
    single("of another number", answer(status(TWO)), LEFT_OUT),
    single("of nothing", answer(), LEFT_OUT),
    single("no list", Canned(200, {"Response": {}}), Doubtful("the answer names no messages")),
    single("no response", Canned(200, {"ok": 1}), Doubtful("status 200 without a response")),
    single("a proxy's 502", Canned(502, b"<html>"), Doubtful("unreadable answer with status 502")),
    single("words with a 500", error(KEY, 500), Doubtful("status 500 without a response")),
    Case(
        "one request for one text, answers by number",
        [TWO, THREE],
        [answer(status(THREE, serial="s3"), status(TWO, serial="s2"))],
        [Seen("/", CODES)],
        [Accepted("s2"), Accepted("s3")],
    ),
    Case(
        "texts, countries and repeated numbers part a batch, order stays",
        [TWO, ONE, THREE, ABROAD, TWO],
        [
            answer(status(TWO, serial="s2"), status(THREE, BLACK)),
            answer(status(ONE)),
            answer(status(ABROAD, serial="s4")),
            answer(status(TWO, serial="s5")),
        ],
        [
            Seen("/", CODES),
            Seen("/", WIRE),
            Seen("/", CODES | {"PhoneNumberSet": ["+85251234567"], "SessionContext": "msg_4-1"}),
            Seen("/", CODES | {"PhoneNumberSet": ["+8613900139000"], "SessionContext": "msg_2-1"}),
        ],
        [Accepted("s2"), Accepted("s1"), refused(Code.BLOCKED, False, BLACK), Accepted("s4"), Accepted("s5")],
    ),
    Case(
        "without a template nothing leaves",
        [ONE],
        [],
        [],
        [Refused(Code.TEMPLATE, True, "the message has no template of this provider")],
        {"template": ""},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_providers_answers_mean_what_the_table_says(case: Case) -> None:
    play("tencent", case, SETTINGS)


def test_the_signature_is_the_documents() -> None:
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    scope, names, signature = signing.tc3(headers, body, "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm", 1551113065)
    assert (scope, names) == ("2019-02-25/cvm/tc3_request", "content-type;host")
    assert signature == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"


def item(**others: Any) -> dict[str, Any]:
    return {
        "user_receive_time": "2026-11-22 14:40:05",
        "nationcode": "86",
        "mobile": "13800138000",
        "report_status": "SUCCESS",
        "errmsg": "DELIVRD",
        "description": "用户短信送达成功",
        "sid": "s1",
        **others,
    }


def parse(content: Any, query: str = "token=token-never-told") -> list[Any]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return channels.parse_receipts("tencent", SETTINGS, {}, body, query)


@pytest.mark.parametrize(
    ("others", "outcome", "code"),
    [
        ({}, Outcome.DELIVERED, None),
        ({"report_status": "FAIL", "errmsg": "MK:0001"}, Outcome.UNDELIVERED, Code.ABSENT),
        ({"report_status": "FAIL", "errmsg": "REJECTD"}, Outcome.REJECTED, Code.BLOCKED),
        ({"report_status": "FAIL", "errmsg": "EXPIRED", "user_receive_time": ""}, Outcome.EXPIRED, Code.EXPIRED),
        ({"report_status": "FAIL", "errmsg": "?"}, Outcome.UNDELIVERED, Code.UNKNOWN),
    ],
)
def test_receipts_are_read_with_their_outcome_and_cause(
    others: dict[str, Any], outcome: Outcome, code: Code | None
) -> None:
    found = parse([item(**others)])[0]
    assert (found.provider_ref, found.reference, found.outcome, found.code) == ("s1", None, outcome, code)
    if others.get("user_receive_time") != "":
        assert found.at.isoformat() == "2026-11-22T06:40:05+00:00"


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        ([item()], "token=wrong", "signature"),
        ([item()], "", "signature"),
        (b"x", "token=token-never-told", "malformed"),
        ([item(report_status="MAYBE")], "token=token-never-told", "malformed"),
        ([item(report_status="FAIL")], "token=token-never-told", "malformed"),
        ([item(user_receive_time="soon")], "token=token-never-told", "malformed"),
        ([item()] * 1_001, "token=token-never-told", "too_many"),
    ],
)
def test_a_call_that_is_not_the_providers_is_refused(content: Any, query: str, code: str) -> None:
    with pytest.raises(BadReceipt) as caught:
        parse(content, query)
    assert caught.value.code == code


def test_replies_are_read() -> None:
    reply = {
        "extend": "01",
        "mobile": "13800138000",
        "nationcode": "86",
        "sign": "禾木",
        "text": "T",
        "time": 1457336869,
    }
    found = channels.parse_inbound("tencent", SETTINGS, {}, json.dumps(reply).encode(), "token=token-never-told")
    assert [(each.number, each.text, each.extension) for each in found] == [("+8613800138000", "T", "01")]
    assert isinstance(found[0], Inbound) and found[0].at.timestamp() == 1457336869
    assert json.loads(channels.acknowledgement("tencent", SETTINGS).text) == {"result": 0, "errmsg": "OK"}
