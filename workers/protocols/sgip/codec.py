"""Pure: SGIP frames: a header of 20 bytes whose sequence is node, time and counter, kept as 12 bytes.

A sequence must be unique for a node over all its links, because receipts refer to it and to nothing else.
"""

from __future__ import annotations

import struct
from typing import ClassVar

from workers.protocols import codec
from workers.protocols.errors import LocalProtocolError
from workers.protocols.sgip.pdus import PDUS
from workers.protocols.wire import Pdu

_SEQUENCE = struct.Struct(">III")


def node_id(area_code: int, enterprise_code: int) -> int:
    """The node of a service provider: 3, its area code in four digits, its enterprise code in five."""
    if not 0 <= area_code <= 9999 or not 0 <= enterprise_code <= 99999:
        raise LocalProtocolError(f"no such node: area {area_code}, enterprise {enterprise_code}")
    return 3_000_000_000 + area_code * 100_000 + enterprise_code


def sequence(node: int, stamp: int, counter: int) -> bytes:
    """`stamp` is MMDDhhmmss as a number."""
    return _SEQUENCE.pack(node, stamp, counter)


def read_sequence(raw: bytes) -> tuple[int, int, int]:
    """Node, MMDDhhmmss and counter of a sequence."""
    node, stamp, counter = _SEQUENCE.unpack(raw)
    return node, stamp, counter


class Codec(codec.Codec):
    header: ClassVar[struct.Struct] = struct.Struct(">II12s")

    def encode(self, pdu: Pdu, sequence: bytes) -> bytes:
        if len(sequence) != _SEQUENCE.size:
            raise LocalProtocolError(f"a sequence of {len(sequence)} bytes, {_SEQUENCE.size} needed")
        return super().encode(pdu, sequence)


CODEC = Codec(PDUS)
