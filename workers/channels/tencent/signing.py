"""Pure: TC3-HMAC-SHA256, how Tencent Cloud wants a request signed.

https://cloud.tencent.com/document/api/382/52072
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

ALGORITHM: Final = "TC3-HMAC-SHA256"
SERVICE: Final = "sms"
VERSION: Final = "2021-01-11"
CONTENT_TYPE: Final = "application/json; charset=utf-8"


def tc3(headers: Mapping[str, str], body: bytes, secret: str, service: str, at_s: int) -> tuple[str, str, str]:
    """The credential's scope, the names of the signed headers, and the signature of a POST."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].lower()}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    day = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    text = f"{ALGORITHM}\n{at_s}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    key = f"TC3{secret}".encode()
    for step in (day, service, "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return scope, names, hmac.new(key, text.encode(), "sha256").hexdigest()


def signed(action: str, host: str, region: str, body: bytes, secret_id: str, secret: str, at_s: int) -> dict[str, str]:
    """The headers of a request, but for Host, which every client sends by itself."""
    covered = {"content-type": CONTENT_TYPE, "host": host, "x-tc-action": action}
    scope, names, signature = tc3(covered, body, secret, SERVICE, at_s)
    return {
        "Authorization": f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}",
        "Content-Type": CONTENT_TYPE,
        "X-TC-Action": action,
        "X-TC-Region": region,
        "X-TC-Timestamp": str(at_s),
        "X-TC-Version": VERSION,
    }
