"""Pure: what is routed together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A route group: messages of one tenant that may share a channel."""

    tenant_id: int
    country: str
    operator: str
    kind: str
    product: str = "sms"
