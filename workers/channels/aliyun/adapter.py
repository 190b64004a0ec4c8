"""Alibaba Cloud SMS: SendSms for one message, SendBatchSms for up to 100 of one template.

https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendbatchsms
https://help.aliyun.com/zh/sms/developer-reference/smsreport-2 (receipts), …/smsup (replies)

All messages of a batch get one BizId, so a message is known by BizId and number. Its name here is the BizId and a keyed
digest of the number, because such names are kept in the clear. Only a message sent alone carries our reference.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from workers.channels.aliyun import signing
from workers.channels.aliyun.codes import CAUSES, DOUBTS, REFUSALS
from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
    Field,
    Inbound,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    SendResult,
    Settings,
)
from workers.channels.calls import items, malformed, token
from workers.channels.http import Http, nth, spread
from workers.channels.mainland import Filled, e164, fill, local, moment
from workers.channels.meaning import cause, verdict

BATCH_MAX: Final = 100
SIGNINGS: Final = (signing.ALGORITHM, "HMAC-SHA1")


class AliyunAdapter:
    """Signature, template and values come from the message, or from the channel with the text as the one value."""

    kind: ClassVar[str] = "aliyun"
    batch_max: ClassVar[int] = BATCH_MAX
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address", default="https://dysmsapi.aliyuncs.com", public=True),
        Field("access_key_id", "text", "Access key ID"),
        Field("access_key_secret", "text", "Access key secret", secret=True),
        Field("signing", "choice", "Signing of requests", default=SIGNINGS[0], choices=SIGNINGS),
        Field("signature", "text", "Signature", required=False, help="For messages that begin with none"),
        Field("template", "text", "Template", required=False, help="For messages without a template of this provider"),
        Field("variable", "text", "Variable", required=False, help="The variable of that template that takes the text"),
        Field("token", "text", "Receipt token", secret=True, help="Ends the receipt address: ?token=…"),
        Field("batch", "number", "Messages per request", default=BATCH_MAX, high=BATCH_MAX),
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=50),
    )

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        count = nth()

        def alike(message: Outgoing) -> tuple[str, int]:
            filled = _filled(settings, message)
            return filled.template if isinstance(filled, Filled) else "", count(message)

        request = partial(_request, settings, http)
        batch, connections = settings.number("batch"), settings.number("connections")
        return await spread(messages, request, batch=batch, connections=connections, alike=alike)

    def by_code(self, settings: Settings) -> bool:
        return not (settings.text("template") and settings.text("variable"))

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        token(query, settings.text("token"))
        found = items(body)
        with malformed():
            return [_receipt(settings, item) for item in found]

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        token(query, settings.text("token"))
        found = items(body)
        with malformed():
            return [_inbound(item) for item in found]

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        return Acknowledgement('{"code": 0, "msg": "ok"}', "application/json")


def _filled(settings: Settings, message: Outgoing) -> Filled | Refused:
    return fill(
        message,
        signature=settings.text("signature"),
        template=settings.text("template"),
        variable=settings.text("variable"),
    )


async def _request(settings: Settings, http: Http, part: Sequence[Outgoing]) -> list[SendResult]:
    filled = []
    for message in part:
        each = _filled(settings, message)
        if isinstance(each, Refused):  # then all of them, or they would not be alike
            return [each] * len(part)
        filled.append(each)
    action, parameters = _one(part[0], filled[0]) if len(part) == 1 else _many(part, filled)
    content = await _call(settings, http, action, parameters)
    ref = content.get("BizId")
    if content.get("Code") != "OK":
        return [verdict(str(content["Code"]), REFUSALS, DOUBTS, broken=content["status"] >= 500)] * len(part)
    if not isinstance(ref, str) or not ref:
        raise AnswerLost("the answer has no BizId")
    return [Accepted(_ref(settings, ref, message.number)) for message in part]


def _one(message: Outgoing, filled: Filled) -> tuple[str, dict[str, str]]:
    parameters = {
        "PhoneNumbers": local(message.number),
        "SignName": filled.signature,
        "TemplateCode": filled.template,
        "TemplateParam": _json(dict(filled.values)),
        "OutId": message.reference,
    }
    return "SendSms", parameters | ({"SmsUpExtendCode": message.extension} if message.extension else {})


def _many(part: Sequence[Outgoing], filled: Sequence[Filled]) -> tuple[str, dict[str, str]]:
    parameters = {
        "PhoneNumberJson": _json([local(message.number) for message in part]),
        "SignNameJson": _json([each.signature for each in filled]),
        "TemplateCode": filled[0].template,
        "TemplateParamJson": _json([dict(each.values) for each in filled]),
    }
    if any(message.extension for message in part):
        parameters["SmsUpExtendCodeJson"] = _json([message.extension or "" for message in part])
    return "SendBatchSms", parameters


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


async def _call(settings: Settings, http: Http, action: str, parameters: dict[str, str]) -> dict[str, Any]:
    """The answer and its HTTP status, always with a Code."""
    url = settings.text("url").rstrip("/") + "/"
    key_id, secret = settings.text("access_key_id"), settings.text("access_key_secret")
    at, nonce = datetime.now(UTC), secrets.token_hex(16)
    if settings.text("signing") == signing.ALGORITHM:
        body = signing.canonical(parameters).encode()
        headers = signing.acs3_headers(action, urlsplit(url).netloc, body, key_id, secret, at=at, nonce=nonce)
    else:
        parameters = signing.v1_parameters(action, parameters, key_id, secret, at=at, nonce=nonce)
        body, headers = signing.canonical(parameters).encode(), {"content-type": "application/x-www-form-urlencoded"}
    reply = await http.post(url, headers=headers, body=body, limit_s=settings.number("timeout_s"))
    content = reply.json()
    if not isinstance(content.get("Code"), str):
        raise AnswerLost(f"status {reply.status} without a code")
    return content | {"status": reply.status}


def _ref(settings: Settings, biz_id: str, number: str) -> str:
    digest = hmac.new(settings.text("token").encode(), f"{biz_id}/{local(number)}".encode(), "sha256")
    return f"{biz_id}/{digest.hexdigest()[:16]}"


def _receipt(settings: Settings, item: dict[str, Any]) -> Receipt:
    carrier_code, out_id = str(item["err_code"]), item.get("out_id")
    outcome, code = (Outcome.DELIVERED, None) if item["success"] in (True, "true") else cause(carrier_code, CAUSES)
    if outcome is Outcome.DELIVERED and item["success"] not in (True, "true"):
        raise ValueError("the receipt contradicts itself")
    return Receipt(
        provider_ref=_ref(settings, str(item["biz_id"]), str(item["phone_number"])),
        reference=out_id if isinstance(out_id, str) and out_id else None,
        outcome=outcome,
        code=code,
        at=moment(item["report_time"]),
        carrier_code=carrier_code,
    )


def _inbound(item: dict[str, Any]) -> Inbound:
    return Inbound(
        number=e164(str(item["phone_number"])),
        text=str(item["content"]),
        at=moment(item["send_time"]),
        extension=str(item.get("dest_code") or ""),
        provider_ref=str(item.get("sequence_id") or ""),
    )
