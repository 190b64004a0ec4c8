"""MM7: multimedia messages to a carrier's relay by SOAP with attachments; reports and messages of subscribers back.

3GPP TS 23.140. Messages that show the same may share a request; the relay then has one id for all of them, so the own
name of a message is that id and a keyed digest of the number.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar, Final

from workers.channels import digest, linking, rich
from workers.channels.base import (
    Accepted,
    Acknowledgement,
    AnswerLost,
    BadReceipt,
    Code,
    Doubtful,
    Field,
    Inbound,
    Misconfigured,
    Outgoing,
    Receipt,
    RequestRefused,
    SendResult,
    Settings,
)
from workers.channels.calls import malformed, token
from workers.channels.http import Http, Reply, nth, spread
from workers.channels.mainland import BEIJING, e164, local
from workers.channels.meaning import cause, verdict
from workers.channels.mm7.codes import DOUBTS, REFUSALS, STATUSES, SUCCESS
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.mm7 import letters
from workers.protocols.mm7.messages import (
    DeliverReq,
    DeliveryReportReq,
    Message,
    Response,
    SubmitReq,
    SubmitRsp,
    answer,
    write,
)
from workers.protocols.mm7.mime import BASE64, BINARY, Part
from workers.protocols.mm7.smil import File, Page, presentation

RECIPIENTS_MAX: Final = 100
SCHEMAS: Final = ("REL-6-MM7-1-4", "REL-6-MM7-1-0", "REL-5-MM7-1-3", "REL-5-MM7-1-2", "REL-5-MM7-1-0")
CLASSES: Final = ("Informational", "Advertisement", "Personal", "Auto")
PAYERS: Final = ("Sender", "Recipient", "Both", "Neither")
PROOFS: Final = ("basic", "digest")


class Mm7Adapter:
    """Carriers do not sign their calls: the address they are given ends in a token."""

    kind: ClassVar[str] = "mm7"
    batch_max: ClassVar[int] = RECIPIENTS_MAX
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "url", "Address"),
        Field("user", "text", "User", required=False, help="Empty: the carrier knows our address"),
        Field("secret", "text", "Secret", required=False, secret=True),
        Field("proof", "choice", "Proof of the secret", default=PROOFS[0], choices=PROOFS, help="digest hides it"),
        Field("vasp_id", "text", "Provider ID", help="VASPID"),
        Field("vas_id", "text", "Application ID", required=False, help="VASID"),
        Field("service_code", "text", "Service code", required=False, help="ServiceCode"),
        Field("source", "text", "Access number", help="A message's extension is added to it"),
        Field("number_form", "choice", "Form of numbers", default="international", choices=linking.FORMS),
        Field("schema", "choice", "Schema of envelopes", default=SCHEMAS[0], choices=SCHEMAS),
        Field("version", "text", "Version of the protocol", default="6.8.0", help="MM7Version"),
        Field("encoding", "choice", "Coding of files", default=BINARY, choices=(BINARY, BASE64)),
        Field("message_class", "choice", "Class of messages", default=CLASSES[0], choices=CLASSES),
        Field("charged", "choice", "Who pays", default=PAYERS[0], choices=PAYERS, help="ChargedParty"),
        Field("validity_s", "number", "Validity in seconds", default=172_800, low=60, high=2_592_000),
        Field("token", "text", "Receipt token", secret=True, help="Ends the receipt address: ?token=…"),
        Field("batch", "number", "Messages per request", default=1, high=RECIPIENTS_MAX),
        Field("connections", "number", "Connections", default=8, high=64),
        Field("timeout_s", "number", "Seconds to wait for an answer", default=30, high=50),
    )

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        count = nth()

        def alike(message: Outgoing) -> Hashable:
            shown = message.rich or message.text
            return shown, tuple(each.id for each in message.media), message.extension, count(message)

        batch, connections = settings.number("batch"), settings.number("connections")
        request = partial(_request, settings, http)
        return await spread(messages, request, batch=batch, connections=connections, alike=alike)

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        token(query, settings.text("token"))
        report, _ = _opened(body)
        if not isinstance(report, DeliveryReportReq):
            return []
        if not report.message_id or not report.recipient or report.status not in STATUSES:
            raise BadReceipt("malformed")
        outcome, code = cause(report.status, STATUSES)
        ref = _ref(settings, report.message_id, _number(report.recipient))
        return [Receipt(ref, None, outcome, code, _at(report.reported_at), report.error or report.status)]

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        token(query, settings.text("token"))
        said, parts = _opened(body)
        if not isinstance(said, DeliverReq):
            return []
        if not said.sender:
            raise BadReceipt("malformed")
        try:
            text = "\n".join(part.text for part in parts if part.kind == "text/plain").strip() or said.subject
        except RemoteProtocolError as error:
            raise BadReceipt("malformed") from error
        extension = _plain(said.recipients[0]) if said.recipients else ""
        return [Inbound(_number(said.sender), text, _at(said.sent_at), extension, said.linked_id or said.transaction)]

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        return Acknowledgement(write(answer(_opened(body)[0])).decode(), "text/xml")


async def _request(settings: Settings, http: Http, part: Sequence[Outgoing]) -> list[SendResult]:
    submit = _submit(settings, part)
    try:
        kind, body = letters.packed(
            submit, presentation(_pages(part[0])), secrets.token_hex(16), settings.text("encoding")
        )
    except LocalProtocolError as error:
        raise RequestRefused(Code.CONTENT, str(error), retryable=True) from error
    told = _answer(await _posted(settings, http, {"Content-Type": kind, "SOAPAction": '""'}, body), submit)
    if told.status == SUCCESS and isinstance(told, SubmitRsp):
        if not told.message_id:
            raise AnswerLost("the answer has no MessageID")
        return [Accepted(_ref(settings, told.message_id, message.number)) for message in part]
    result: SendResult = verdict(told.status, REFUSALS, DOUBTS) if told.status else Doubtful("a fault without a status")
    return [result] * len(part)


async def _posted(settings: Settings, http: Http, headers: dict[str, str], body: bytes) -> Reply:
    url, limit_s = settings.text("url"), settings.number("timeout_s")
    user, secret = settings.text("user"), settings.text("secret")
    if user and settings.text("proof") == "digest":
        return await digest.post(http, url, user=user, secret=secret, headers=headers, body=body, limit_s=limit_s)
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
    return await http.post(url, headers=headers, body=body, limit_s=limit_s)


def _submit(settings: Settings, part: Sequence[Outgoing]) -> SubmitReq:
    now = datetime.now(UTC).astimezone(BEIJING).replace(microsecond=0)
    shown = rich.mms(part[0])
    return SubmitReq(
        transaction=part[0].reference,
        schema=settings.text("schema"),
        version=settings.text("version"),
        vasp_id=settings.text("vasp_id"),
        vas_id=settings.text("vas_id"),
        sender=settings.text("source") + (part[0].extension or ""),
        recipients=tuple(linking.number(settings, message.number) for message in part),
        service_code=settings.text("service_code"),
        message_class=settings.text("message_class"),
        sent_at=now.isoformat(),
        expires_at=(now + timedelta(seconds=settings.number("validity_s"))).isoformat(),
        report=True,
        priority="Normal",
        subject=shown.subject if shown else "",
        charged=settings.text("charged"),
        content=letters.HREF,
        adaptable=True,
    )


def _pages(message: Outgoing) -> list[Page]:
    shown = rich.mms(message)
    if shown is None:
        return [Page(message.text)]
    return [Page(frame.text, _file(message, frame.medium)) for frame in shown.frames]


def _file(message: Outgoing, wanted: int | None) -> File | None:
    if wanted is None:
        return None
    found = rich.medium(message, wanted)
    return File(found.mime, found.content)


def _answer(reply: Reply, submit: SubmitReq) -> Response:
    """The relay's own word, whatever the status: a fault comes with 500 by rule."""
    try:
        told, _ = letters.opened(reply.body)
    except RemoteProtocolError as error:
        if reply.status == 401:
            raise Misconfigured("the carrier does not know our name", carrier_code="401") from error
        if reply.status in (404, 405):
            raise Misconfigured(f"nothing takes messages at this address (status {reply.status})") from error
        raise AnswerLost(f"unreadable answer with status {reply.status}") from error
    if not isinstance(told, Response) or told.transaction not in ("", submit.transaction):
        raise AnswerLost("the answer is not to this request")
    return told


def _opened(body: bytes) -> tuple[Message, list[Part]]:
    try:
        return letters.opened(body)
    except RemoteProtocolError as error:
        raise BadReceipt("malformed") from error


def _ref(settings: Settings, message_id: str, number: str) -> str:
    digest = hmac.new(settings.text("token").encode(), f"{message_id}/{local(number)}".encode(), "sha256")
    return f"{message_id}/{digest.hexdigest()[:16]}"


def _number(address: str) -> str:
    return e164(_plain(address))


def _plain(address: str) -> str:
    """A number without the type of network that may follow it."""
    return address.partition("/")[0].strip()


def _at(text: str) -> datetime:
    """Carriers that name no zone are of the mainland."""
    if not text:
        return datetime.now(UTC)
    with malformed():
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=BEIJING)).astimezone(UTC)
