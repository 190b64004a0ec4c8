"""Tencent Cloud SMS: SendSms takes up to 200 numbers that get the same template with the same values.

https://cloud.tencent.com/document/api/382/55981 (SendSms), https://cloud.tencent.com/document/product/382/59178 (calls)
"""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
    Doubtful,
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
from workers.channels.mainland import Filled, e164, fill, moment
from workers.channels.meaning import cause, verdict
from workers.channels.tencent.codes import CAUSES, DOUBTS, REFUSALS
from workers.channels.tencent.signing import signed

BATCH_MAX: Final = 200
VARIABLE: Final = "1"  # variables have numbers here


class TencentAdapter:
    """A message without a template of its own goes as the channel's template, with its text as variable {1}."""

    kind: ClassVar[str] = "tencent"
    batch_max: ClassVar[int] = BATCH_MAX
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address", default="https://sms.tencentcloudapi.com", public=True),
        Field("secret_id", "text", "Secret ID"),
        Field("secret_key", "text", "Secret key", secret=True),
        Field("app_id", "text", "Application ID", help="SmsSdkAppId"),
        Field("region", "text", "Region", default="ap-guangzhou"),
        Field("signature", "text", "Signature", required=False, help="For messages that begin with none"),
        Field("template", "text", "Template", required=False, help="Its one variable, {1}, takes the whole text"),
        Field("token", "text", "Receipt token", secret=True, help="Ends the receipt address: ?token=…"),
        Field("batch", "number", "Messages per request", default=BATCH_MAX, high=BATCH_MAX),
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=50),
    )

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        count = nth()

        def alike(message: Outgoing) -> Hashable:
            return _filled(settings, message), message.extension, message.number.startswith("+86"), count(message)

        request = partial(_request, settings, http)
        batch, connections = settings.number("batch"), settings.number("connections")
        return await spread(messages, request, batch=batch, connections=connections, alike=alike)

    def by_code(self, settings: Settings) -> bool:
        return not settings.text("template")

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        token(query, settings.text("token"))
        found = items(body)
        with malformed():
            return [_receipt(item) for item in found]

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        token(query, settings.text("token"))
        found = items(body)
        with malformed():
            return [_inbound(item) for item in found]

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        return Acknowledgement('{"result": 0, "errmsg": "OK"}', "application/json")


def _filled(settings: Settings, message: Outgoing) -> Filled | Refused:
    signature, template = settings.text("signature"), settings.text("template")
    return fill(message, signature=signature, template=template, variable=VARIABLE)


async def _request(settings: Settings, http: Http, part: Sequence[Outgoing]) -> list[SendResult]:
    filled = _filled(settings, part[0])
    if isinstance(filled, Refused):
        return [filled] * len(part)
    answer = await _call(settings, http, _wire(settings, part, filled))
    error, statuses = answer.get("Error"), answer.get("SendStatusSet")
    if isinstance(error, dict) and isinstance(error.get("Code"), str):
        return [verdict(error["Code"], REFUSALS, DOUBTS)] * len(part)
    if not isinstance(statuses, list):
        raise AnswerLost("the answer names no messages")
    by_number = {each.get("PhoneNumber"): each for each in statuses if isinstance(each, dict)}
    return [_result(by_number.get(message.number)) for message in part]


def _wire(settings: Settings, part: Sequence[Outgoing], filled: Filled) -> dict[str, Any]:
    wire = {
        "PhoneNumberSet": [message.number for message in part],
        "SmsSdkAppId": settings.text("app_id"),
        "TemplateId": filled.template,
        "TemplateParamSet": [value for _, value in filled.values],
        "SignName": filled.signature,
        "ExtendCode": part[0].extension,
        "SessionContext": part[0].reference if len(part) == 1 else None,
    }
    return {name: value for name, value in wire.items() if value not in (None, "")}


async def _call(settings: Settings, http: Http, content: dict[str, Any]) -> dict[str, Any]:
    url, body = settings.text("url").rstrip("/") + "/", json.dumps(content, ensure_ascii=False).encode()
    headers = signed(
        "SendSms",
        urlsplit(url).netloc,
        settings.text("region"),
        body,
        settings.text("secret_id"),
        settings.text("secret_key"),
        int(time.time()),
    )
    reply = await http.post(url, headers=headers, body=body, limit_s=settings.number("timeout_s"))
    answer = reply.json().get("Response")
    if reply.status != 200 or not isinstance(answer, dict):
        raise AnswerLost(f"status {reply.status} without a response")
    return answer


def _result(status: dict[str, Any] | None) -> SendResult:
    code, serial = (status or {}).get("Code"), (status or {}).get("SerialNo")
    if not isinstance(code, str) or (code == "Ok" and not serial):
        return Doubtful("the answer leaves this number out")
    return Accepted(str(serial)) if code == "Ok" else verdict(code, REFUSALS, DOUBTS)


def _receipt(item: dict[str, Any]) -> Receipt:
    carrier_code = str(item["errmsg"])
    outcome, code = {
        "SUCCESS": (Outcome.DELIVERED, None),
        "FAIL": cause(carrier_code, CAUSES),
    }[item["report_status"]]
    if outcome is Outcome.DELIVERED and item["report_status"] == "FAIL":
        raise ValueError("the receipt contradicts itself")
    received = item.get("user_receive_time")
    at = moment(received) if received else datetime.now(UTC)
    return Receipt(str(item["sid"]), None, outcome, code, at, carrier_code)


def _inbound(item: dict[str, Any]) -> Inbound:
    number = f"{item['nationcode']}{item['mobile']}"
    return Inbound(
        number=e164(number),
        text=str(item["text"]),
        at=datetime.fromtimestamp(int(item["time"]), UTC),
        extension=str(item.get("extend") or ""),
    )
