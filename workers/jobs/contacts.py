"""Imports: chunk after chunk, each its own transaction, for a bounded time."""

from __future__ import annotations

import gc
import time

from tenants import campaigns, contacts
from tenants.core import agenda, scopes
from tenants.core.jobs import Job

JOB_S = 20.0


def import_file(tenant_id: int, import_id: int) -> None:
    """Go on with an import where its last chunk ended; ring again when the time is up."""
    with scopes.tenant(tenant_id):
        claimed = contacts.claim_import(import_id)
    if claimed and _go_on(tenant_id, import_id):
        with scopes.tenant(tenant_id):
            contacts.release_import(import_id)
            agenda.put(Job.IMPORT_FILE, import_id)


def tidy_import(tenant_id: int, import_id: int) -> None:
    """Its time has come: is it still needed?"""
    with scopes.tenant(tenant_id):
        contacts.tidy_import(import_id, used=campaigns.uses_import(import_id))


def _go_on(tenant_id: int, import_id: int) -> bool:
    """Chunk after chunk until the time is up; whether there is more."""
    stop_at, reader = time.monotonic() + JOB_S, contacts.Reader()
    # Rows are many and make no cycles: looking for some again and again would cost a third of the time.
    gc.disable()
    try:
        more = True
        while more and time.monotonic() < stop_at:
            with scopes.tenant(tenant_id):
                more = contacts.import_chunk(import_id, reader)
        return more
    finally:
        gc.enable()
        reader.close()
