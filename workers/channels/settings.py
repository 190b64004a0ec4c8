"""A channel's settings as its adapter wants them: the clear fields of its row and the sealed ones, opened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import current_app

from tenants.core import secrets
from workers.channels.base import Adapter, Settings


def settings_of(adapter: Adapter, channel_id: int, clear: Mapping[str, Any], sealed: bytes | None) -> Settings:
    """Checked settings; Misconfigured names the fields that are wrong, never their values."""
    opened = json.loads(secrets.unwrap(_secret(), sealed, _label(channel_id))) if sealed else {}
    return Settings(adapter.fields, {**clear, **opened})


def seal(channel_id: int, values: Mapping[str, Any]) -> bytes:
    """The secret fields of a channel, sealed for its row."""
    return secrets.wrap(_secret(), json.dumps(dict(values)).encode(), _label(channel_id))


def _secret() -> str:
    found: str = current_app.config["SETTINGS"].qunfa_secret
    return found


def _label(channel_id: int) -> str:
    return f"channel|{channel_id}"
