"""Imports nobody needs any more: an upload whose columns were never confirmed, recipients no campaign asks for.

Each import is looked at when its time comes (agenda), so nothing walks through the businesses.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from tenants.contacts.importing import TIDY_AFTER, finish
from tenants.contacts.models import Import, ImportRow
from tenants.contacts.states import Purpose, State
from tenants.core import agenda
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job

UNUSED_KEPT = timedelta(days=30)


def tidy_import(import_id: int, *, used: bool) -> None:
    """Look at one import; `used`: a campaign names it as its audience. Asks to be called again while it may be needed.

    An unconfirmed upload is stopped and its file removed; recipients no campaign names go with their import.
    """
    found = db.session.get(Import, import_id, with_for_update=True, populate_existing=True)
    agenda.done(Job.TIDY_IMPORT, import_id)
    if found is None:
        return
    if found.state == State.UPLOADED:
        if not _over(found.created_at + TIDY_AFTER, found):
            return
        finish(found, State.STOPPED)
    if found.purpose != Purpose.AUDIENCE:
        return
    if used or found.state in {State.MAPPED, State.RUNNING}:
        agenda.put(Job.TIDY_IMPORT, import_id, at=now() + UNUSED_KEPT)
    elif _over(found.created_at + UNUSED_KEPT, found):
        db.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        db.session.delete(found)


def _over(due_at: datetime, found: Import) -> bool:
    """Whether its time has come; asks again for that moment otherwise."""
    if due_at <= now():
        return True
    agenda.put(Job.TIDY_IMPORT, found.id, at=due_at)
    return False
