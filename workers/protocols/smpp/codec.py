"""Pure: SMPP frames: a header of 16 bytes with a command_status, which answers keep in their `status`."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any, ClassVar

from workers.protocols import codec
from workers.protocols.codec import Packet
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.smpp.pdus import PDUS, Answer

SEQUENCE_MAX = 0x7FFFFFFF


class Codec(codec.Codec):
    header: ClassVar[struct.Struct] = struct.Struct(">IIII")

    def encode(self, pdu: Any, sequence: int) -> bytes:
        body = self._layout(pdu).encode(pdu)
        try:
            return self.header.pack(self.header.size + len(body), pdu.command, pdu.status, sequence) + body
        except struct.error as error:
            raise LocalProtocolError(f"status {pdu.status!r}, sequence {sequence!r}: {error}") from error

    def decode(self, frame: bytes) -> Packet:
        if len(frame) < self.header.size:
            raise RemoteProtocolError("shorter than a header")
        _, command, status, sequence = self.header.unpack_from(frame)
        pdu = self._body(self.by_command.get(command), command, frame)
        return Packet(replace(pdu, status=status) if status and isinstance(pdu, Answer) else pdu, sequence)


CODEC = Codec(PDUS)
