"""Pure: addresses under which carriers and telephones fetch a medium: signed, for a while, naming nothing.

A token holds the business, the file and a day, and is the same all day, so that carriers that keep what they fetched
fetch it once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct

from tenants.core.secrets import derive

DAY_S = 86_400
# Carriers fetch when a telephone shows the message, days after it was sent.
VALID_DAYS = 8
_LAYOUT = struct.Struct(">QQI")
_SEAL_BYTES = 16


def token(secret: str, tenant_id: int, file_id: int, at_s: float) -> str:
    body = _LAYOUT.pack(tenant_id, file_id, int(at_s // DAY_S) + VALID_DAYS)
    return base64.urlsafe_b64encode(body + _seal(secret, body)).rstrip(b"=").decode()


def parse(secret: str, text: str, at_s: float) -> tuple[int, int] | None:
    """(tenant, file) of a token of ours that still holds; None for anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, seal = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
    if len(body) != _LAYOUT.size or not hmac.compare_digest(seal, _seal(secret, body)):
        return None
    tenant_id, file_id, last_day = _LAYOUT.unpack(body)
    return (tenant_id, file_id) if at_s < (last_day + 1) * DAY_S else None


def _seal(secret: str, body: bytes) -> bytes:
    return hmac.digest(derive(secret, "media-addresses"), body, hashlib.sha256)[:_SEAL_BYTES]
