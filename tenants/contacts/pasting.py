"""Numbers pasted into a page: the recipients of one campaign, taken in at once."""

from __future__ import annotations

from tenants.accounts import vault
from tenants.contacts import merging, reading, running
from tenants.contacts.columns import Column, Mapping, Target
from tenants.contacts.importing import TIDY_AFTER
from tenants.contacts.models import Import
from tenants.contacts.states import Purpose, State
from tenants.contacts.tabular import START, Chunk
from tenants.core import agenda, audit, phone
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.jobs import Job

NUMBERS_MAX = 10_000
TEXT_MAX = 40 * NUMBERS_MAX
_ONLY_PHONE = Mapping((Column(Target.PHONE),))


def paste(text: str, *, name: str, by: int | None) -> Import:
    """Numbers on lines of their own, or parted by commas or spaces. Invalid when there are none or too many."""
    numbers = phone.split(text)
    if not numbers:
        raise Invalid({"numbers": "paste_empty"})
    if len(numbers) > NUMBERS_MAX or len(text) > TEXT_MAX:
        raise Invalid({"numbers": ("paste_too_many", {"count": len(numbers), "max": NUMBERS_MAX})})
    found = Import(purpose=Purpose.AUDIENCE, name=name, state=State.DONE, created_by=by, created_at=now(),
                   finished_at=now(), mapping=_ONLY_PHONE.to_json())  # fmt: skip
    db.session.add(found)
    db.session.flush()
    agenda.put(Job.TIDY_IMPORT, found.id, at=now() + TIDY_AFTER)
    rows = [(row_no, [number]) for row_no, number in enumerate(numbers, 1)]
    ready = reading.ready(Chunk(rows, [], START), _ONLY_PHONE, Purpose.AUDIENCE, found.id, vault())
    kept = merging.keep_audience(found, ready)
    merging.keep_refusals(found, ready.refused)
    found.rows_n, found.created_n, found.optedout_n = len(rows), kept.created, kept.optedout
    running.count_refusals(found, ready.refused)
    db.session.flush()
    audit.record("import.paste", actor_id=by, object=f"import:{found.id}", rows=len(rows))
    return found
