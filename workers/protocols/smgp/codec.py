"""Pure: SMGP frames."""

from __future__ import annotations

from workers.protocols import codec
from workers.protocols.smgp.pdus import PDUS

CODEC = codec.Codec(PDUS)
