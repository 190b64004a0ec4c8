"""Pure: long messages in SGIP: a header in the content and TP_udhi."""

from __future__ import annotations

from typing import Any

from workers.protocols import long
from workers.protocols.long import Part
from workers.protocols.sgip.pdus import Deliver, Submit
from workers.protocols.text import Coding, chinese_number
from workers.protocols.wire import changed


def submits(
    template: Submit, body: bytes, coding: Coding, reference: int, *, wide: bool = False, **more: Any
) -> list[Submit]:
    """One Submit per part of an encoded text. `more`: what the message has beside the template."""
    template = changed(template, message_coding=chinese_number(coding), **more)
    return [
        changed(template, tp_udhi=int(part.has_header), content=part.content)
        for part in long.split(body, coding, reference, wide=wide)
    ]


def read(pdu: Submit | Deliver) -> Part:
    return long.read(pdu.content, bool(pdu.tp_udhi & 1))
