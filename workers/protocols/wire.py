"""Pure: the kinds of field a PDU is made of, and a layout compiled from a dataclass whose annotations name them.

A PDU is a frozen dataclass; each annotation carries its form on the wire, so one table gives the class, the encoder
and the decoder:

    class Query(Pdu):
        time: Annotated[str, Octets(8)] = ""
        kind: U8 = 0
        fee: Annotated[str, By(Octets(21), Octets(32))] = ""     # first and second version of the protocol

Neighbouring fields of fixed width become one precompiled `struct`. Text is Latin-1, which maps every byte to one
character: hostile bytes survive a round trip instead of raising. Every length is checked before anything is copied.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from operator import attrgetter
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, get_type_hints

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError


class Pdu:
    """What every PDU is. `may_be_bare`: a peer may leave the body out, all fields then have their defaults."""

    __slots__ = ()
    command: ClassVar[int]
    may_be_bare: ClassVar[bool] = False


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
        stop = data.find(b"\0", pos, min(end, pos + self.limit))
        if stop < 0:
            raise RemoteProtocolError(f"text of at most {self.limit} bytes does not end")
        return (data[pos:stop].decode("latin-1") if stop > pos else ""), stop + 1


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
    return next((value for found, value in tlvs if found == tag), None)


def tlv_number(tlvs: tuple[Tlv, ...], tag: int) -> int | None:
    """The same as a number; None when absent, or longer than a number can be."""
    value = tlv(tlvs, tag)
    return int.from_bytes(value) if value and len(value) <= 8 else None


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("latin-1")


class _Run:
    """Neighbouring fields of fixed width: one struct for all of them."""

    def __init__(self, specs: list[Uint | Octets | Raw]) -> None:
        codes = [spec.code if isinstance(spec, Uint) else f"{spec.width}s" for spec in specs]
        self.struct = struct.Struct(">" + "".join(codes))
        self.texts = [(i, spec.width) for i, spec in enumerate(specs) if isinstance(spec, Octets)]
        self.raws = [(i, spec.width) for i, spec in enumerate(specs) if isinstance(spec, Raw)]
        self.least = self.most = self.struct.size

    def put(self, values: tuple[Any, ...]) -> bytes:
        out = list(values)
        for i, width in self.texts:
            out[i] = octets(out[i], width) if out[i] else b""
        for i, width in self.raws:
            if len(out[i]) != width:
                raise LocalProtocolError(f"{len(out[i])} bytes where {width} are needed")
        return self.struct.pack(*out)

    def take(self, data: bytes, pos: int, end: int, into: list[Any]) -> int:
        stop = need(pos, self.struct.size, end)
        values = list(self.struct.unpack_from(data, pos))
        for i, _ in self.texts:
            raw = values[i]
            values[i] = raw.partition(b"\0")[0].decode("latin-1") if raw[0] else ""
        into += values
        return stop


class _One:
    """A single field of variable size."""

    def __init__(self, field: Field) -> None:
        self.field, self.least, self.most = field, field.least, field.most

    def put(self, values: tuple[Any, ...]) -> bytes:
        return self.field.put(values[0])

    def take(self, data: bytes, pos: int, end: int, into: list[Any]) -> int:
        value, pos = self.field.take(data, pos, end)
        into.append(value)
        return pos


class _Absent:
    """A field this version does not have: its default, and no bytes."""

    least = most = 0

    def __init__(self, default: Any) -> None:
        self.default = default

    def put(self, values: tuple[Any, ...]) -> bytes:
        return b""

    def take(self, data: bytes, pos: int, end: int, into: list[Any]) -> int:
        into.append(self.default)
        return pos


def specs(cls: type[Any], version: int = 0) -> dict[str, Any]:
    """Field name → its form in this version (None: absent), in wire order. Unannotated fields are not on the wire."""
    found = {}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        for spec in getattr(hint, "__metadata__", ()):
            found[name] = spec[version] if isinstance(spec, By) else spec
    return found


class Layout:
    """The bytes of one dataclass in one version of its protocol."""

    def __init__(self, cls: type[Any], version: int = 0) -> None:
        self.cls, self.names = cls, tuple(specs(cls, version))
        defaults = {field.name: field.default for field in fields(cls) if field.default is not MISSING}
        self._steps: list[tuple[slice, _Run | _One | _Absent]] = []
        run: list[Any] = []
        for at, (name, spec) in enumerate([*specs(cls, version).items(), ("", Ellipsis)]):
            if isinstance(spec, Uint | Octets | Raw):
                run.append(spec)
                continue
            if run:
                self._steps.append((slice(at - len(run), at), _Run(run)))
                run = []
            if spec is not Ellipsis:
                step = _Absent(defaults[name]) if spec is None else _One(spec)
                self._steps.append((slice(at, at + 1), step))
        self.least = sum(step.least for _, step in self._steps)
        self.most = sum(step.most for _, step in self._steps)
        self._values = _getter(self.names)
        off_wire = {name: default for name, default in defaults.items() if name not in self.names}
        self._defaults = list(off_wire.values())
        # Setting slots directly takes half the time of a frozen dataclass's own __init__, the costliest step of all.
        self._setters = [getattr(cls, name).__set__ for name in (*self.names, *off_wire)]

    def encode(self, pdu: Any) -> bytes:
        """The body; what does not fit is our own mistake."""
        values = self._values(pdu)
        try:
            return b"".join([step.put(values[part]) for part, step in self._steps])
        except (struct.error, UnicodeEncodeError) as error:
            raise LocalProtocolError(f"{self.cls.__name__}: {error}") from error

    def decode(self, data: bytes, pos: int, end: int) -> Any:
        """An instance; a body too short or too long means we do not understand the peer."""
        values: list[Any] = []
        for _, step in self._steps:
            pos = step.take(data, pos, end, values)
        if pos != end:
            raise RemoteProtocolError(f"{self.cls.__name__}: {end - pos} bytes too many")
        values += self._defaults
        pdu = object.__new__(self.cls)
        for put, value in zip(self._setters, values, strict=True):
            put(pdu, value)
        return pdu


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda pdu: tuple(getattr(pdu, name) for name in names)
