"""Pure: long messages in SMPP, the three ways there are: a header in the content, sar_* fields, or one payload field.

Which one a carrier likes is a setting. As a server we read all three.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any

from workers.protocols import long
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.long import Part
from workers.protocols.smpp.pdus import (
    MESSAGE_PAYLOAD,
    SAR_MSG_REF_NUM,
    SAR_SEGMENT_SEQNUM,
    SAR_TOTAL_SEGMENTS,
    DataSm,
    DeliverSm,
    SubmitMulti,
    SubmitSm,
)
from workers.protocols.text import Coding, smpp_number
from workers.protocols.udh import Concat
from workers.protocols.wire import Tlv, changed, tlv, tlv_number

UDHI = 0x40
PAYLOAD_MAX = 0xFFFF


class Way(StrEnum):
    UDH_8 = "udh8"
    UDH_16 = "udh16"
    SAR = "sar"
    PAYLOAD = "payload"


def submits(
    template: SubmitSm, body: bytes, coding: Coding, reference: int, way: Way = Way.UDH_8, **more: Any
) -> list[SubmitSm]:
    """One SubmitSm per part of an encoded text; a text that fits one is never marked as long. `more`: what the message
    has beside the template."""
    number = smpp_number(coding)
    if len(body) <= coding.single:
        return [changed(template, data_coding=number, short_message=body, **more)]
    template = changed(template, data_coding=number, **more)
    if way is Way.PAYLOAD:
        if len(body) > PAYLOAD_MAX:
            raise LocalProtocolError(f"a payload of {len(body)} bytes")
        return [changed(template, short_message=b"", tlvs=(*template.tlvs, (MESSAGE_PAYLOAD, body)))]
    parts = long.split(body, coding, reference, wide=way is Way.UDH_16)
    if way is Way.SAR:
        return [changed(template, short_message=one.body, tlvs=(*template.tlvs, *_sar(one.concat))) for one in parts]
    return [changed(template, short_message=one.content, esm_class=template.esm_class | UDHI) for one in parts]


def read(pdu: SubmitSm | DeliverSm | SubmitMulti | DataSm) -> Part:
    """The part a message carries, whichever way its sender chose; a header beats sar_* fields."""
    short = b"" if isinstance(pdu, DataSm) else pdu.short_message
    payload = tlv(pdu.tlvs, MESSAGE_PAYLOAD)
    if short and payload:
        raise RemoteProtocolError("both short_message and message_payload")
    part = long.read(short or payload or b"", bool(pdu.esm_class & UDHI))
    return part if part.concat or not pdu.tlvs else replace(part, concat=_concat(pdu.tlvs))


def _sar(concat: Concat | None) -> tuple[Tlv, ...]:
    if concat is None:
        return ()
    return (
        (SAR_MSG_REF_NUM, (concat.reference & 0xFFFF).to_bytes(2)),
        (SAR_TOTAL_SEGMENTS, bytes((concat.total,))),
        (SAR_SEGMENT_SEQNUM, bytes((concat.number,))),
    )


def _concat(tlvs: tuple[Tlv, ...]) -> Concat | None:
    reference = tlv_number(tlvs, SAR_MSG_REF_NUM)
    total = tlv_number(tlvs, SAR_TOTAL_SEGMENTS)
    number = tlv_number(tlvs, SAR_SEGMENT_SEQNUM)
    if reference is None or total is None or number is None or not 1 <= number <= total <= 255:
        return None
    return Concat(reference, total, number, True) if total > 1 else None
