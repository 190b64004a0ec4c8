"""Pure: the messages of MM7, one dataclass each, which is also the table of its elements in the order of the schema.

https://www.3gpp.org/ftp/Specs/archive/23_series/23.140/ (TS 23.140, stage 3 of MM7)
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final

from workers.protocols.errors import RemoteProtocolError
from workers.protocols.markup import Element, said, written
from workers.protocols.markup import read as read_markup

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMAS: Final = "http://www.3gpp.org/ftp/Specs/archive/23_series/23.140/schema/"
HEADER: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
ADDRESSES: Final = ("Number", "ShortCode", "RFC2822Address")
RECIPIENTS_MAX: Final = 1_000


def at(*path: str, also: str = "", default: Any = "") -> Any:
    """Where a field stands; `@name` is an attribute; `also` another name its last element goes by."""
    return field(default=default, metadata={"path": path, "also": also})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What all have: the transaction of the header, the schema's name after SCHEMAS, and the version."""

    named: ClassVar[str]
    transaction: str
    schema: str
    version: str = at("MM7Version")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReq(Message):
    named: ClassVar[str] = "SubmitReq"
    vasp_id: str = at("SenderIdentification", "VASPID")
    vas_id: str = at("SenderIdentification", "VASID")
    sender: str = at("SenderIdentification", "SenderAddress", "ShortCode")
    recipients: tuple[str, ...] = at("Recipients", "To", "Number", default=())
    service_code: str = at("ServiceCode")
    message_class: str = at("MessageClass")
    sent_at: str = at("TimeStamp")
    expires_at: str = at("ExpiryDate")
    report: bool = at("DeliveryReport", default=False)
    read_reply: bool = at("ReadReply", default=False)
    priority: str = at("Priority")
    subject: str = at("Subject")
    charged: str = at("ChargedParty")
    content: str = at("Content", "@href")
    adaptable: bool = at("Content", "@allowAdaptations", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Message):
    """An answer to a request."""

    status: str = at("Status", "StatusCode")
    status_text: str = at("Status", "StatusText")
    details: str = at("Status", "Details")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRsp(Response):
    named: ClassVar[str] = "SubmitRsp"
    message_id: str = at("MessageID")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReportReq(Message):
    named: ClassVar[str] = "DeliveryReportReq"
    relay: str = at("MMSRelayServerID")
    message_id: str = at("MessageID")
    recipient: str = at("Recipient", "Number")
    sender: str = at("Sender", "ShortCode")
    reported_at: str = at("Date", also="TimeStamp")
    status: str = at("MMStatus")
    error: str = at("MMSStatusErrorCode", also="MMStatusErrorCode")
    status_text: str = at("StatusText")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReportRsp(Response):
    named: ClassVar[str] = "DeliveryReportRsp"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReq(Message):
    named: ClassVar[str] = "DeliverReq"
    relay: str = at("MMSRelayServerID")
    linked_id: str = at("LinkedID")
    sender: str = at("Sender", "Number")
    recipients: tuple[str, ...] = at("Recipients", "To", "ShortCode", default=())
    sent_at: str = at("TimeStamp", also="Date")
    priority: str = at("Priority")
    subject: str = at("Subject")
    content: str = at("Content", "@href")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRsp(Response):
    named: ClassVar[str] = "DeliverRsp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReplyReq(Message):
    named: ClassVar[str] = "ReadReplyReq"
    relay: str = at("MMSRelayServerID")
    message_id: str = at("MessageID")
    recipient: str = at("Recipient", "Number")
    reported_at: str = at("TimeStamp", also="Date")
    status: str = at("MMStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReplyRsp(Response):
    named: ClassVar[str] = "ReadReplyRsp"


@dataclass(frozen=True, slots=True, kw_only=True)
class RSErrorRsp(Response):
    """A fault of the relay."""

    named: ClassVar[str] = "RSErrorRsp"


@dataclass(frozen=True, slots=True, kw_only=True)
class VASPErrorRsp(Response):
    """A fault of the service."""

    named: ClassVar[str] = "VASPErrorRsp"


FAULTS: Final = (RSErrorRsp, VASPErrorRsp)
MESSAGES: Final[dict[str, type[Message]]] = {
    each.named: each
    for each in (
        SubmitReq, SubmitRsp, DeliveryReportReq, DeliveryReportRsp, DeliverReq, DeliverRsp, ReadReplyReq, ReadReplyRsp,
        *FAULTS,
    )
}  # fmt: skip
ANSWERS: Final[dict[type[Message], type[Response]]] = {
    SubmitReq: SubmitRsp,
    DeliveryReportReq: DeliveryReportRsp,
    DeliverReq: DeliverRsp,
    ReadReplyReq: ReadReplyRsp,
}


def read(data: bytes) -> Message:
    """The message in an envelope; RemoteProtocolError when there is none we know."""
    root = read_markup(data)
    body = root.find("Body")
    if root.name != "Envelope" or body is None or not body.children:
        raise RemoteProtocolError("no envelope")
    found = body.children[0]
    if found.name == "Fault":
        found = _fault(found)
    kind = MESSAGES.get(found.name)
    if kind is None:
        raise RemoteProtocolError("a message of no known kind")
    values = {each.name: _value(found, each) for each in fields(kind) if "path" in each.metadata}
    return kind(
        transaction=root.said("Header", "TransactionID"), schema=found.namespace.removeprefix(SCHEMAS), **values
    )


def _fault(fault: Element) -> Element:
    """What the detail of a fault holds, or one without a code when it holds nothing of ours."""
    inside = (child for detail in fault.all("detail") for child in detail.children)
    found = next((child for child in inside if child.name in MESSAGES), None)
    return found or Element(
        "RSErrorRsp", children=[Element("Status", children=[Element("StatusText", pieces=[fault.said("faultstring")])])]
    )


def _value(found: Element, each: Any) -> Any:
    path: tuple[str, ...] = each.metadata["path"]
    if path[-1].startswith("@"):
        holder = found.find(*path[:-1])
        text = holder.attributes.get(path[-1][1:], "") if holder else ""
    elif path[-1] in ADDRESSES:
        texts = [child.text for holder in found.all(*path[:-1]) for child in holder.children if child.name in ADDRESSES]
        if isinstance(each.default, tuple):
            if len(texts) > RECIPIENTS_MAX:
                raise RemoteProtocolError("too many recipients")
            return tuple(texts)
        text = texts[0] if texts else ""
    else:
        text = found.said(*path) or found.said(*path[:-1], each.metadata["also"])
    return text.lower() == "true" if isinstance(each.default, bool) else text


def write(message: Message) -> bytes:
    """The envelope of a message. What is empty is left out."""
    root = Element(message.named, attributes={"xmlns": SCHEMAS + message.schema})
    for each in fields(message):
        value = getattr(message, each.name)
        if "path" in each.metadata and (value or isinstance(value, bool)):
            _place(root, each.metadata["path"], value)
    inside = _shown(root)
    if isinstance(message, FAULTS):
        inside = written("env:Fault", "<faultcode>env:Client</faultcode><faultstring>refused</faultstring>"
                         + written("detail", inside))  # fmt: skip
    named = {"xmlns:mm7": SCHEMAS + message.schema, "env:mustUnderstand": "1"}
    header = written("env:Header", written("mm7:TransactionID", said(message.transaction), named))
    return (HEADER + written("env:Envelope", header + written("env:Body", inside), {"xmlns:env": ENVELOPE})).encode()


def _place(root: Element, path: tuple[str, ...], value: Any) -> None:
    holder = root
    for name in path[:-1]:
        if not holder.children or holder.children[-1].name != name:
            holder.children.append(Element(name))
        holder = holder.children[-1]
    if path[-1].startswith("@"):
        holder.attributes[path[-1][1:]] = _said(value)
        return
    for each in value if isinstance(value, tuple) else (value,):
        holder.children.append(Element(path[-1], pieces=[_said(each)]))


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(element: Element) -> str:
    content = said(element.text) + "".join(map(_shown, element.children))
    return written(element.name, content, element.attributes)


def answer(request: Message, status: str = "1000", text: str = "Success", **more: str) -> Response:
    """What a request is answered, in its own schema and version; a fault for what is no request."""
    kind = ANSWERS.get(type(request), VASPErrorRsp)
    return kind(
        transaction=request.transaction,
        schema=request.schema,
        version=request.version,
        status=status,
        status_text=text,
        **more,
    )
