"""Golden frames: `golden/<protocol>/<name>.hex` beside `<name>.json`, what these bytes mean.

Facts of the wire, recorded from other software or written out by hand from the tables of the standards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.protocols.cmpp import codec as cmpp
from workers.protocols.cmpp import pdus as cmpp_pdus
from workers.protocols.codec import Codec
from workers.protocols.sgip import codec as sgip
from workers.protocols.sgip import pdus as sgip_pdus
from workers.protocols.smgp import codec as smgp
from workers.protocols.smgp import pdus as smgp_pdus
from workers.protocols.smpp import codec as smpp
from workers.protocols.smpp import pdus as smpp_pdus

GOLDEN = Path(__file__).parent / "golden"
PDUS: dict[str, Any] = {"cmpp": cmpp_pdus, "smpp": smpp_pdus, "sgip": sgip_pdus, "smgp": smgp_pdus}
NESTED = {("SubmitMulti", "recipients"): smpp_pdus.SmeAddress, ("SubmitMultiResp", "unsuccess"): smpp_pdus.Unsuccess}


def codec(protocol: str, version: int = 0) -> Codec:
    """A fresh codec; `version` only matters to CMPP."""
    if protocol == "cmpp":
        return cmpp.Codec(version)
    return {"smpp": smpp.CODEC, "sgip": sgip.CODEC, "smgp": smgp.CODEC}[protocol]


CODECS = [("cmpp", cmpp.V2), ("cmpp", cmpp.V3), ("smpp", 0), ("sgip", 0), ("smgp", 0)]


@dataclass(frozen=True)
class Vector:
    name: str
    protocol: str
    version: int
    frame: bytes
    pdu: Any
    sequence: Any

    def codec(self) -> Codec:
        return codec(self.protocol, self.version)


def hexed(path: str) -> bytes:
    """The bytes of one golden file."""
    return bytes.fromhex((GOLDEN / path).read_text())


def vectors() -> list[Vector]:
    return [_read(path) for path in sorted(GOLDEN.glob("*/*.json"))]


def _read(path: Path) -> Vector:
    protocol, told = path.parent.name, json.loads(path.read_text())
    fields = {name: _value(told["pdu"], name, value) for name, value in told["fields"].items()}
    pdu = getattr(PDUS[protocol], told["pdu"])(**fields)
    frame = hexed(f"{protocol}/{path.stem}.hex")
    name = f"{protocol}/{path.stem}"
    return Vector(name, protocol, told.get("version", 0), frame, pdu, _plain(told["sequence"]))


def _value(pdu: str, name: str, value: Any) -> Any:
    nested = NESTED.get((pdu, name))
    return tuple(nested(**one) for one in value) if nested else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(one) for one in value)
    return bytes.fromhex(value[4:]) if isinstance(value, str) and value.startswith("hex:") else value
