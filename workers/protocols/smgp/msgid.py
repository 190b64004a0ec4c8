"""Pure: SMGP's MsgID: twenty packed decimal digits: gateway 6, MMDDhhmm 8, sequence 6."""

from __future__ import annotations

from typing import NamedTuple

from workers.protocols.errors import LocalProtocolError


class MsgId(NamedTuple):
    gateway: int
    minute: str
    sequence: int

    def __bytes__(self) -> bytes:
        digits = f"{self.gateway:06}{self.minute}{self.sequence:06}"
        if len(digits) != 20 or not digits.isdecimal() or not digits.isascii():
            raise LocalProtocolError(f"{digits} are not twenty digits")
        return bytes.fromhex(digits)


def read(raw: bytes) -> MsgId | None:
    """None for the ids of peers that fill the ten bytes otherwise: they are names all the same."""
    digits = raw.hex()
    if len(digits) != 20 or not digits.isdecimal():
        return None
    return MsgId(int(digits[:6]), digits[6:14], int(digits[14:]))
