"""Google's RCS Business Messaging: texts and cards to numbers that have RCS, events back.

https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages/create

A message id is ours and a repeated one is ignored, so a lost answer is asked for once more before it counts as doubt.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
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
    Throttled,
)
from workers.channels.http import Http, spread
from workers.channels.meaning import verdict
from workers.channels.rcs_google import events
from workers.channels.rcs_google.codes import REFUSALS
from workers.channels.rcs_google.content import content
from workers.channels.rcs_google.reaching import reached
from workers.channels.rcs_google.signing import claim
from workers.channels.revoking import REVOKE_MIN, patience_s
from workers.channels.rich import MEDIA_URL
from workers.channels.tokens import Asked, Tokens

NAMESPACE: Final = uuid.UUID("6a1f7c52-3f0e-5d7b-9d0b-51f2a6c0e7d4")
TRIES: Final = 2
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
        REVOKE_MIN,
        MEDIA_URL,
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=20),
    )

    def __init__(self) -> None:
        self.tokens = Tokens(time.monotonic)

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        token = await self._token(settings, http)
        request = partial(_request, settings, http, token)
        results = await spread(messages, request, batch=1, connections=settings.number("connections"))
        if any(isinstance(result, Refused) and result.carrier_code == UNAUTHENTICATED for result in results):
            self.tokens.clear()  # taken from us before its time
        return results

    async def _token(self, settings: Settings, http: Http) -> str:
        own = tuple(settings.text(name) for name in ("token_url", "email", "private_key"))
        return await self.tokens.get(own, lambda: _asked(settings, http))

    async def capabilities(self, settings: Settings, numbers: Sequence[str], http: Http) -> dict[str, bool]:
        return await reached(settings, http, await self._token(settings, http), numbers)

    def patience_s(self, settings: Settings) -> float | None:
        return patience_s(settings)

    async def revoke(self, settings: Settings, number: str, provider_ref: str, http: Http) -> Receipt | None:
        """A message that has reached a phone is not there to be taken back, and its event says so."""
        token = await self._token(settings, http)
        asked = urlencode({"agentId": settings.text("agent_id")})
        reply = await http.request(
            "DELETE",
            f"{settings.text('url').rstrip('/')}/v1/phones/{number}/agentMessages/{quote(provider_ref)}?{asked}",
            headers={"Authorization": f"Bearer {token}"},
            limit_s=settings.number("timeout_s"),
        )
        if reply.status == 200:
            return Receipt(provider_ref, None, Outcome.EXPIRED, Code.TAKEN_BACK, datetime.now(UTC), "REVOKED")
        if reply.status in (401, 403):
            self.tokens.clear()
            raise Misconfigured(f"the provider does not know us (status {reply.status})")
        if reply.status == 429 or reply.status >= 500:
            raise Throttled(f"status {reply.status}")
        return None

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        return events.receipts(events.verified(settings, headers, body))

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        return events.replies(events.verified(settings, headers, body), settings.text("agent_id"))

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        secret = events.call(body).get("secret")
        return Acknowledgement(secret if isinstance(secret, str) else "ok\n")


async def _asked(settings: Settings, http: Http) -> Asked:
    """A new access token and how long it lives. Nothing was submitted, whatever goes wrong here."""
    audience = settings.text("token_url")
    assertion = claim(settings.text("email"), settings.text("private_key"), audience, int(time.time()))
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        reply = await http.post(
            audience, headers=headers, body=urlencode(form).encode(), limit_s=settings.number("timeout_s")
        )
        answer = reply.json()
    except AnswerLost as error:
        raise NotReached(f"no access token: {error.reason}") from error
    token = answer.get("access_token")
    if reply.status != 200 or not isinstance(token, str) or not token.isascii():
        raise Misconfigured("the provider gives no access token", carrier_code=str(answer.get("error", ""))[:60])
    life_s = answer.get("expires_in")
    return token, life_s if isinstance(life_s, int) else 0


async def _request(settings: Settings, http: Http, token: str, part: Sequence[Outgoing]) -> list[SendResult]:
    message = part[0]
    message_id = str(uuid.uuid5(NAMESPACE, message.reference))
    wanted = {
        "contentMessage": content(settings, message),
        "messageTrafficType": settings.text("traffic"),
        "ttl": f"{settings.number('ttl_s')}s",
    }
    asked = urlencode({"messageId": message_id, "agentId": settings.text("agent_id")})
    status, answer = await _insisting(
        http,
        f"{settings.text('url').rstrip('/')}/v1/phones/{message.number}/agentMessages?{asked}",
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        json.dumps(wanted, ensure_ascii=False).encode(),
        settings.number("timeout_s"),
    )
    if status == 200:
        return [Accepted(message_id)]
    error = answer.get("error")
    word = error.get("status") if isinstance(error, dict) else None
    if not isinstance(word, str):
        raise AnswerLost(f"status {status} without an error")
    return [verdict(word, REFUSALS, ())]


async def _insisting(
    http: Http, url: str, headers: Mapping[str, str], body: bytes, limit_s: int
) -> tuple[int, dict[str, Any]]:
    """Status and answer, after TRIES at most; a 200 names the message. Once one try may have arrived, only a 200
    counts: a refusal of the next may come from a door before the one where known ids are looked up."""
    lost = ""
    for _ in range(TRIES):
        try:
            reply = await http.post(url, headers=headers, body=body, limit_s=limit_s)
            answer = reply.json()
        except AnswerLost as error:
            lost = error.reason
        except (NotReached, Misconfigured):
            if not lost:
                raise
        else:
            named = reply.status == 200 and isinstance(answer.get("name"), str)
            if named or (not lost and 400 <= reply.status < 500):
                return reply.status, answer
            lost = lost or f"status {reply.status}"
    raise AnswerLost(lost)
