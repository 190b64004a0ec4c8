"""Pure: the two proofs of RCS Business Messaging: our claim for an access token, and Google's signature of a call.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
https://developers.google.com/business-communications/rcs-business-messaging/guides/integrate/webhooks
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from workers.channels.base import Misconfigured

SCOPE: Final = "https://www.googleapis.com/auth/rcsbusinessmessaging"
LIFE_S: Final = 3_600


def claim(email: str, pem: str, audience: str, at_s: int) -> str:
    """A JWT signed with the service account's key; Misconfigured when that is no RSA key."""
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError) as error:
        raise Misconfigured("the private key cannot be read") from error
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("the private key is not RSA")
    claims = {"iss": email, "scope": SCOPE, "aud": audience, "iat": at_s, "exp": at_s + LIFE_S}
    text = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{text}.{_encoded(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def signature(client_token: str, data: bytes) -> str:
    """X-Goog-Signature of a call: over its data, once decoded."""
    return base64.b64encode(hmac.digest(client_token.encode(), data, "sha512")).decode()


def _part(content: object) -> str:
    return _encoded(json.dumps(content, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
