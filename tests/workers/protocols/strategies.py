"""Hypothesis strategies for any PDU, made from the field table itself."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import strategies as st

from workers.protocols import layout, wire
from workers.protocols.smpp.pdus import Answer, Recipients, SmeAddress, Unsuccess, Unsuccesses

CHARACTERS = st.characters(codec="latin-1", exclude_characters="\0")
BYTE = st.integers(0, 255)


def text(limit: int) -> st.SearchStrategy[str]:
    return st.text(CHARACTERS, max_size=limit)


def value(spec: Any, default: Any) -> st.SearchStrategy[Any]:
    """What a field of this form may hold."""
    match spec:
        case None:
            return st.just(default)
        case wire.Uint(code):
            return st.integers(0, 256 ** struct.calcsize(">" + code) - 1)
        case wire.Octets(width):
            return text(width)
        case wire.Raw(width):
            return st.binary(min_size=width, max_size=width)
        case wire.CString(limit=limit):
            return text(limit - 1)
        case wire.Counted():
            return st.binary(max_size=spec.limit)
        case wire.Listed(width=width):
            return st.lists(text(width), max_size=5).map(tuple)
        case wire.Tlvs():
            return st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=60)), max_size=5).map(tuple)
        case Recipients():
            address = st.builds(SmeAddress, BYTE, BYTE, text(20)) | st.builds(
                SmeAddress, st.none(), st.none(), text(20)
            )
            return st.lists(address, max_size=4).map(tuple)
        case Unsuccesses():
            one = st.builds(Unsuccess, BYTE, BYTE, text(20), st.integers(0, 0xFFFFFFFF))
            return st.lists(one, max_size=4).map(tuple)
    raise AssertionError(spec)


def pdu(cls: type[Any], version: int = 0) -> st.SearchStrategy[Any]:
    """Any instance of this PDU in this version (0 or 1)."""
    blank = cls()
    fields = {name: value(spec, getattr(blank, name)) for name, spec in layout.specs(cls, version).items()}
    if issubclass(cls, Answer):
        fields["status"] = st.integers(0, 0xFFFFFFFF)
    return st.builds(cls, **fields)
