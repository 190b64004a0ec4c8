"""Pure: CMPP's Msg_Id: month 4 bits, day 5, hour 5, minute 6, second 6, gateway 22, sequence 16.

Sixteen bits a second: a gateway code may belong to one process only.
"""

from __future__ import annotations

from typing import NamedTuple

from workers.protocols.errors import LocalProtocolError

_WIDTHS = (4, 5, 5, 6, 6, 22, 16)


class MsgId(NamedTuple):
    month: int
    day: int
    hour: int
    minute: int
    second: int
    gateway: int
    sequence: int

    def __int__(self) -> int:
        value = 0
        for number, width in zip(self, _WIDTHS, strict=True):
            if not 0 <= number < 1 << width:
                raise LocalProtocolError(f"{number} does not fit {width} bits")
            value = value << width | number
        return value

    def __str__(self) -> str:
        """As gateways print it: MMDDhhmmss, gateway, sequence."""
        return "".join(f"{number:02}" for number in self[:5]) + f"{self.gateway:07}{self.sequence:05}"


def read(value: int) -> MsgId:
    found = []
    for width in reversed(_WIDTHS):
        found.append(value & (1 << width) - 1)
        value >>= width
    return MsgId(*reversed(found))
