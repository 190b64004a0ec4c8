"""Pure: a layout, compiled once from the annotations of a dataclass: encodes an instance, decodes bytes to one.

Neighbouring fields of fixed width become one precompiled `struct`; the others follow one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any, get_type_hints

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.wire import By, Field, Octets, Raw, Uint, need, octets


class _Step:
    """A piece of the body. What it became last is kept: most of a message is as it was in the one before."""

    def __init__(self) -> None:
        self._last: tuple[tuple[Any, ...], bytes] | None = None

    def kept(self, values: tuple[Any, ...]) -> bytes:
        """What `put` says."""
        last = self._last
        if last is None or last[0] != values:
            self._last = last = (values, self.put(values))
        return last[1]

    def put(self, values: tuple[Any, ...]) -> bytes:
        raise NotImplementedError


class _Run(_Step):
    """Neighbouring fields of fixed width: one struct for all of them."""

    def __init__(self, specs: list[Uint | Octets | Raw]) -> None:
        super().__init__()
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


class _One(_Step):
    """A single field of variable size."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field, self.least, self.most = field, field.least, field.most

    def put(self, values: tuple[Any, ...]) -> bytes:
        return self.field.put(values[0])

    def take(self, data: bytes, pos: int, end: int, into: list[Any]) -> int:
        value, pos = self.field.take(data, pos, end)
        into.append(value)
        return pos


class _Absent(_Step):
    """A field this version does not have: its default, and no bytes."""

    least = most = 0

    def __init__(self, default: Any) -> None:
        super().__init__()
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
            return b"".join([step.kept(values[part]) for part, step in self._steps])
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
