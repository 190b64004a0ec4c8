"""The table of the aliyun channel, the signatures of its documents, and its two kinds of call."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import ANY

import pytest

from tests.workers.channels.engine import Canned, Case, Seen, play
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Inbound, Outcome, Outgoing, Refused
from workers.channels.aliyun import signing

SETTINGS: dict[str, object] = {
    "access_key_id": "LTAI-test",
    "access_key_secret": "secret-never-told",
    "token": "token-never-told",
    "signature": "青禾",
    "template": "SMS_1",
    "variable": "content",
    "connections": 1,
    "timeout_s": 2,
}
ONE = Outgoing("msg_1-1", "+8613800138000", "【禾木】你好", "01")
TWO = Outgoing("msg_2-1", "+8613900139000", "Hello")
OWN = Outgoing("msg_3-1", "+85251234567", "Code 1234", None, "禾木", "SMS_2", (("code", "1234"), ("minutes", "5")))
FORM = {
    "PhoneNumbers": "13800138000",
    "SignName": "禾木",
    "TemplateCode": "SMS_1",
    "TemplateParam": '{"content":"你好"}',
    "OutId": "msg_1-1",
    "SmsUpExtendCode": "01",
}
HEADERS = {"x-acs-action": "SendSms", "x-acs-version": "2017-05-25", "Authorization": ANY, "x-acs-signature-nonce": ANY}
BOTH = {
    "PhoneNumberJson": '["13800138000","13900139000"]',
    "SignNameJson": '["禾木","青禾"]',
    "TemplateCode": "SMS_1",
    "TemplateParamJson": '[{"content":"你好"},{"content":"Hello"}]',
    "SmsUpExtendCodeJson": '["01",""]',
}
SENT = Canned(200, {"Code": "OK", "Message": "OK", "BizId": "9^0", "RequestId": "r"})


def single(name: str, answer: Canned, result: Any) -> Case:
    return Case(name, [ONE], [answer], [Seen("/", FORM, HEADERS)], [result])


def said(code: str, status: int = 400) -> Canned:
    return Canned(status, {"Code": code, "Message": "…", "RequestId": "r"})


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


def ref(number: str, biz_id: str = "9^0") -> str:
    from workers.channels.aliyun.adapter import AliyunAdapter, _ref

    return _ref(channels.Settings(AliyunAdapter.fields, SETTINGS), biz_id, number)


NUMBER, OFTEN, BUSY = "isv.MOBILE_NUMBER_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR"
KEY, PACE = "InvalidAccessKeyId.NotFound", "Throttling.User"
CASES = [
    single("accepted", SENT, Accepted(ref("13800138000"))),
    single("refused for good", said(NUMBER, 200), refused(Code.NUMBER_INVALID, False, NUMBER)),
    single("too many to one number", said(OFTEN, 200), refused(Code.TOO_OFTEN, False, OFTEN)),
    single("their fault, again", said(BUSY, 200), refused(Code.BUSY, True, BUSY)),
    single("wrong key", said(KEY, 404), refused(Code.CONFIG, True, KEY)),
    single("too fast", said(PACE), refused(Code.THROTTLED, True, PACE)),
    single("too fast, by 503", said(PACE, 503), refused(Code.THROTTLED, True, PACE)),
    single("unheard of", said("isv.NEW"), refused(Code.UNKNOWN, False, "isv.NEW")),
    single("unheard of, by 500", said("isv.NEW", 500), Doubtful("answered with isv.NEW")),
    single("broken inside", said("InternalError", 500), Doubtful("answered with InternalError")),
    single("unavailable", said("ServiceUnavailable", 503), Doubtful("answered with ServiceUnavailable")),
    single("a proxy's 503", Canned(503, b"<html>"), Doubtful("unreadable answer with status 503")),
    single("no code", Canned(200, {"BizId": "9^0"}), Doubtful("status 200 without a code")),
    single("no id", Canned(200, {"Code": "OK"}), Doubtful("the answer has no BizId")),
    single(
        "nobody there",
        Canned(404, b"<html>"),
        Refused(Code.CONFIG, True, "nothing takes messages at this address (status 404)"),
    ),
    Case(
        "a batch",
        [ONE, TWO],
        [SENT],
        [Seen("/", BOTH, {"x-acs-action": "SendBatchSms"})],
        [Accepted(ref("13800138000")), Accepted(ref("13900139000"))],
    ),
    Case(
        "a batch stands or falls whole",
        [ONE, TWO],
        [said("isv.AMOUNT_NOT_ENOUGH")],
        [Seen("/", BOTH)],
        [refused(Code.CREDIT, True, "isv.AMOUNT_NOT_ENOUGH")] * 2,
    ),
    Case(
        "templates and repeated numbers part a batch",
        [ONE, OWN, ONE],
        [SENT, SENT, SENT],
        [
            Seen("/", FORM),
            Seen(
                "/",
                {
                    "PhoneNumbers": "85251234567",
                    "SignName": "禾木",
                    "TemplateCode": "SMS_2",
                    "TemplateParam": '{"code":"1234","minutes":"5"}',
                    "OutId": "msg_3-1",
                },
            ),
            Seen("/", FORM),
        ],
        [Accepted(ref("13800138000")), Accepted(ref("+85251234567")), Accepted(ref("13800138000"))],
    ),
    Case(
        "without a template nothing leaves",
        [ONE, OWN],
        [SENT],
        [Seen("/", ANY)],
        [Refused(Code.TEMPLATE, True, "the message has no template of this provider"), Accepted(ref("+85251234567"))],
        {"template": ""},
    ),
    Case(
        "signed the old way",
        [ONE],
        [SENT],
        [
            Seen(
                "/",
                FORM
                | {"Action": "SendSms", "AccessKeyId": "LTAI-test", "Format": "JSON", "Version": "2017-05-25"}
                | {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0"}
                | {"SignatureNonce": ANY, "Timestamp": ANY, "Signature": ANY},
            )
        ],
        [Accepted(ref("13800138000"))],
        {"signing": "HMAC-SHA1"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_providers_answers_mean_what_the_table_says(case: Case) -> None:
    play("aliyun", case, SETTINGS)


def test_the_old_signature_is_the_documents() -> None:
    sms = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert signing.v1("GET", sms, "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="
    regions = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }
    assert signing.v1("GET", regions, "testsecret") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def test_the_new_signature_is_the_documents() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = signing.canonical(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    names, signature = signing.acs3("POST", query, headers, b"", "YourAccessKeySecret")
    assert names == ";".join(headers)
    assert signature == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def item(**others: Any) -> dict[str, Any]:
    return {
        "phone_number": "13800138000",
        "send_time": "2026-11-22 14:40:00",
        "report_time": "2026-11-22 14:40:05",
        "success": True,
        "err_code": "DELIVERED",
        "err_msg": "用户接收成功",
        "sms_size": "1",
        "biz_id": "9^0",
        "out_id": "msg_1-1",
        **others,
    }


def parse(content: Any, query: str = "token=token-never-told") -> list[Any]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return channels.parse_receipts("aliyun", SETTINGS, {}, body, query)


def test_a_receipt_names_its_message_by_batch_and_number() -> None:
    found = parse([item(), item(phone_number="8613900139000", out_id="", success=False, err_code="MK:0001")])
    assert [each.provider_ref for each in found] == [ref("+8613800138000"), ref("+8613900139000")]
    assert [each.reference for each in found] == ["msg_1-1", None]
    assert found[0].at.isoformat() == "2026-11-22T06:40:05+00:00"
    assert "13900139000" not in repr(found[1])


@pytest.mark.parametrize(
    ("carrier_code", "outcome", "code"),
    [
        ("MOBILE_NOT_ON_SERVICE", Outcome.UNDELIVERED, Code.ABSENT),
        ("MOBILE_IN_BLACK", Outcome.REJECTED, Code.BLOCKED),
        ("CONTENT_KEYWORD", Outcome.REJECTED, Code.CONTENT),
        ("EXPIRED", Outcome.EXPIRED, Code.EXPIRED),
        ("MK:0012", Outcome.UNDELIVERED, Code.ABSENT),
        ("never heard of", Outcome.UNDELIVERED, Code.UNKNOWN),
    ],
)
def test_a_receipts_cause_is_told_in_our_terms(carrier_code: str, outcome: Outcome, code: Code) -> None:
    found = parse([item(success=False, err_code=carrier_code)])[0]
    assert (found.outcome, found.code, found.carrier_code) == (outcome, code, carrier_code)


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        ([item()], "token=wrong", "signature"),
        ([item()], "", "signature"),
        ([item()], "token=%FF%00", "signature"),
        (b"[", "token=token-never-told", "malformed"),
        (b"[" * 100_000, "token=token-never-told", "malformed"),
        ([["x"]], "token=token-never-told", "malformed"),
        ([{"biz_id": "9"}], "token=token-never-told", "malformed"),
        ([item(report_time="yesterday")], "token=token-never-told", "malformed"),
        ([item(success=False, err_code="DELIVRD")], "token=token-never-told", "malformed"),
        ([item()] * 1_001, "token=token-never-told", "too_many"),
    ],
)
def test_a_call_that_is_not_the_providers_is_refused(content: Any, query: str, code: str) -> None:
    with pytest.raises(BadReceipt) as caught:
        parse(content, query)
    assert caught.value.code == code


def test_replies_are_read() -> None:
    reply = {
        "phone_number": "18612345678",
        "send_time": "20260901080000",
        "content": "退订",
        "sign_name": "禾木",
        "dest_code": "1234",
        "sequence_id": 1234567890,
    }
    found = channels.parse_inbound("aliyun", SETTINGS, {}, json.dumps([reply]).encode(), "token=token-never-told")
    assert [(each.number, each.text, each.extension, each.provider_ref) for each in found] == [
        ("+8618612345678", "退订", "1234", "1234567890")
    ]
    assert isinstance(found[0], Inbound) and found[0].at.isoformat() == "2026-09-01T00:00:00+00:00"
    assert json.loads(channels.acknowledgement("aliyun", SETTINGS).text)["code"] == 0
