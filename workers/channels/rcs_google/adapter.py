"""Google's RCS Business Messaging: text to numbers that have RCS, events back.

https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages/create

A message id is ours and a repeated one is ignored, so a lost answer is asked for once more before it counts as doubt.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
    BadReceipt,
    Code,
    Field,
    Inbound,
    Misconfigured,
    NotReached,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    SendResult,
    Settings,
)
from workers.channels.calls import items, malformed, same
from workers.channels.http import Http, Reply, spread
from workers.channels.meaning import verdict
from workers.channels.rcs_google.codes import EVENTS, REFUSALS
from workers.channels.rcs_google.signing import claim, signature

NAMESPACE: Final = uuid.UUID("6a1f7c52-3f0e-5d7b-9d0b-51f2a6c0e7d4")
TRIES: Final = 2
SPARE_S: Final = 120  # a token is renewed this long before it ends
TOKENS_KEPT: Final = 64
UNAUTHENTICATED: Final = "UNAUTHENTICATED"
TRAFFIC: Final = ("TRANSACTION", "AUTHENTICATION", "PROMOTION", "SERVICEREQUEST", "ACKNOWLEDGEMENT")


class RcsGoogleAdapter:
    """Holds the access tokens of its channels, until shortly before they end."""

    kind: ClassVar[str] = "rcs_google"
    batch_max: ClassVar[int] = 1
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address", default="https://rcsbusinessmessaging.googleapis.com", public=True),
        Field("token_url", "url", "Address of tokens", default="https://oauth2.googleapis.com/token", public=True),
        Field("agent_id", "text", "Agent ID"),
        Field("email", "text", "Service account", help="Its e-mail address"),
        Field("private_key", "lines", "Private key", secret=True, help="Of the service account, as PEM"),
        Field(
            "client_token", "text", "Client token", secret=True, help="Given when the webhook is set up; signs calls"
        ),
        Field("traffic", "choice", "Kind of traffic", default=TRAFFIC[0], choices=TRAFFIC),
        Field("ttl_s", "number", "Validity in seconds", default=86_400, low=10, high=1_296_000),
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=20),
    )

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, float]] = {}

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        token = await self._token(settings, http)
        request = partial(_request, settings, http, token)
        results = await spread(messages, request, batch=1, connections=settings.number("connections"))
        if any(isinstance(result, Refused) and result.carrier_code == UNAUTHENTICATED for result in results):
            self._tokens.clear()  # taken from us before its time
        return results

    async def _token(self, settings: Settings, http: Http) -> str:
        own = "|".join(settings.text(name) for name in ("token_url", "email", "private_key"))
        name = sha256(own.encode()).hexdigest()
        kept = self._tokens.get(name)
        if kept is None or kept[1] < time.monotonic():
            if len(self._tokens) >= TOKENS_KEPT:
                self._tokens.clear()
            kept = self._tokens[name] = await _asked(settings, http)
        return kept[0]

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        event = _event(settings, headers, body)
        outcome = EVENTS.get(str(event.get("eventType")))
        if outcome is None:  # typing, set-up, an answer of the person: no news of delivery
            return []
        with malformed():
            code = Code.EXPIRED if outcome is Outcome.EXPIRED else None
            return [Receipt(str(event["messageId"]), None, outcome, code, _sent_at(event), str(event["eventType"]))]

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        event = _event(settings, headers, body)
        suggestion = event.get("suggestionResponse")
        text = event.get("text") or (suggestion.get("text") if isinstance(suggestion, dict) else None)
        if not text:
            return []
        with malformed():
            number, ref = str(event["senderPhoneNumber"]), str(event.get("messageId") or "")
            return [Inbound(number, str(text), _sent_at(event), settings.text("agent_id"), ref)]

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        secret = _content(body).get("secret")
        return Acknowledgement(secret if isinstance(secret, str) else "ok\n")


async def _asked(settings: Settings, http: Http) -> tuple[str, float]:
    """A new access token and until when it is used. Nothing was submitted, whatever goes wrong here."""
    audience = settings.text("token_url")
    assertion = claim(settings.text("email"), settings.text("private_key"), audience, int(time.time()))
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        reply = await http.post(
            audience, headers=headers, body=urlencode(form).encode(), limit_s=settings.number("timeout_s")
        )
        content = reply.json()
    except AnswerLost as error:
        raise NotReached(f"no access token: {error.reason}") from error
    token = content.get("access_token")
    if reply.status != 200 or not isinstance(token, str) or not token.isascii():
        raise Misconfigured("the provider gives no access token", carrier_code=str(content.get("error", ""))[:60])
    life_s = content.get("expires_in")
    return token, time.monotonic() + (life_s if isinstance(life_s, int) else 0) - SPARE_S


async def _request(settings: Settings, http: Http, token: str, part: Sequence[Outgoing]) -> list[SendResult]:
    message = part[0]
    message_id = str(uuid.uuid5(NAMESPACE, message.reference))
    content = {
        "contentMessage": {"text": message.text},
        "messageTrafficType": settings.text("traffic"),
        "ttl": f"{settings.number('ttl_s')}s",
    }
    asked = urlencode({"messageId": message_id, "agentId": settings.text("agent_id")})
    reply = await _insisting(
        http,
        f"{settings.text('url').rstrip('/')}/v1/phones/{message.number}/agentMessages?{asked}",
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        json.dumps(content, ensure_ascii=False).encode(),
        settings.number("timeout_s"),
    )
    answer = reply.json()
    if reply.status == 200 and isinstance(answer.get("name"), str):
        return [Accepted(message_id)]
    error = answer.get("error")
    status = error.get("status") if isinstance(error, dict) else None
    if reply.status < 400 or not isinstance(status, str):
        raise AnswerLost(f"status {reply.status} without a message or an error")
    return [verdict(status, REFUSALS, ())]


async def _insisting(http: Http, url: str, headers: Mapping[str, str], body: bytes, limit_s: int) -> Reply:
    """An answer that counts, after TRIES at most. Once one try may have arrived, no later failure is a refusal."""
    lost = ""
    for _ in range(TRIES):
        try:
            reply = await http.post(url, headers=headers, body=body, limit_s=limit_s)
        except AnswerLost as error:
            lost = error.reason
        except NotReached:
            if not lost:
                raise
        else:
            if reply.status < 500:
                return reply
            lost = f"status {reply.status}"
    raise AnswerLost(lost)


def _event(settings: Settings, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """What a call tells. The one that sets the webhook up has no data, only the token it must be answered with."""
    content = _content(body)
    if "clientToken" in content:
        same(str(content["clientToken"]), settings.text("client_token"))
        return {}
    with malformed():
        data = base64.b64decode(content["message"]["data"], validate=True)
    same(headers.get("X-Goog-Signature", ""), signature(settings.text("client_token"), data))
    return items(data, 1)[0]


def _content(body: bytes) -> dict[str, Any]:
    found = items(body, 1)
    if not found:
        raise BadReceipt("malformed")
    return found[0]


def _sent_at(event: Mapping[str, Any]) -> datetime:
    """Nanoseconds are more than we read: what follows the seconds is left out."""
    text = str(event.get("sendTime") or "")
    return datetime.fromisoformat(text[:19] + "+00:00") if text else datetime.now(UTC)
