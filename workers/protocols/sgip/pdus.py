"""Pure: SGIP 1.2's PDUs, China Unicom's protocol.

Each dataclass is the table of its fields in wire order. There is no message id: the 12-byte sequence of a `Submit`
names the message, its answer echoes it and a `Report` refers to it, one report per number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from workers.protocols.wire import U8, Counted, Listed, Octets, Pdu, Raw

RECIPIENTS_MAX = 100
CONTENT_MAX = 255
NO_CHARGE = "0" * 21
"""ChargeNumber when the provider pays."""

Number = Annotated[str, Octets(21)]
Reserve = Annotated[str, Octets(8)]
Content = Annotated[bytes, Counted("I", CONTENT_MAX)]


@dataclass(frozen=True, slots=True)
class Bind(Pdu):
    """Login: type 1 from a provider to the carrier, type 2 from the carrier to a provider's own listener."""

    command: ClassVar[int] = 0x1
    login_type: U8 = 1
    login_name: Annotated[str, Octets(16)] = ""
    login_password: Annotated[str, Octets(16)] = ""
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class BindResp(Pdu):
    command: ClassVar[int] = 0x80000001
    result: U8 = 0
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class Unbind(Pdu):
    command: ClassVar[int] = 0x2


@dataclass(frozen=True, slots=True)
class UnbindResp(Pdu):
    command: ClassVar[int] = 0x80000002


@dataclass(frozen=True, slots=True)
class Submit(Pdu):
    command: ClassVar[int] = 0x3
    sp_number: Number = ""
    charge_number: Number = NO_CHARGE
    recipients: Annotated[tuple[str, ...], Listed(21, RECIPIENTS_MAX)] = ()
    corp_id: Annotated[str, Octets(5)] = ""
    service_type: Annotated[str, Octets(10)] = ""
    fee_type: U8 = 0
    fee_value: Annotated[str, Octets(6)] = ""
    given_value: Annotated[str, Octets(6)] = ""
    agent_flag: U8 = 0
    more_late_to_mt_flag: U8 = 0
    priority: U8 = 0
    expire_time: Annotated[str, Octets(16)] = ""
    schedule_time: Annotated[str, Octets(16)] = ""
    report_flag: U8 = 1
    tp_pid: U8 = 0
    tp_udhi: U8 = 0
    message_coding: U8 = 0
    message_type: U8 = 0
    content: Content = b""
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class SubmitResp(Pdu):
    command: ClassVar[int] = 0x80000003
    result: U8 = 0
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class Deliver(Pdu):
    command: ClassVar[int] = 0x4
    user_number: Number = ""
    sp_number: Number = ""
    tp_pid: U8 = 0
    tp_udhi: U8 = 0
    message_coding: U8 = 0
    content: Content = b""
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class DeliverResp(Pdu):
    command: ClassVar[int] = 0x80000004
    result: U8 = 0
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class Report(Pdu):
    """A receipt: state 0 delivered, 1 waiting, 2 failed with `error_code`."""

    command: ClassVar[int] = 0x5
    submit_sequence: Annotated[bytes, Raw(12)] = bytes(12)
    report_type: U8 = 0
    user_number: Number = ""
    state: U8 = 0
    error_code: U8 = 0
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class ReportResp(Pdu):
    command: ClassVar[int] = 0x80000005
    result: U8 = 0
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class UserRpt(Pdu):
    """The carrier tells that a customer's number was closed, suspended or restored."""

    command: ClassVar[int] = 0x11
    sp_number: Number = ""
    user_number: Number = ""
    user_condition: U8 = 0
    reserve: Reserve = ""


@dataclass(frozen=True, slots=True)
class UserRptResp(Pdu):
    command: ClassVar[int] = 0x80000011
    result: U8 = 0
    reserve: Reserve = ""


PDUS: tuple[type[Pdu], ...] = (
    Bind, BindResp, Unbind, UnbindResp, Submit, SubmitResp, Deliver, DeliverResp, Report, ReportResp,
    UserRpt, UserRptResp,
)  # fmt: skip
