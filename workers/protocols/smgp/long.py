"""Pure: long messages in SMGP: a header in the content, announced by the optional fields TP_udhi, PkTotal, PkNumber."""

from __future__ import annotations

from typing import Any

from workers.protocols import long
from workers.protocols.long import Part
from workers.protocols.smgp.pdus import PK_NUMBER, PK_TOTAL, TP_UDHI, Deliver, Submit
from workers.protocols.text import Coding, chinese_number
from workers.protocols.wire import changed, tlv_number


def submits(
    template: Submit, body: bytes, coding: Coding, reference: int, *, wide: bool = False, **more: Any
) -> list[Submit]:
    """One Submit per part of an encoded text; the template's other optional fields stay. `more`: what the message has
    beside the template."""
    template = changed(template, msg_format=chinese_number(coding), **more)
    parts = long.split(body, coding, reference, wide=wide)
    kept = tuple(one for one in template.tlvs if one[0] not in (TP_UDHI, PK_TOTAL, PK_NUMBER))
    made = []
    for number, part in enumerate(parts, 1):
        place = ((TP_UDHI, b"\1"), (PK_TOTAL, bytes((len(parts),))), (PK_NUMBER, bytes((number,))))
        tlvs = (place if part.has_header else ()) + kept
        made.append(changed(template, content=part.content, tlvs=tlvs))
    return made


def read(pdu: Submit | Deliver) -> Part:
    return long.read(pdu.content, bool((tlv_number(pdu.tlvs, TP_UDHI) or 0) & 1))
