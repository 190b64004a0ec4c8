"""Pure: the user data header at the front of a content: long messages and application ports (GSM 03.40).

One byte of length, then elements: identifier, length, data. What we do not know is kept as it came.
"""

from __future__ import annotations

from typing import NamedTuple

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError

CONCAT_8, PORTS_8, PORTS_16, CONCAT_16 = 0x00, 0x04, 0x05, 0x08
HEADER_MAX = 140

Element = tuple[int, bytes]


class Concat(NamedTuple):
    """This part is `number` of `total`; `wide`: the reference has 16 bits."""

    reference: int
    total: int
    number: int
    wide: bool = False

    @property
    def element(self) -> Element:
        if not 1 <= self.number <= self.total <= 255:
            raise LocalProtocolError(f"part {self.number} of {self.total}")
        reference = (self.reference & (0xFFFF if self.wide else 0xFF)).to_bytes(2 if self.wide else 1)
        return CONCAT_16 if self.wide else CONCAT_8, reference + bytes((self.total, self.number))


def build(elements: tuple[Element, ...]) -> bytes:
    """The header of these elements."""
    body = b"".join([bytes((identifier, len(data))) + data for identifier, data in elements])
    if len(body) >= HEADER_MAX:
        raise LocalProtocolError(f"a header of {len(body)} bytes leaves no room for a text")
    return bytes((len(body),)) + body


def parse(content: bytes) -> tuple[tuple[Element, ...], bytes]:
    """The elements and the rest of the content."""
    if not content or len(content) < 1 + content[0]:
        raise RemoteProtocolError("the header is longer than the content")
    end, pos = 1 + content[0], 1
    found: list[Element] = []
    while pos < end:
        if pos + 2 > end or pos + 2 + content[pos + 1] > end:
            raise RemoteProtocolError("an element is longer than its header")
        stop = pos + 2 + content[pos + 1]
        found.append((content[pos], content[pos + 2 : stop]))
        pos = stop
    return tuple(found), content[end:]


def concat(elements: tuple[Element, ...]) -> Concat | None:
    """Which part of a long message this is. The last element counts; an impossible one counts as none, says GSM."""
    for identifier, data in reversed(elements):
        if (identifier, len(data)) in ((CONCAT_8, 3), (CONCAT_16, 4)):
            total, number = data[-2], data[-1]
            if 1 <= number <= total:
                return Concat(int.from_bytes(data[:-2]), total, number, identifier == CONCAT_16)
    return None


def ports(elements: tuple[Element, ...]) -> tuple[int, int] | None:
    """Destination and source port of a message meant for an application."""
    for identifier, data in reversed(elements):
        if (identifier, len(data)) in ((PORTS_8, 2), (PORTS_16, 4)):
            half = len(data) // 2
            return int.from_bytes(data[:half]), int.from_bytes(data[half:])
    return None
