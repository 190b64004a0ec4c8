"""Pure: the two ways Alibaba Cloud wants a request signed.

V3, ACS3-HMAC-SHA256: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
V1, HMAC-SHA1, for RPC: https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote, urlencode

VERSION: Final = "2017-05-25"
ALGORITHM: Final = "ACS3-HMAC-SHA256"


def canonical(parameters: Mapping[str, str]) -> str:
    """Sorted and percent-encoded, all but letters, digits and -_.~"""
    return urlencode(sorted(parameters.items()), quote_via=quote, safe="-_.~")


def v1(method: str, parameters: Mapping[str, str], secret: str) -> str:
    """The Signature parameter."""
    text = f"{method}&%2F&{quote(canonical(parameters), safe='-_.~')}"
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()


def v1_parameters(
    action: str, parameters: Mapping[str, str], key_id: str, secret: str, *, at: datetime, nonce: str
) -> dict[str, str]:
    """All parameters of a signed POST."""
    full = {
        **parameters,
        "AccessKeyId": key_id,
        "Action": action,
        "Format": "JSON",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": nonce,
        "SignatureVersion": "1.0",
        "Timestamp": _instant(at),
        "Version": VERSION,
    }
    return {**full, "Signature": v1("POST", full, secret)}


def acs3(method: str, query: str, headers: Mapping[str, str], body: bytes, secret: str) -> tuple[str, str]:
    """The names of the signed headers and the signature. The path is always that of the whole service."""
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    request = f"{method}\n/\n{query}\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    text = f"{ALGORITHM}\n{sha256(request.encode()).hexdigest()}"
    return names, hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


def acs3_headers(
    action: str, host: str, body: bytes, key_id: str, secret: str, *, at: datetime, nonce: str
) -> dict[str, str]:
    """The headers of a signed POST of a form, but for Host, which every client sends by itself."""
    signed = {
        "content-type": "application/x-www-form-urlencoded",
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": sha256(body).hexdigest(),
        "x-acs-date": _instant(at),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names, signature = acs3("POST", "", signed, body, secret)
    del signed["host"]
    return {**signed, "Authorization": f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"}


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
