"""The simulated carrier over HTTP: one message a request or up to 500, receipts in signed JSON calls."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from workers.channels.base import (
    Accepted,
    AnswerLost,
    BadReceipt,
    Code,
    Doubtful,
    Field,
    Misconfigured,
    Outgoing,
    Receipt,
    RequestRefused,
    SendResult,
    Settings,
    Throttled,
)
from workers.channels.calls import items, malformed, same
from workers.channels.http import Http, Reply, spread
from workers.channels.meaning import refused
from workers.channels.simulator.codes import CAUSES, OUTCOMES, REFUSALS

RECEIPTS_MAX: Final = 500
STALE_S: Final = 300
RETRY_AFTER_S_MAX: Final = 60.0


class SimulatorAdapter:
    """Speaks to `python -m workers.simulators.carrier`."""

    kind: ClassVar[str] = "simulator"
    batch_max: ClassVar[int] = 500
    echoes_reference: ClassVar[bool] = True
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address", help="For example http://127.0.0.1:8090"),
        Field("key", "text", "Key", secret=True),
        Field("secret", "text", "Receipt secret", secret=True, help="Signs the receipts the carrier calls back with"),
        Field("callback", "url", "Receipt address", required=False, help="Empty: the one the carrier was started with"),
        Field("batch", "number", "Messages per request", default=1, high=500),
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=50),
    )

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        batch = settings.number("batch")
        request = partial(_send_one if batch == 1 else _send_many, settings, http)
        return await spread(messages, request, batch=batch, connections=settings.number("connections"))

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        _verify(settings.text("secret"), headers, body)
        found = items(body, RECEIPTS_MAX)
        with malformed():
            return [_receipt(item) for item in found]


async def _send_one(settings: Settings, http: Http, messages: Sequence[Outgoing]) -> list[SendResult]:
    reply = await _post(settings, http, "/v1/messages", _wire(messages[0]))
    return [_result(_answer(reply))]


async def _send_many(settings: Settings, http: Http, messages: Sequence[Outgoing]) -> list[SendResult]:
    reply = await _post(settings, http, "/v1/batch", {"messages": [_wire(message) for message in messages]})
    answers = _answer(reply).get("results")
    if not isinstance(answers, list):
        raise AnswerLost("the answer has no results")
    return [_result(answer) for answer in answers]


def _wire(message: Outgoing) -> dict[str, Any]:
    wire = {"to": message.number, "text": message.text, "reference": message.reference}
    return wire | {"extension": message.extension} if message.extension else wire


async def _post(settings: Settings, http: Http, path: str, content: dict[str, Any]) -> Reply:
    if settings.text("callback"):
        content["callback"] = settings.text("callback")
    return await http.post(
        settings.text("url").rstrip("/") + path,
        headers={"Authorization": "Bearer " + settings.text("key"), "Content-Type": "application/json"},
        body=json.dumps(content).encode(),
        limit_s=settings.number("timeout_s"),
    )


def _answer(reply: Reply) -> dict[str, Any]:
    """The object inside an answer. A refusal counts only in the carrier's own words, never from a proxy's page."""
    if reply.status in (404, 405):
        raise Misconfigured(f"nothing takes messages at this address (status {reply.status})")
    content = reply.json()
    if reply.status == 200:
        return content
    code = content.get("code")
    if not isinstance(code, str) or (reply.status >= 500 and reply.status != 503):
        raise AnswerLost(f"status {reply.status}")
    if reply.status in (401, 403):
        raise Misconfigured("the carrier refuses the key", carrier_code=code)
    if reply.status == 429:
        raise Throttled("too fast for the carrier", carrier_code=code, retry_after_s=_retry_after_s(reply))
    ours, retryable = REFUSALS.get(code, (Code.UNKNOWN, False))
    raise RequestRefused(ours, f"refused with {code}", carrier_code=code, retryable=retryable)


def _retry_after_s(reply: Reply) -> float | None:
    value = reply.headers.get("Retry-After", "")
    return min(float(value), RETRY_AFTER_S_MAX) if value.isascii() and value.isdigit() else None


def _result(answer: object) -> SendResult:
    if isinstance(answer, dict):
        if isinstance(answer.get("id"), str) and answer["id"]:
            return Accepted(answer["id"])
        if isinstance(answer.get("code"), str):
            return refused(answer["code"], REFUSALS)
    return Doubtful("the answer names neither an id nor a refusal")


def _verify(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    sent_at, signature = headers.get("X-Carrier-Timestamp", ""), headers.get("X-Carrier-Signature", "")
    expected = hmac.new(secret.encode(), sent_at.encode() + b"." + body, "sha256").hexdigest()
    same(signature, expected)
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > STALE_S:
        raise BadReceipt("stale")


def _receipt(item: dict[str, Any]) -> Receipt:
    reference, carrier_code = item.get("reference"), str(item.get("code", ""))
    outcome = OUTCOMES[item["status"]]
    good = outcome in (OUTCOMES["DELIVRD"], OUTCOMES["ACCEPTD"])
    at = datetime.fromisoformat(item["at"])
    if at.tzinfo is None:
        raise ValueError("a receipt's instant must name its zone")
    return Receipt(
        provider_ref=str(item["id"]),
        reference=reference if isinstance(reference, str) else None,
        outcome=outcome,
        code=None if good else CAUSES.get(carrier_code, Code.UNKNOWN),
        at=at,
        carrier_code=carrier_code,
    )
