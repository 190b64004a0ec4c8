"""Encryption at rest. A tenant's values are sealed with its own data key (AES-256-GCM), which lies wrapped by the
master secret beside the tenant; what a value belongs to (tenant, table, id) is authenticated with it, so a ciphertext
moved to another row does not open. Numbers are looked up by a keyed blind index: HMAC-SHA256 cut to 16 bytes.

Keys are derived once per Vault and a Vault is made once per batch, never per row.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
INDEX_BYTES = 16
PLATFORM_INDEX = "index|platform"
KEY_VERSION = b"\x01"
# Made once: json.dumps with options makes an encoder object at each call.
json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def derive(secret: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose (RFC 5869)."""
    return _derive(secret, purpose)


@lru_cache(maxsize=4096)
def _derive(secret: str, purpose: str) -> bytes:
    if len(secret) < 32:
        raise ValueError("QUNFA_SECRET needs at least 32 characters")
    return HKDF(hashes.SHA256(), 32, salt=b"qunfa", info=purpose.encode()).derive(secret.encode())


def new_data_key(secret: str, tenant_id: int) -> bytes:
    """A fresh data key for a tenant, wrapped by the master secret."""
    return wrap(secret, os.urandom(32), f"tenant-key|{tenant_id}")


def wrap(secret: str, plain: bytes, label: str) -> bytes:
    """Seal a small platform secret under the master secret; `label` must be given again to open it."""
    nonce = os.urandom(NONCE_BYTES)
    return KEY_VERSION + nonce + AESGCM(derive(secret, "kek")).encrypt(nonce, plain, label.encode())


def unwrap(secret: str, sealed: bytes, label: str) -> bytes:
    nonce = sealed[1 : 1 + NONCE_BYTES]
    return AESGCM(derive(secret, "kek")).decrypt(nonce, sealed[1 + NONCE_BYTES :], label.encode())


def platform_index(secret: str, number: str) -> bytes:
    """The platform's blind index of a number (E.164), where no tenant is known; for shared tables only."""
    return hmac.digest(derive(secret, PLATFORM_INDEX), number.encode(), hashlib.sha256)[:INDEX_BYTES]


class Vault:
    """One tenant's keys, opened. `table` and `id` name the row a value lives in."""

    def __init__(self, secret: str, tenant_id: int, wrapped_key: bytes) -> None:
        self.tenant_id = tenant_id
        self._cipher = AESGCM(unwrap(secret, wrapped_key, f"tenant-key|{tenant_id}"))
        self._index_key = derive(secret, f"index|{tenant_id}")
        self._platform_key = derive(secret, PLATFORM_INDEX)

    def seal(self, table: str, id: int | bytes, value: Sequence[Any] | dict[str, Any] | str) -> bytes:
        plain = json_text(value).encode("utf-8", "surrogatepass")
        nonce = os.urandom(NONCE_BYTES)
        return KEY_VERSION + nonce + self._cipher.encrypt(nonce, plain, self._label(table, id))

    def seal_many(self, table: str, ids: Sequence[int | bytes], texts: Sequence[str]) -> list[bytes]:
        """Many values at once, given as JSON texts."""
        nonces = os.urandom(NONCE_BYTES * len(ids))
        encrypt, sealed = self._cipher.encrypt, []
        for at, id, text in zip(range(0, len(nonces), NONCE_BYTES), ids, texts, strict=True):
            nonce = nonces[at : at + NONCE_BYTES]
            plain = text.encode("utf-8", "surrogatepass")
            sealed.append(KEY_VERSION + nonce + encrypt(nonce, plain, self._label(table, id)))
        return sealed

    def open(self, table: str, id: int | bytes, sealed: bytes) -> Any:
        """The value again; cryptography's InvalidTag when it was altered or moved."""
        nonce = sealed[1 : 1 + NONCE_BYTES]
        plain = self._cipher.decrypt(nonce, sealed[1 + NONCE_BYTES :], self._label(table, id))
        return json.loads(plain.decode("utf-8", "surrogatepass"))

    def index(self, number: str) -> bytes:
        """The tenant's blind index of a number (E.164)."""
        return hmac.digest(self._index_key, number.encode(), hashlib.sha256)[:INDEX_BYTES]

    def indexes(self, numbers: Sequence[str]) -> list[bytes]:
        """The tenant's blind index of each number."""
        fresh, found = hmac.new(self._index_key, digestmod=hashlib.sha256), []
        for number in numbers:
            digest = fresh.copy()
            digest.update(number.encode())
            found.append(digest.digest()[:INDEX_BYTES])
        return found

    def platform_index(self, number: str) -> bytes:
        """The platform's blind index, for shared tables only."""
        return hmac.digest(self._platform_key, number.encode(), hashlib.sha256)[:INDEX_BYTES]

    def _label(self, table: str, id: int | bytes) -> bytes:
        name = id.hex() if isinstance(id, bytes) else id
        return f"{self.tenant_id}|{table}|{name}".encode()
