"""Pure: how China Mobile's platform knows us: a password digested with the date of the request."""

from __future__ import annotations

import base64
from hashlib import sha256


def authorization(app_id: str, password: str, date: str) -> str:
    """Over the Date of the same request, so that it is good for that one."""
    digest = sha256((sha256(password.encode()).hexdigest() + date).encode()).hexdigest()
    return "Basic " + base64.b64encode(f"{app_id}:{digest}".encode()).decode()
