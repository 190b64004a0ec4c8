"""Pure: CMPP frames. One codec per link, because the login decides which version's layouts the link speaks."""

from __future__ import annotations

from workers.protocols import codec
from workers.protocols.cmpp.pdus import PDUS, Connect, ConnectResp
from workers.protocols.codec import Packet
from workers.protocols.layout import Layout
from workers.protocols.wire import Pdu

V2, V3 = 0x20, 0x30

_CODECS = (codec.Codec(PDUS, 0), codec.Codec(PDUS, 1))


class Codec(codec.Codec):
    """`version` is V2 or V3; 1.2 and 2.1 have the layouts of V2."""

    def __init__(self, version: int = V2) -> None:
        self.frame_max = _CODECS[1].frame_max
        self.speak(version)

    def speak(self, version: int) -> None:
        self.version = V3 if version >= V3 else V2
        chosen = _CODECS[self.version == V3]
        self.layouts, self.by_command = chosen.layouts, chosen.by_command

    def decode(self, frame: bytes) -> Packet:
        # The answer to a login is known by its length: only this shows reliably which version the server chose.
        if int.from_bytes(frame[4:8]) == ConnectResp.command:
            self.speak(V3 if len(frame) - self.header.size == self._connect_resp(V3).most else V2)
        packet = super().decode(frame)
        if isinstance(packet.pdu, Connect):
            self.speak(packet.pdu.version)
        return packet

    def encode(self, pdu: Pdu, sequence: int) -> bytes:
        if isinstance(pdu, Connect):
            self.speak(pdu.version)
        return super().encode(pdu, sequence)

    @staticmethod
    def _connect_resp(version: int) -> Layout:
        return _CODECS[version == V3].layouts[ConnectResp]
