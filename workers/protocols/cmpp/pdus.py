"""Pure: CMPP's PDUs, China Mobile's protocol, in versions 2.0 (first form of a `By`) and 3.0 (second form).

Each dataclass is the table of its fields in wire order. Text is padded to its width with NUL. A `Submit` carries its
Msg_Id as 0 from a customer; the carrier's answer has the real one, which receipts refer to together with the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from workers.protocols.wire import U8, U32, U64, By, Counted, Listed, Octets, Pdu, Raw, Uint

RECIPIENTS_MAX = 99

Result = Annotated[int, By(Uint("B"), Uint("I"))]
"""A status or result: one byte in 2.0, four in 3.0."""

Terminal = Annotated[str, By(Octets(21), Octets(32))]
TerminalType = Annotated[int, By(None, Uint("B"))]
Tail = Annotated[str, By(Octets(8), Octets(20))]
"""Reserved in 2.0; LinkID, for services on demand, in 3.0."""


@dataclass(frozen=True, slots=True)
class Connect(Pdu):
    """Login. The same in both versions; its version decides the layouts of the whole link."""

    command: ClassVar[int] = 0x1
    source_addr: Annotated[str, Octets(6)] = ""
    authenticator: Annotated[bytes, Raw(16)] = bytes(16)
    version: U8 = 0x20
    timestamp: U32 = 0


@dataclass(frozen=True, slots=True)
class ConnectResp(Pdu):
    command: ClassVar[int] = 0x80000001
    status: Result = 0
    authenticator: Annotated[bytes, Raw(16)] = bytes(16)
    version: U8 = 0x20


@dataclass(frozen=True, slots=True)
class Terminate(Pdu):
    command: ClassVar[int] = 0x2


@dataclass(frozen=True, slots=True)
class TerminateResp(Pdu):
    command: ClassVar[int] = 0x80000002


@dataclass(frozen=True, slots=True)
class Submit(Pdu):
    command: ClassVar[int] = 0x4
    msg_id: U64 = 0
    pk_total: U8 = 1
    pk_number: U8 = 1
    registered_delivery: U8 = 1
    msg_level: U8 = 0
    service_id: Annotated[str, Octets(10)] = ""
    fee_user_type: U8 = 2
    fee_terminal_id: Terminal = ""
    fee_terminal_type: TerminalType = 0
    tp_pid: U8 = 0
    tp_udhi: U8 = 0
    msg_fmt: U8 = 0
    msg_src: Annotated[str, Octets(6)] = ""
    fee_type: Annotated[str, Octets(2)] = ""
    fee_code: Annotated[str, Octets(6)] = ""
    valid_time: Annotated[str, Octets(17)] = ""
    at_time: Annotated[str, Octets(17)] = ""
    src_id: Annotated[str, Octets(21)] = ""
    recipients: Annotated[tuple[str, ...], By(Listed(21, RECIPIENTS_MAX), Listed(32, RECIPIENTS_MAX))] = ()
    recipient_type: TerminalType = 0
    content: Annotated[bytes, Counted("B", 255)] = b""
    link_id: Tail = ""


@dataclass(frozen=True, slots=True)
class SubmitResp(Pdu):
    command: ClassVar[int] = 0x80000004
    msg_id: U64 = 0
    result: Result = 0


@dataclass(frozen=True, slots=True)
class Deliver(Pdu):
    """A reply (registered_delivery 0) or a receipt (1; the content is then a `receipts.Report`)."""

    command: ClassVar[int] = 0x5
    msg_id: U64 = 0
    dest_id: Annotated[str, Octets(21)] = ""
    service_id: Annotated[str, Octets(10)] = ""
    tp_pid: U8 = 0
    tp_udhi: U8 = 0
    msg_fmt: U8 = 0
    src_terminal_id: Terminal = ""
    src_terminal_type: TerminalType = 0
    registered_delivery: U8 = 0
    content: Annotated[bytes, Counted("B", 255)] = b""
    link_id: Tail = ""


@dataclass(frozen=True, slots=True)
class DeliverResp(Pdu):
    command: ClassVar[int] = 0x80000005
    msg_id: U64 = 0
    result: Result = 0


@dataclass(frozen=True, slots=True)
class Query(Pdu):
    """Counts of a day, in all (0) or of one service (1)."""

    command: ClassVar[int] = 0x6
    time: Annotated[str, Octets(8)] = ""
    query_type: U8 = 0
    query_code: Annotated[str, Octets(10)] = ""
    reserve: Annotated[str, Octets(8)] = ""


@dataclass(frozen=True, slots=True)
class QueryResp(Pdu):
    command: ClassVar[int] = 0x80000006
    time: Annotated[str, Octets(8)] = ""
    query_type: U8 = 0
    query_code: Annotated[str, Octets(10)] = ""
    mt_messages: U32 = 0
    mt_users: U32 = 0
    mt_sent: U32 = 0
    mt_waiting: U32 = 0
    mt_failed: U32 = 0
    mo_sent: U32 = 0
    mo_waiting: U32 = 0
    mo_failed: U32 = 0


@dataclass(frozen=True, slots=True)
class Cancel(Pdu):
    command: ClassVar[int] = 0x7
    msg_id: U64 = 0


@dataclass(frozen=True, slots=True)
class CancelResp(Pdu):
    command: ClassVar[int] = 0x80000007
    success_id: Result = 0


@dataclass(frozen=True, slots=True)
class ActiveTest(Pdu):
    command: ClassVar[int] = 0x8


@dataclass(frozen=True, slots=True)
class ActiveTestResp(Pdu):
    command: ClassVar[int] = 0x80000008
    may_be_bare: ClassVar[bool] = True  # many peers leave the reserved byte out
    reserved: U8 = 0


PDUS: tuple[type[Pdu], ...] = (
    Connect, ConnectResp, Terminate, TerminateResp, Submit, SubmitResp, Deliver, DeliverResp,
    Query, QueryResp, Cancel, CancelResp, ActiveTest, ActiveTestResp,
)  # fmt: skip
