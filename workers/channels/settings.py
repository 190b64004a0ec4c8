"""A channel's settings as its adapter wants them: the clear fields of its row and the sealed ones, opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import current_app

from tenants.core import secrets


def opened(channel_id: int, clear: Mapping[str, Any], sealed: bytes | None) -> dict[str, Any]:
    """All settings of a channel, secrets included: never to be shown or logged."""
    return {**clear, **(json.loads(secrets.unwrap(_secret(), sealed, _label(channel_id))) if sealed else {})}


def seal(channel_id: int, values: Mapping[str, Any]) -> bytes:
    """The secret fields of a channel, sealed for its row."""
    return secrets.wrap(_secret(), json.dumps(dict(values)).encode(), _label(channel_id))


def _secret() -> str:
    found: str = current_app.config["SETTINGS"].qunfa_secret
    return found


def _label(channel_id: int) -> str:
    return f"channel|{channel_id}"
