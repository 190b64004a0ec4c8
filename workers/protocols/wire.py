"""Pure: the kinds of field a PDU is made of; `layout` compiles them.

A PDU is a frozen dataclass; each annotation carries its form on the wire, so one table gives the class, the encoder
and the decoder:

    class Query(Pdu):
        time: Annotated[str, Octets(8)] = ""
        kind: U8 = 0
        fee: Annotated[str, By(Octets(21), Octets(32))] = ""     # first and second version of the protocol

Text is Latin-1, which maps every byte to one character: hostile bytes survive a round trip instead of raising. Every
length is checked before anything is copied.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, TypeVar

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError


class Pdu:
    """What every PDU is. `may_be_bare`: a peer may leave the body out, all fields then have their defaults."""

    __slots__ = ()
    command: ClassVar[int]
    may_be_bare: ClassVar[bool] = False


P = TypeVar("P", bound=Pdu)


@cache
def _slots(cls: type[Any]) -> list[tuple[str, Callable[[Any], Any], Callable[[Any, Any], None]]]:
    """Name, getter and setter of every field."""
    found = [(each.name, getattr(cls, each.name)) for each in fields(cls)]
    return [(name, slot.__get__, slot.__set__) for name, slot in found]


def changed(pdu: P, **values: Any) -> P:
    """What dataclasses.replace does, in a quarter of its time: every message that leaves is a template changed."""
    made = object.__new__(type(pdu))
    cls: Any = type(pdu)
    for name, get, put in _slots(cls):
        put(made, values.pop(name) if name in values else get(pdu))
    if values:
        raise TypeError(f"{type(pdu).__name__} has no {', '.join(values)}")
    return made


class Uint(NamedTuple):
    """A big-endian unsigned integer; `code` is its struct letter."""

    code: str


class Octets(NamedTuple):
    """Text in a fixed number of bytes, padded with NUL; what follows the first NUL is padding."""

    width: int


class Raw(NamedTuple):
    """Exactly this many bytes."""

    width: int


class Field(Protocol):
    """A field of variable size: takes its value from the bytes, or puts it there."""

    @property
    def least(self) -> int: ...
    @property
    def most(self) -> int: ...
    def put(self, value: Any) -> bytes: ...
    def take(self, data: bytes, pos: int, end: int) -> tuple[Any, int]: ...


class By(NamedTuple):
    """A field whose form depends on the protocol's version; None: absent there."""

    first: Uint | Octets | Raw | Field | None
    second: Uint | Octets | Raw | Field | None


U8 = Annotated[int, Uint("B")]
U16 = Annotated[int, Uint("H")]
U32 = Annotated[int, Uint("I")]
U64 = Annotated[int, Uint("Q")]

Tlv = tuple[int, bytes]
TLV_HEAD = struct.Struct(">HH")


def octets(text: str, limit: int) -> bytes:
    """The bytes of a text field, refused when too long or when a NUL would cut it short at the other end."""
    raw = text.encode("latin-1")
    if len(raw) > limit or b"\0" in raw:
        raise LocalProtocolError(f"text of {len(raw)} bytes does not fit a field of {limit}")
    return raw


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("latin-1")


def need(pos: int, count: int, end: int) -> int:
    """Where a field of `count` bytes ends; refused when the PDU is over before that."""
    if count > end - pos:
        raise RemoteProtocolError(f"truncated: {count} bytes expected, {end - pos} left")
    return pos + count


@dataclass(frozen=True, slots=True)
class CString:
    """Text that ends with a NUL; `limit` counts the NUL, as the standards do."""

    limit: int
    least: ClassVar[int] = 1

    @property
    def most(self) -> int:
        return self.limit

    def put(self, value: str) -> bytes:
        return octets(value, self.limit - 1) + b"\0" if value else b"\0"

    def take(self, data: bytes, pos: int, end: int) -> tuple[str, int]:
        if pos < end and not data[pos]:
            return "", pos + 1
        stop = data.find(b"\0", pos, min(end, pos + self.limit))
        if stop < 0:
            raise RemoteProtocolError(f"text of at most {self.limit} bytes does not end")
        return data[pos:stop].decode("latin-1"), stop + 1


class Counted:
    """Bytes preceded by their number, at most `limit`."""

    def __init__(self, code: str, limit: int) -> None:
        self.head, self.limit = struct.Struct(">" + code), limit
        self.least, self.most = self.head.size, self.head.size + limit

    def put(self, value: bytes) -> bytes:
        if len(value) > self.limit:
            raise LocalProtocolError(f"content of {len(value)} bytes, at most {self.limit} allowed")
        return self.head.pack(len(value)) + value

    def take(self, data: bytes, pos: int, end: int) -> tuple[bytes, int]:
        start = need(pos, self.head.size, end)
        count: int = self.head.unpack_from(data, pos)[0]
        if count > self.limit:
            raise RemoteProtocolError(f"content of {count} bytes, at most {self.limit} allowed")
        stop = need(start, count, end)
        return data[start:stop], stop


@dataclass(frozen=True, slots=True)
class Listed:
    """Texts of a fixed width, preceded by their number in one byte."""

    width: int
    limit: int
    least: ClassVar[int] = 1

    @property
    def most(self) -> int:
        return 1 + self.width * self.limit

    def put(self, value: tuple[str, ...]) -> bytes:
        if len(value) > self.limit:
            raise LocalProtocolError(f"{len(value)} entries, at most {self.limit} allowed")
        return bytes((len(value),)) + b"".join([octets(text, self.width).ljust(self.width, b"\0") for text in value])

    def take(self, data: bytes, pos: int, end: int) -> tuple[tuple[str, ...], int]:
        start = need(pos, 1, end)
        count, width = data[pos], self.width
        if count > self.limit:
            raise RemoteProtocolError(f"{count} entries, at most {self.limit} allowed")
        stop = need(start, count * width, end)
        return tuple([_text(data[at : at + width]) for at in range(start, stop, width)]), stop


@dataclass(frozen=True, slots=True)
class Tlvs:
    """Tag, length, value until the PDU ends; order and repetition are kept."""

    limit: int
    least: ClassVar[int] = 0

    @property
    def most(self) -> int:
        return self.limit

    def put(self, value: tuple[Tlv, ...]) -> bytes:
        out = b"".join([TLV_HEAD.pack(tag, len(body)) + body for tag, body in value])
        if len(out) > self.limit:
            raise LocalProtocolError(f"optional fields of {len(out)} bytes, at most {self.limit} allowed")
        return out

    def take(self, data: bytes, pos: int, end: int) -> tuple[tuple[Tlv, ...], int]:
        found: list[Tlv] = []
        while pos < end:
            start = need(pos, TLV_HEAD.size, end)
            tag, count = TLV_HEAD.unpack_from(data, pos)
            pos = need(start, count, end)
            found.append((tag, data[start:pos]))
        return tuple(found), pos


def tlv(tlvs: tuple[Tlv, ...], tag: int) -> bytes | None:
    """The value of the first field with this tag."""
    for found, value in tlvs:
        if found == tag:
            return value
    return None


def tlv_number(tlvs: tuple[Tlv, ...], tag: int) -> int | None:
    """The same as a number; None when absent, or longer than a number can be."""
    value = tlv(tlvs, tag)
    return int.from_bytes(value) if value and len(value) <= 8 else None
