"""5G messages: a chatbot of ours on a carrier's messaging platform sends texts, cards and carousels, and hears answers.

Two forms: JSON under an access token (China Telecom, China Unicom), XML under a digest of the date (China Mobile). GSMA
RCC.07 says what cards are, OMA's network interface what states are.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from functools import partial
from typing import ClassVar, Final

from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
    Field,
    Inbound,
    Misconfigured,
    NotReached,
    Outgoing,
    Receipt,
    Refused,
    SendResult,
    Settings,
    Throttled,
)
from workers.channels.calls import token
from workers.channels.http import Http, Reply, spread
from workers.channels.maap import envelopes, plain, telling
from workers.channels.maap.codes import DOUBTS, REFUSALS, SUCCESSES
from workers.channels.maap.signing import authorization
from workers.channels.meaning import verdict
from workers.channels.revoking import REVOKE_MIN, patience_s
from workers.channels.rich import MEDIA_URL
from workers.channels.tokens import Asked, Tokens
from workers.protocols.errors import RemoteProtocolError
from workers.protocols.markup import read

NAMESPACE: Final = uuid.UUID("0c6a9f04-85c1-5f3d-8a53-6a0b7b1f0d55")
JSON: Final = "json"
XML: Final = "xml"
TRAFFIC: Final = ("group", "interaction")
FALLBACKS: Final = ("ours", "carrier")
UNKNOWN_TOKEN: Final = "401"


class MaapAdapter:
    """Platforms do not sign their calls in a way all agree on: the address they are given ends in a token."""

    kind: ClassVar[str] = "maap"
    batch_max: ClassVar[int] = 1
    echoes_reference: ClassVar[bool] = False  # some platforms make ids of their own
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address", public=True),
        Field("form", "choice", "Form of requests", default=JSON, choices=(JSON, XML)),
        Field("chatbot", "text", "Chatbot", help="sip:…"),
        Field("app_id", "text", "Application ID"),
        Field("app_key", "text", "Application key", secret=True),
        Field("traffic", "choice", "Kind of traffic", default=TRAFFIC[0], choices=TRAFFIC, help="Of the form xml"),
        Field("fallback", "choice", "Falls back to SMS", default=FALLBACKS[0], choices=FALLBACKS),
        REVOKE_MIN,
        MEDIA_URL,
        Field("token", "text", "Receipt token", secret=True, help="Ends the receipt address: ?token=…"),
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=50),
    )

    def __init__(self) -> None:
        self.tokens = Tokens(time.monotonic)

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        if settings.text("form") == XML:
            request = partial(_by_xml, settings, http)
        else:
            request = partial(_by_json, settings, http, await self._token(settings, http))
        results = await spread(messages, request, batch=1, connections=settings.number("connections"))
        if any(isinstance(result, Refused) and result.carrier_code == UNKNOWN_TOKEN for result in results):
            self.tokens.clear()  # taken from us before its time
        return results

    def patience_s(self, settings: Settings) -> float | None:
        """Where the platform falls back itself, or takes nothing back, it is left to it."""
        ours = settings.text("form") == JSON and settings.text("fallback") == FALLBACKS[0]
        return patience_s(settings) if ours else None

    async def revoke(self, settings: Settings, number: str, provider_ref: str, http: Http) -> Receipt | None:
        """The platform only takes the wish down; what came of it is a receipt later."""
        if settings.text("form") != JSON:
            return None
        headers = _headers(await self._token(settings, http))
        body = plain.written(plain.revocation(number, provider_ref))
        reply = await http.post(
            plain.address(settings, "revoke"), headers=headers, body=body, limit_s=settings.number("timeout_s")
        )
        if reply.status in (401, 403):
            self.tokens.clear()
            raise Misconfigured(f"the platform does not know us (status {reply.status})")
        if reply.status == 429 or reply.status >= 500:
            raise Throttled(f"status {reply.status}")
        return None

    async def _token(self, settings: Settings, http: Http) -> str:
        own = tuple(settings.text(name) for name in ("url", "chatbot", "app_id", "app_key"))
        return await self.tokens.get(own, lambda: _asked(settings, http))

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        token(query, settings.text("token"))
        return telling.receipts(telling.opened(body))

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        token(query, settings.text("token"))
        return telling.replies(telling.opened(body))

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        return Acknowledgement('{"errorCode": 0, "errorMessage": ""}', "application/json")


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"accessToken {token}",
        "Content-Type": "application/json",
        "Date": formatdate(usegmt=True),
    }


async def _asked(settings: Settings, http: Http) -> Asked:
    """A new access token and how long it lives. Nothing was submitted, whatever goes wrong here."""
    try:
        reply = await http.post(
            plain.address(settings, "accessToken"),
            headers={"Content-Type": "application/json"},
            body=plain.written(plain.token_request(settings)),
            limit_s=settings.number("timeout_s"),
        )
        answer = reply.json()
    except AnswerLost as error:
        raise NotReached(f"no access token: {error.reason}") from error
    found, life_s = answer.get("accessToken"), answer.get("expires")
    if not isinstance(found, str) or not found or not found.isascii():
        raise Misconfigured("the platform gives no access token", carrier_code=plain.code(answer)[:60])
    return found, float(life_s) if isinstance(life_s, int | str) and str(life_s).isdigit() else 0.0


async def _by_json(settings: Settings, http: Http, token: str, part: Sequence[Outgoing]) -> list[SendResult]:
    asked = plain.request(settings, part[0], _conversation(settings, part[0]))
    reply = await http.post(
        plain.address(settings, "messages"),
        headers=_headers(token),
        body=plain.written(asked),
        limit_s=settings.number("timeout_s"),
    )
    answer = reply.json()
    return [_result(reply, plain.code(answer), str(answer.get("messageId") or ""))]


async def _by_xml(settings: Settings, http: Http, part: Sequence[Outgoing]) -> list[SendResult]:
    date = formatdate(usegmt=True)
    reply = await http.post(
        envelopes.address(settings),
        headers={
            "Authorization": authorization(settings.text("app_id"), settings.text("app_key"), date),
            "Content-Type": "application/xml; charset=utf-8",
            "Date": date,
        },
        body=envelopes.request(settings, part[0], _conversation(settings, part[0])),
        limit_s=settings.number("timeout_s"),
    )
    try:
        code, ref = envelopes.answer(read(reply.body))
    except RemoteProtocolError as error:
        if reply.status in (404, 405):
            raise Misconfigured(f"nothing takes messages at this address (status {reply.status})") from error
        raise AnswerLost(f"unreadable answer with status {reply.status}") from error
    return [_result(reply, code, ref)]


def _result(reply: Reply, code: str, ref: str) -> SendResult:
    if code in SUCCESSES and reply.status < 300:
        if not ref:
            raise AnswerLost("the answer has no message id")
        return Accepted(ref)
    if not code or code in SUCCESSES:
        raise AnswerLost(f"status {reply.status} without a code")
    known = code if code in REFUSALS or code in DOUBTS or str(reply.status) not in REFUSALS else str(reply.status)
    return verdict(known, REFUSALS, DOUBTS, broken=reply.status >= 500)


def _conversation(settings: Settings, message: Outgoing) -> str:
    """The same for all messages of this chatbot to one number."""
    return str(uuid.uuid5(NAMESPACE, f"{settings.text('chatbot')}/{message.number}"))
