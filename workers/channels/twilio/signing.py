"""Pure: X-Twilio-Signature, how Twilio signs its calls.

https://www.twilio.com/docs/usage/security#validating-requests
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from workers.channels.calls import form

PORTS: Final = {"https": 443, "http": 80}


def signature(token: str, url: str, fields: Mapping[str, Sequence[str]]) -> str:
    """Over the address and the sorted fields of a form; of a field that comes twice, each value once."""
    text = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def genuine(token: str, url: str, fields: Mapping[str, Sequence[str]], body: bytes, given: str) -> bool:
    """Whether a call is Twilio's. A body that is no form is covered by `bodySHA256` in the address."""
    promised = form(urlsplit(url).query).get("bodySHA256", [""])[0]
    if promised and not hmac.compare_digest(promised.encode(), sha256(body).hexdigest().encode()):
        return False
    expected = [signature(token, each, {} if promised else fields) for each in _spellings(url)]
    return any(hmac.compare_digest(given.encode(), each.encode()) for each in expected)


def _spellings(url: str) -> Iterator[str]:
    """The address as it is, without its port, and with the usual one: which of them was signed depends on the proxy."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    yield url
    yield urlunsplit(parts._replace(netloc=host))
    yield urlunsplit(parts._replace(netloc=f"{host}:{PORTS.get(parts.scheme, 443)}"))
