"""Pure: long messages in SGIP: a header in the content and TP_udhi."""

from __future__ import annotations

from workers.protocols import long
from workers.protocols.long import Part
from workers.protocols.sgip.pdus import Deliver, Submit
from workers.protocols.text import Coding, chinese_number
from workers.protocols.wire import changed


def submits(template: Submit, body: bytes, coding: Coding, reference: int, *, wide: bool = False) -> list[Submit]:
    """One Submit per part of an encoded text."""
    return [
        changed(template, tp_udhi=int(part.has_header), message_coding=chinese_number(coding), content=part.content)
        for part in long.split(body, coding, reference, wide=wide)
    ]


def read(pdu: Submit | Deliver) -> Part:
    return long.read(pdu.content, bool(pdu.tp_udhi & 1))
