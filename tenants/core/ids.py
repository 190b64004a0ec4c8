"""Pure: public ids. Inside, an object is a bigint; outside it is one AES block over (id, tenant, kind) in Crockford
base 32 under a prefix per kind: `msg_` and 26 characters. Nothing about order or volume leaks, and decoding gives the
tenant and the kind back, or None.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tenants.core.secrets import derive

PREFIXES = {
    "tenant": "acct", "member": "mem", "list": "lst", "contact": "con", "import": "imp", "signature": "sig",
    "template": "tpl", "campaign": "cmp", "message": "msg", "file": "fil", "channel": "chn", "topup": "top",
    "review": "rev", "hold": "hld", "event": "evt", "session": "ses", "identity": "usr",
}  # fmt: skip
_KINDS = {prefix: number for number, prefix in enumerate(sorted(PREFIXES.values()), 1)}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_VALUES |= {char.lower(): value for char, value in _VALUES.items()}
LENGTH = 26
# 8 bytes id, 6 bytes tenant, 1 byte kind, 1 byte that must be zero.
_LAYOUT = struct.Struct(">QHIBB")


@dataclass(frozen=True)
class PublicId:
    kind: str
    tenant_id: int
    id: int


def encode(secret: str, kind: str, tenant_id: int, id: int) -> str:
    """The public form of an object's id."""
    prefix = PREFIXES[kind]
    block = _LAYOUT.pack(id, tenant_id >> 32, tenant_id & 0xFFFFFFFF, _KINDS[prefix], 0)
    number = int.from_bytes(_cipher(secret).encryptor().update(block), "big")
    return prefix + "_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def decode(secret: str, text: str) -> PublicId | None:
    """What a public id names; None for anything that this secret did not make."""
    prefix, _, digits = text.partition("_")
    if prefix not in _KINDS or len(digits) != LENGTH or not _VALUES.keys() >= set(digits):
        return None
    number = 0
    for char in digits:
        number = number << 5 | _VALUES[char]
    if number >> 128:
        return None
    block = _cipher(secret).decryptor().update(number.to_bytes(16, "big"))
    id, high, low, kind, zero = _LAYOUT.unpack(block)
    if zero or kind != _KINDS[prefix]:
        return None
    name = next(name for name, known in PREFIXES.items() if known == prefix)
    return PublicId(name, high << 32 | low, id)


@lru_cache(maxsize=8)
def _cipher(secret: str) -> Cipher[modes.ECB]:
    # One block, never two: ECB is the plain block permutation that is wanted here.
    return Cipher(algorithms.AES(derive(secret, "public-ids")), modes.ECB())
