"""Pure: public ids. Inside, an object is a bigint; outside it is one AES block over (id, tenant, kind) in Crockford
base 32 under a prefix per kind: `msg_` and 26 characters. Nothing about order or volume leaks, and decoding gives the
tenant and the kind back, or None.
"""

from __future__ import annotations

import re
import struct
import threading
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from tenants.core.secrets import derive

# A kind's number is its place here and part of every id that was ever given out: new kinds go to the end.
PREFIXES = {
    "tenant": "acct", "channel": "chn", "campaign": "cmp", "contact": "con", "event": "evt", "file": "fil",
    "hold": "hld", "import": "imp", "list": "lst", "member": "mem", "message": "msg", "review": "rev",
    "session": "ses", "signature": "sig", "topup": "top", "template": "tpl", "identity": "usr",
    "reply": "rep", "invitation": "inv", "papers": "pap", "lead": "lnk",
}  # fmt: skip
_NAMES = {prefix: name for name, prefix in PREFIXES.items()}
_KINDS = {prefix: number for number, prefix in enumerate(PREFIXES.values(), 1)}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
LENGTH = 26
THREADS_KEPT = 64
_DIGITS = re.compile(f"[{_ALPHABET}{_ALPHABET.lower()}]{{{LENGTH}}}")
# int() knows base 32 with the letters up to V.
_TO_BASE_32 = str.maketrans(_ALPHABET + _ALPHABET.lower(), "0123456789ABCDEFGHIJKLMNOPQRSTUV" * 2)
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
    number = int.from_bytes(_contexts(secret, threading.get_ident())[0].update(block), "big")
    return prefix + "_" + "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def decode(secret: str, text: str) -> PublicId | None:
    """What a public id names; None for anything that this secret did not make."""
    prefix, _, digits = text.partition("_")
    if prefix not in _KINDS or not _DIGITS.fullmatch(digits):
        return None
    number = int(digits.translate(_TO_BASE_32), 32)
    if number >> 128:
        return None
    block = _contexts(secret, threading.get_ident())[1].update(number.to_bytes(16, "big"))
    id, high, low, kind, zero = _LAYOUT.unpack(block)
    if zero or kind != _KINDS[prefix]:
        return None
    return PublicId(_NAMES[prefix], high << 32 | low, id)


@lru_cache(maxsize=THREADS_KEPT)
def _contexts(secret: str, _thread: int) -> tuple[CipherContext, CipherContext]:
    """Ready to turn a block there and back. Made once: that takes far longer than a block. Each thread has its own."""
    # Every block stands alone: ECB is the plain block permutation that is wanted here.
    cipher = Cipher(algorithms.AES(derive(secret, "public-ids")), modes.ECB())  # nosec B305  # one block only
    return cipher.encryptor(), cipher.decryptor()
