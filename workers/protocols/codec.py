"""Pure: frames in and out, shared by the four protocols: a header with the length first, then a body by its layout.

`Reader` cuts a stream into whole frames however the bytes arrive and refuses a length beyond the largest PDU before
it holds more than that. `Codec` knows the header and the layouts of one protocol in one version.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.layout import Layout
from workers.protocols.wire import Pdu

Sequence = int | bytes
"""SGIP's sequence is 12 bytes and the key of a message; elsewhere it is a number that pairs answer and request."""

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Unknown(Pdu):
    """A well-framed PDU whose command id we do not know."""

    command_id: int = 0
    body: bytes = b""


class Packet(NamedTuple):
    pdu: Any
    sequence: Any


class Reader:
    """Cuts a stream into frames. Holds at most one frame and the chunk that is being fed."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most, self._held = least, most, bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every frame that is whole now; what remains waits for more bytes."""
        held = self._held
        held += data
        pos = 0
        try:
            while len(held) - pos >= _LENGTH.size:
                length: int = _LENGTH.unpack_from(held, pos)[0]
                if not self.least <= length <= self.most:
                    raise RemoteProtocolError(f"a PDU of {length} bytes, {self.least} to {self.most} allowed")
                if len(held) - pos < length:
                    break
                pos += length
                yield bytes(held[pos - length : pos])
        finally:
            del held[:pos]


class Codec:
    """Encodes and decodes whole frames. The header is length, command, sequence unless a protocol says otherwise."""

    header: ClassVar[struct.Struct] = struct.Struct(">III")

    def __init__(self, pdus: Iterable[type[Pdu]], version: int = 0) -> None:
        self.layouts = {cls: Layout(cls, version) for cls in pdus}
        self.by_command = {cls.command: self.layouts[cls] for cls in self.layouts}
        self.frame_max = self.header.size + max(layout.most for layout in self.layouts.values())

    def reader(self) -> Reader:
        return Reader(self.header.size, self.frame_max)

    def encode(self, pdu: Pdu, sequence: Any) -> bytes:
        body = self._layout(pdu).encode(pdu)
        try:
            return self.header.pack(self.header.size + len(body), pdu.command, sequence) + body
        except struct.error as error:
            raise LocalProtocolError(f"sequence {sequence!r}: {error}") from error

    def decode(self, frame: bytes) -> Packet:
        if len(frame) < self.header.size:
            raise RemoteProtocolError("shorter than a header")
        _, command, sequence = self.header.unpack_from(frame)
        return Packet(self._body(self.by_command.get(command), command, frame), sequence)

    def _layout(self, pdu: Pdu) -> Layout:
        layout = self.layouts.get(type(pdu))
        if layout is None:
            raise LocalProtocolError(f"{type(pdu).__name__} is not of this protocol")
        return layout

    def _body(self, layout: Layout | None, command: int, frame: bytes) -> Any:
        start, end = self.header.size, len(frame)
        if layout is None:
            return Unknown(command, frame[start:])
        if start == end and layout.cls.may_be_bare:
            return layout.cls()
        return layout.decode(frame, start, end)
