"""Pure: receipts in CMPP: the content of a Deliver with registered_delivery 1, 60 bytes in 2.0 and 71 in 3.0.

Gateways mix the two, so the length decides, not the version of the link. A multi-recipient Submit has one msg_id:
a report is named by msg_id and number together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.cmpp.pdus import Terminal
from workers.protocols.errors import RemoteProtocolError
from workers.protocols.layout import Layout
from workers.protocols.wire import U32, U64, Octets

FINAL = frozenset({"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "REJECTD"})
"""ACCEPTD and UNKNOWN are not the last word; the carriers' own codes (MA:0001, …) are failures and final."""


@dataclass(frozen=True, slots=True)
class Report:
    """`msg_id` is the one of the SubmitResp, `number` the recipient, times are YYMMDDhhmm."""

    msg_id: U64 = 0
    stat: Annotated[str, Octets(7)] = ""
    submit_time: Annotated[str, Octets(10)] = ""
    done_time: Annotated[str, Octets(10)] = ""
    number: Terminal = ""
    smsc_sequence: U32 = 0


_LAYOUTS = (Layout(Report, 0), Layout(Report, 1))
_BY_LENGTH = {layout.most: layout for layout in _LAYOUTS}


def parse(content: bytes) -> Report:
    layout = _BY_LENGTH.get(len(content))
    if layout is None:
        raise RemoteProtocolError(f"a report of {len(content)} bytes, {sorted(_BY_LENGTH)} known")
    report: Report = layout.decode(content, 0, len(content))
    return report


def write(report: Report, version: int = V2) -> bytes:
    return _LAYOUTS[version >= V3].encode(report)
