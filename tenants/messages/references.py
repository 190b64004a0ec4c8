"""Our reference for one attempt of a message, as carriers see it: the message's public id and the attempt's number."""

from __future__ import annotations

from tenants.core import ids

ATTEMPT_DIGITS_MAX = 3


def reference(secret: str, tenant_id: int, message_id: int, attempt: int) -> str:
    return f"{ids.encode(secret, 'message', tenant_id, message_id)}-{attempt}"


def parse(secret: str, text: str) -> tuple[int, int, int] | None:
    """(tenant, message, attempt) of a reference of ours; None for anything else."""
    public, _, attempt = text.partition("-")
    found = ids.decode(secret, public)
    if found is None or found.kind != "message" or not attempt.isascii() or not attempt.isdigit():
        return None
    return None if len(attempt) > ATTEMPT_DIGITS_MAX else (found.tenant_id, found.id, int(attempt))
