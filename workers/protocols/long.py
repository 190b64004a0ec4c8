"""Pure: long messages: cut for the air, and put together again in bounded memory and time.

Parts are joined as bytes and only then decoded, so a character a careless sender tore in two comes out whole.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from workers.protocols import udh
from workers.protocols.errors import LocalProtocolError
from workers.protocols.text import Coding
from workers.protocols.udh import Concat, Element

PARTS_MAX = 255
HEADER_8, HEADER_16 = 6, 7  # bytes a concatenation header takes in front of the text
PART_COST = 300  # bytes a waiting part takes beside its body: even empty parts must reach the bound


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: the bytes of its text, its place among several, other header elements as they came."""

    body: bytes
    concat: Concat | None = None
    elements: tuple[Element, ...] = ()

    @property
    def content(self) -> bytes:
        """The body behind its header, if it needs one."""
        elements = ((self.concat.element,) if self.concat else ()) + self.elements
        return udh.build(elements) + self.body if elements else self.body

    @property
    def has_header(self) -> bool:
        return bool(self.concat or self.elements)


def split(body: bytes, coding: Coding, reference: int, *, wide: bool = False) -> list[Part]:
    """The parts of an encoded text, none longer than the air allows, no character torn."""
    if len(body) <= coding.single:
        return [Part(body)]
    size = coding.per_part(HEADER_16 if wide else HEADER_8)
    pieces, start = [], 0
    while start < len(body):
        stop = start + size
        stop = coding.cut(body, start, stop) if stop < len(body) else len(body)
        pieces.append(body[start:stop])
        start = stop
        if len(pieces) > PARTS_MAX:
            raise LocalProtocolError(f"more than {PARTS_MAX} parts")
    total = len(pieces)
    return [Part(piece, Concat(reference, total, number, wide)) for number, piece in enumerate(pieces, 1)]


def read(content: bytes, has_header: bool) -> Part:
    """What a content with or without a header holds."""
    if not has_header:
        return Part(content)
    elements, body = udh.parse(content)
    concat = udh.concat(elements)
    known = (udh.CONCAT_8, udh.CONCAT_16) if concat else ()
    return Part(body, concat, tuple(element for element in elements if element[0] not in known))


@dataclass(frozen=True, slots=True)
class Gathered:
    """A message put together, or given up with parts `missing`. `tokens` are those of the parts, in their order."""

    key: Hashable
    body: bytes
    elements: tuple[Element, ...]
    tokens: tuple[Any, ...]
    missing: tuple[int, ...] = ()


@dataclass(slots=True)
class _Pending:
    since: float
    total: int
    size: int = 0
    parts: dict[int, tuple[Part, Any]] = field(default_factory=dict)

    def gather(self, key: Hashable) -> Gathered:
        found = [self.parts[number] for number in sorted(self.parts)]
        return Gathered(
            key,
            b"".join([part.body for part, _ in found]),
            found[0][0].elements,
            tuple(token for _, token in found),
            tuple(number for number in range(1, self.total + 1) if number not in self.parts),
        )


class Assembler:
    """Collects parts by key (whatever names sender and recipient; the reference is added here).

    Bounded three ways: what is older than `age_s`, beyond `pending_max` messages or `bytes_max` bytes is given up,
    oldest first, and handed out incomplete: the caller decides whether half a message is worth keeping.
    """

    def __init__(self, *, age_s: float = 600.0, pending_max: int = 10_000, bytes_max: int = 8_000_000) -> None:
        self.age_s, self.pending_max, self.bytes_max = age_s, pending_max, bytes_max
        self._pending: dict[Hashable, _Pending] = {}  # oldest first
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, key: Hashable, part: Part, now: float, token: Any = None) -> list[Gathered]:
        """Everything this part brings to an end: its own message when complete, and others given up."""
        if part.concat is None:
            return [Gathered(key, part.body, part.elements, (token,))]
        reference, total, number, wide = part.concat
        full_key = (key, reference, total, wide)
        pending = self._pending.setdefault(full_key, _Pending(now, total))
        if number not in pending.parts:  # a part that comes twice counts once
            pending.parts[number] = (part, token)
            pending.size += len(part.body) + PART_COST
            self._bytes += len(part.body) + PART_COST
        done = [self._take(full_key)] if len(pending.parts) == total else []
        return done + self.expire(now)

    def expire(self, now: float) -> list[Gathered]:
        """What is given up: too old, or too much."""
        given_up = []
        while self._pending:
            oldest = next(iter(self._pending))
            too_much = len(self._pending) > self.pending_max or self._bytes > self.bytes_max
            if not too_much and self._pending[oldest].since + self.age_s > now:
                break
            given_up.append(self._take(oldest))
        return given_up

    def _take(self, full_key: Any) -> Gathered:
        pending = self._pending.pop(full_key)
        self._bytes -= pending.size
        return pending.gather(full_key[0])
