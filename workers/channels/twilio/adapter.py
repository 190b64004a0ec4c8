"""Twilio: one message a request over the Messages resource; SMS, MMS by addresses of media, and RCS by a sender `rcs:…`
or a messaging service, in content templates where it needs more than a text and a picture.

https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status

Our reference travels in the receipt address, `?r=…`: calls come to the address they were asked for, and it is signed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar, Final
from urllib.parse import quote, urlencode

from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
    BadReceipt,
    Code,
    Field,
    Inbound,
    Outcome,
    Outgoing,
    Receipt,
    SendResult,
    Settings,
    Throttled,
)
from workers.channels.calls import form, malformed
from workers.channels.http import Http, spread
from workers.channels.meaning import verdict
from workers.channels.rich import MEDIA_URL
from workers.channels.twilio.codes import CAUSES, OUTCOMES, REFUSALS
from workers.channels.twilio.content import content
from workers.channels.twilio.signing import genuine

REFERENCE: Final = "r"
FORM: Final = "application/x-www-form-urlencoded"
RETRY_AFTER_S_MAX: Final = 60.0


class TwilioAdapter:
    """The account's token signs calls; it authorises requests as well, unless there is an API key."""

    kind: ClassVar[str] = "twilio"
    batch_max: ClassVar[int] = 1
    echoes_reference: ClassVar[bool] = True
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address", default="https://api.twilio.com", public=True),
        Field("account_sid", "text", "Account SID"),
        Field("auth_token", "text", "Auth token", secret=True),
        Field("api_key", "text", "API key", required=False, help="Empty: the auth token authorises requests"),
        Field("api_secret", "text", "API key secret", required=False, secret=True),
        Field("sender", "text", "Sender", help="A number, a name, rcs:… or the SID of a messaging service, MG…"),
        Field("template", "text", "Content template", required=False, help="HX…, for messages without one"),
        Field("variable", "text", "Variable", default="1", help="The variable of that template that takes the text"),
        MEDIA_URL,
        Field("callback", "url", "Receipt address", help="This channel's address, as Twilio reaches it"),
        Field("replies", "url", "Reply address", required=False, help="Empty: replies come to the receipt address"),
        Field("validity_s", "number", "Validity in seconds", default=14_400, high=36_000),
        Field("connections", "number", "Connections", default=16, high=128),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=50),
    )

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        request = partial(_request, settings, http)
        return await spread(messages, request, batch=1, connections=settings.number("connections"))

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        fields = _verified(settings, settings.text("callback"), headers, body, query)
        status, error = fields.get("MessageStatus", ""), fields.get("ErrorCode", "")
        with malformed():
            outcome = OUTCOMES[status]
            good = outcome in (Outcome.DELIVERED, Outcome.ACCEPTED)
            return [
                Receipt(
                    provider_ref=fields["MessageSid"],
                    reference=form(query).get(REFERENCE, [None])[0],
                    outcome=outcome,
                    code=None if good else CAUSES.get(error, Code.UNKNOWN),
                    at=datetime.now(UTC),  # the call tells no instant
                    carrier_code=error,
                )
            ]

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        address = settings.text("replies") or settings.text("callback")
        fields = _verified(settings, address, headers, body, query)
        with malformed():
            number, to, sid = _plain(fields["From"]), _plain(fields.get("To", "")), fields["MessageSid"]
            text = fields["Body"] or fields.get("MediaUrl0", "")
            return [Inbound(number, text, datetime.now(UTC), to, sid, fields.get("ButtonPayload", ""))]

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        return Acknowledgement("<Response/>", "text/xml")


async def _request(settings: Settings, http: Http, part: Sequence[Outgoing]) -> list[SendResult]:
    message, sender, sid = part[0], settings.text("sender"), settings.text("account_sid")
    callback = settings.text("callback")
    told = f"{callback}{'&' if '?' in callback else '?'}{REFERENCE}={quote(message.reference, safe='')}"
    fields = [
        ("To", message.number),
        ("MessagingServiceSid" if sender.startswith("MG") else "From", sender),
        *content(settings, message),
        ("StatusCallback", told),
        ("ValidityPeriod", str(settings.number("validity_s"))),
    ]
    reply = await http.post(
        f"{settings.text('url').rstrip('/')}/2010-04-01/Accounts/{quote(sid, safe='')}/Messages.json",
        headers={"Authorization": _authorization(settings), "Content-Type": FORM},
        body=urlencode(fields).encode(),
        limit_s=settings.number("timeout_s"),
    )
    answer = reply.json()
    if reply.status in (200, 201) and isinstance(answer.get("sid"), str) and answer["sid"]:
        return [Accepted(answer["sid"])]
    if reply.status < 400 or not isinstance(answer.get("code"), int):
        raise AnswerLost(f"status {reply.status} without a message or a code")
    if reply.status == 429:
        wait = reply.headers.get("Retry-After", "")
        wait_s = min(float(wait), RETRY_AFTER_S_MAX) if wait.isascii() and wait.isdigit() else None
        raise Throttled("too fast for the provider", carrier_code=str(answer["code"]), retry_after_s=wait_s)
    return [verdict(str(answer["code"]), REFUSALS, (), broken=reply.status >= 500)]


def _plain(address: str) -> str:
    return address.removeprefix("rcs:")


def _authorization(settings: Settings) -> str:
    user, secret = settings.text("account_sid"), settings.text("auth_token")
    if settings.text("api_key"):
        user, secret = settings.text("api_key"), settings.text("api_secret")
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def _verified(settings: Settings, address: str, headers: Mapping[str, str], body: bytes, query: str) -> dict[str, str]:
    """The fields of a call. What counts is the address as Twilio knows it, not as a proxy handed it on."""
    url = address.partition("?")[0] + (f"?{query}" if query else "")
    with malformed():
        fields = form(body.decode())
    if not genuine(settings.text("auth_token"), url, fields, body, headers.get("X-Twilio-Signature", "")):
        raise BadReceipt("signature")
    return {name: values[0] for name, values in fields.items()}
