"""Pure: SMGP 3.0's PDUs, China Telecom's protocol.

Each dataclass is the table of its fields in wire order. A message id is 10 bytes of packed decimal digits. What later
versions added travels as optional tag-length-value fields after the body, the flags of a long message among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from workers.protocols.wire import U8, U32, Counted, Listed, Octets, Pdu, Raw, Tlv, Tlvs

RECIPIENTS_MAX = 100
OPTIONAL_BYTES_MAX = 1024

TP_PID, TP_UDHI, LINK_ID, CHARGE_USER_TYPE = 0x1, 0x2, 0x3, 0x4
CHARGE_TERM_TYPE, CHARGE_TERM_PSEUDO, DEST_TERM_TYPE, DEST_TERM_PSEUDO = 0x5, 0x6, 0x7, 0x8
PK_TOTAL, PK_NUMBER, SUBMIT_MSG_TYPE, SP_DEAL_RESULT = 0x9, 0xA, 0xB, 0xC
SRC_TERM_TYPE, SRC_TERM_PSEUDO, NODES_COUNT, MSG_SRC, SRC_TYPE, SERVICE_ID = 0xD, 0xE, 0xF, 0x10, 0x11, 0x12

MsgId = Annotated[bytes, Raw(10)]
Term = Annotated[str, Octets(21)]
Optional = Annotated[tuple[Tlv, ...], Tlvs(OPTIONAL_BYTES_MAX)]


@dataclass(frozen=True, slots=True)
class Login(Pdu):
    command: ClassVar[int] = 0x1
    client_id: Annotated[str, Octets(8)] = ""
    authenticator: Annotated[bytes, Raw(16)] = bytes(16)
    login_mode: U8 = 2
    timestamp: U32 = 0
    version: U8 = 0x30


@dataclass(frozen=True, slots=True)
class LoginResp(Pdu):
    command: ClassVar[int] = 0x80000001
    status: U32 = 0
    authenticator: Annotated[bytes, Raw(16)] = bytes(16)
    version: U8 = 0x30


@dataclass(frozen=True, slots=True)
class Submit(Pdu):
    command: ClassVar[int] = 0x2
    msg_type: U8 = 6
    need_report: U8 = 1
    priority: U8 = 0
    service_id: Annotated[str, Octets(10)] = ""
    fee_type: Annotated[str, Octets(2)] = ""
    fee_code: Annotated[str, Octets(6)] = ""
    fixed_fee: Annotated[str, Octets(6)] = ""
    msg_format: U8 = 0
    valid_time: Annotated[str, Octets(17)] = ""
    at_time: Annotated[str, Octets(17)] = ""
    src_term_id: Term = ""
    charge_term_id: Term = ""
    recipients: Annotated[tuple[str, ...], Listed(21, RECIPIENTS_MAX)] = ()
    content: Annotated[bytes, Counted("B", 255)] = b""
    reserve: Annotated[str, Octets(8)] = ""
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class SubmitResp(Pdu):
    command: ClassVar[int] = 0x80000002
    msg_id: MsgId = bytes(10)
    status: U32 = 0


@dataclass(frozen=True, slots=True)
class Deliver(Pdu):
    """A reply (is_report 0) or a receipt (1; the content is then read by `receipts.parse`)."""

    command: ClassVar[int] = 0x3
    msg_id: MsgId = bytes(10)
    is_report: U8 = 0
    msg_format: U8 = 0
    recv_time: Annotated[str, Octets(14)] = ""
    src_term_id: Term = ""
    dest_term_id: Term = ""
    content: Annotated[bytes, Counted("B", 255)] = b""
    reserve: Annotated[str, Octets(8)] = ""
    tlvs: Optional = ()


@dataclass(frozen=True, slots=True)
class DeliverResp(Pdu):
    command: ClassVar[int] = 0x80000003
    msg_id: MsgId = bytes(10)
    status: U32 = 0


@dataclass(frozen=True, slots=True)
class ActiveTest(Pdu):
    command: ClassVar[int] = 0x4


@dataclass(frozen=True, slots=True)
class ActiveTestResp(Pdu):
    command: ClassVar[int] = 0x80000004


@dataclass(frozen=True, slots=True)
class Exit(Pdu):
    command: ClassVar[int] = 0x6


@dataclass(frozen=True, slots=True)
class ExitResp(Pdu):
    command: ClassVar[int] = 0x80000006


PDUS: tuple[type[Pdu], ...] = (
    Login, LoginResp, Submit, SubmitResp, Deliver, DeliverResp, ActiveTest, ActiveTestResp, Exit, ExitResp,
)  # fmt: skip
