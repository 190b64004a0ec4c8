"""Pure: SMPP 3.4's PDUs, the protocol of the carriers outside China.

Each dataclass is the table of its fields in wire order. `status` of an answer is the command_status of the header,
not a field of the body. A peer may leave the body of an answer out, most do when the status is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.wire import U8, Counted, CString, Pdu, Tlv, Tlvs, octets

OPTIONAL_BYTES_MAX = 66_000  # one message_payload of 65,535 bytes and a few small fields
RECIPIENTS_MAX = 254

USER_MESSAGE_REFERENCE, SAR_MSG_REF_NUM, SAR_TOTAL_SEGMENTS, SAR_SEGMENT_SEQNUM = 0x204, 0x20C, 0x20E, 0x20F
SC_INTERFACE_VERSION, RECEIPTED_MESSAGE_ID, NETWORK_ERROR_CODE, MESSAGE_PAYLOAD = 0x210, 0x1E, 0x423, 0x424
MESSAGE_STATE = 0x427

Address = Annotated[str, CString(21)]
LongAddress = Annotated[str, CString(65)]
ServiceType = Annotated[str, CString(6)]
Time = Annotated[str, CString(17)]
MessageId = Annotated[str, CString(65)]
ShortMessage = Annotated[bytes, Counted("B", 254)]
Optional = Annotated[tuple[Tlv, ...], Tlvs(OPTIONAL_BYTES_MAX)]


@dataclass(frozen=True, slots=True)
class SmeAddress:
    """One recipient of a submit_multi; a distribution list when `ton` and `npi` are None."""

    ton: int | None = 1
    npi: int | None = 1
    address: str = ""


@dataclass(frozen=True, slots=True)
class Unsuccess:
    """One recipient a submit_multi did not reach, and why."""

    ton: int = 1
    npi: int = 1
    address: str = ""
    status: int = 0


class Recipients:
    """The recipients of a submit_multi, preceded by their number."""

    least, most = 1, 1 + RECIPIENTS_MAX * 24

    def put(self, value: tuple[SmeAddress, ...]) -> bytes:
        if len(value) > RECIPIENTS_MAX:
            raise LocalProtocolError(f"{len(value)} recipients, at most {RECIPIENTS_MAX} allowed")
        return bytes((len(value),)) + b"".join([_recipient(one) for one in value])

    def take(self, data: bytes, pos: int, end: int) -> tuple[tuple[SmeAddress, ...], int]:
        count, pos = _byte(data, pos, end)
        found = []
        for _ in range(count):
            flag, pos = _byte(data, pos, end)
            ton: int | None = None
            npi: int | None = None
            if flag == 1:
                ton, pos = _byte(data, pos, end)
                npi, pos = _byte(data, pos, end)
            elif flag != 2:
                raise RemoteProtocolError(f"recipient flag {flag}")
            address, pos = CString(21).take(data, pos, end)
            found.append(SmeAddress(ton, npi, address))
        return tuple(found), pos


class Unsuccesses:
    """The recipients that failed, preceded by their number."""

    least, most = 1, 1 + 255 * 27

    def put(self, value: tuple[Unsuccess, ...]) -> bytes:
        entries = [
            bytes((one.ton, one.npi)) + octets(one.address, 20) + b"\0" + one.status.to_bytes(4) for one in value
        ]
        return len(value).to_bytes(1) + b"".join(entries)

    def take(self, data: bytes, pos: int, end: int) -> tuple[tuple[Unsuccess, ...], int]:
        count, pos = _byte(data, pos, end)
        found = []
        for _ in range(count):
            ton, pos = _byte(data, pos, end)
            npi, pos = _byte(data, pos, end)
            address, pos = CString(21).take(data, pos, end)
            if end - pos < 4:
                raise RemoteProtocolError("truncated: a status of 4 bytes expected")
            found.append(Unsuccess(ton, npi, address, int.from_bytes(data[pos : pos + 4])))
            pos += 4
        return tuple(found), pos


def _recipient(one: SmeAddress) -> bytes:
    head = b"\x02" if one.ton is None or one.npi is None else bytes((1, one.ton, one.npi))
    return head + octets(one.address, 20) + b"\0"


def _byte(data: bytes, pos: int, end: int) -> tuple[int, int]:
    if pos >= end:
        raise RemoteProtocolError("truncated: a byte expected")
    return data[pos], pos + 1


class Request(Pdu):
    """A PDU whose command_status is always 0."""

    __slots__ = ()
    status: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Answer(Pdu):
    """A PDU with a command_status and, often, nothing else."""

    may_be_bare: ClassVar[bool] = True
    status: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class Bind(Request):
    """What the three binds share; only its subclasses travel."""

    system_id: Annotated[str, CString(16)] = ""
    password: Annotated[str, CString(9)] = ""
    system_type: Annotated[str, CString(13)] = ""
    interface_version: U8 = 0x34
    addr_ton: U8 = 0
    addr_npi: U8 = 0
    address_range: Annotated[str, CString(41)] = ""


@dataclass(frozen=True, slots=True)
class BindResp(Answer):
    system_id: Annotated[str, CString(16)] = ""
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class BindReceiver(Bind):
    command: ClassVar[int] = 0x1


@dataclass(frozen=True, slots=True)
class BindTransmitter(Bind):
    command: ClassVar[int] = 0x2


@dataclass(frozen=True, slots=True)
class BindTransceiver(Bind):
    command: ClassVar[int] = 0x9


@dataclass(frozen=True, slots=True)
class BindReceiverResp(BindResp):
    command: ClassVar[int] = 0x80000001


@dataclass(frozen=True, slots=True)
class BindTransmitterResp(BindResp):
    command: ClassVar[int] = 0x80000002


@dataclass(frozen=True, slots=True)
class BindTransceiverResp(BindResp):
    command: ClassVar[int] = 0x80000009


@dataclass(frozen=True, slots=True)
class Outbind(Request):
    """The carrier asks us to bind to it."""

    command: ClassVar[int] = 0xB
    system_id: Annotated[str, CString(16)] = ""
    password: Annotated[str, CString(9)] = ""


@dataclass(frozen=True, slots=True)
class Unbind(Request):
    command: ClassVar[int] = 0x6


@dataclass(frozen=True, slots=True)
class UnbindResp(Answer):
    command: ClassVar[int] = 0x80000006


@dataclass(frozen=True, slots=True)
class GenericNack(Answer):
    """The answer to what could not be understood."""

    command: ClassVar[int] = 0x80000000


@dataclass(frozen=True, slots=True)
class EnquireLink(Request):
    command: ClassVar[int] = 0x15


@dataclass(frozen=True, slots=True)
class EnquireLinkResp(Answer):
    command: ClassVar[int] = 0x80000015


@dataclass(frozen=True, slots=True)
class Message(Request):
    """What submit_sm and deliver_sm share; only they travel."""

    service_type: ServiceType = ""
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: Address = ""
    dest_addr_ton: U8 = 0
    dest_addr_npi: U8 = 0
    destination_addr: Address = ""
    esm_class: U8 = 0
    protocol_id: U8 = 0
    priority_flag: U8 = 0
    schedule_delivery_time: Time = ""
    validity_period: Time = ""
    registered_delivery: U8 = 0
    replace_if_present_flag: U8 = 0
    data_coding: U8 = 0
    sm_default_msg_id: U8 = 0
    short_message: ShortMessage = b""
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class SubmitSm(Message):
    command: ClassVar[int] = 0x4


@dataclass(frozen=True, slots=True)
class DeliverSm(Message):
    """A reply, or a receipt when esm_class says so."""

    command: ClassVar[int] = 0x5


@dataclass(frozen=True, slots=True)
class MessageResp(Answer):
    """An answer that carries a message id; later versions allow optional fields here, so we accept them."""

    message_id: MessageId = ""
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class SubmitSmResp(MessageResp):
    command: ClassVar[int] = 0x80000004


@dataclass(frozen=True, slots=True)
class DeliverSmResp(MessageResp):
    command: ClassVar[int] = 0x80000005


@dataclass(frozen=True, slots=True)
class DataSm(Request):
    command: ClassVar[int] = 0x103
    service_type: ServiceType = ""
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: LongAddress = ""
    dest_addr_ton: U8 = 0
    dest_addr_npi: U8 = 0
    destination_addr: LongAddress = ""
    esm_class: U8 = 0
    registered_delivery: U8 = 0
    data_coding: U8 = 0
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class DataSmResp(MessageResp):
    command: ClassVar[int] = 0x80000103


@dataclass(frozen=True, slots=True)
class SubmitMulti(Request):
    command: ClassVar[int] = 0x21
    service_type: ServiceType = ""
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: Address = ""
    recipients: Annotated[tuple[SmeAddress, ...], Recipients()] = ()
    esm_class: U8 = 0
    protocol_id: U8 = 0
    priority_flag: U8 = 0
    schedule_delivery_time: Time = ""
    validity_period: Time = ""
    registered_delivery: U8 = 0
    replace_if_present_flag: U8 = 0
    data_coding: U8 = 0
    sm_default_msg_id: U8 = 0
    short_message: ShortMessage = b""
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class SubmitMultiResp(Answer):
    command: ClassVar[int] = 0x80000021
    message_id: MessageId = ""
    unsuccess: Annotated[tuple[Unsuccess, ...], Unsuccesses()] = ()


@dataclass(frozen=True, slots=True)
class QuerySm(Request):
    command: ClassVar[int] = 0x3
    message_id: MessageId = ""
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: Address = ""


@dataclass(frozen=True, slots=True)
class QuerySmResp(Answer):
    command: ClassVar[int] = 0x80000003
    message_id: MessageId = ""
    final_date: Time = ""
    message_state: U8 = 0
    error_code: U8 = 0


@dataclass(frozen=True, slots=True)
class CancelSm(Request):
    command: ClassVar[int] = 0x8
    service_type: ServiceType = ""
    message_id: MessageId = ""
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: Address = ""
    dest_addr_ton: U8 = 0
    dest_addr_npi: U8 = 0
    destination_addr: Address = ""


@dataclass(frozen=True, slots=True)
class CancelSmResp(Answer):
    command: ClassVar[int] = 0x80000008


@dataclass(frozen=True, slots=True)
class ReplaceSm(Request):
    command: ClassVar[int] = 0x7
    message_id: MessageId = ""
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: Address = ""
    schedule_delivery_time: Time = ""
    validity_period: Time = ""
    registered_delivery: U8 = 0
    sm_default_msg_id: U8 = 0
    short_message: ShortMessage = b""


@dataclass(frozen=True, slots=True)
class ReplaceSmResp(Answer):
    command: ClassVar[int] = 0x80000007


@dataclass(frozen=True, slots=True)
class AlertNotification(Request):
    """The carrier tells that a subscriber can be reached again. It has no answer."""

    command: ClassVar[int] = 0x102
    source_addr_ton: U8 = 0
    source_addr_npi: U8 = 0
    source_addr: LongAddress = ""
    esme_addr_ton: U8 = 0
    esme_addr_npi: U8 = 0
    esme_addr: LongAddress = ""
    tlvs: Optional = ()


PDUS: tuple[type[Any], ...] = (
    BindReceiver, BindReceiverResp, BindTransmitter, BindTransmitterResp, BindTransceiver, BindTransceiverResp,
    Outbind, Unbind, UnbindResp, GenericNack, EnquireLink, EnquireLinkResp, SubmitSm, SubmitSmResp, DeliverSm,
    DeliverSmResp, DataSm, DataSmResp, SubmitMulti, SubmitMultiResp, QuerySm, QuerySmResp, CancelSm, CancelSmResp,
    ReplaceSm, ReplaceSmResp, AlertNotification,
)  # fmt: skip
