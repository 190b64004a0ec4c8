"""Pure: long messages in CMPP: a header in the content, TP_udhi, and the part's place repeated in Pk_total/Pk_number.

The two can disagree in what peers send: the header is believed.
"""

from __future__ import annotations

from typing import Any

from workers.protocols import long
from workers.protocols.cmpp.pdus import Deliver, Submit
from workers.protocols.long import Part
from workers.protocols.text import Coding, chinese_number
from workers.protocols.wire import changed


def submits(
    template: Submit, body: bytes, coding: Coding, reference: int, *, wide: bool = False, **more: Any
) -> list[Submit]:
    """One Submit per part of an encoded text. `more`: what the message has beside the template."""
    if len(body) <= coding.single:
        return [changed(template, msg_fmt=chinese_number(coding), content=body, **more)]
    template = changed(template, msg_fmt=chinese_number(coding), tp_udhi=1, **more)
    parts = long.split(body, coding, reference, wide=wide)
    return [
        changed(template, pk_total=len(parts), pk_number=number, content=part.content)
        for number, part in enumerate(parts, 1)
    ]


def read(pdu: Submit | Deliver) -> Part:
    return long.read(pdu.content, bool(pdu.tp_udhi & 1))
