"""An import at work: chunk after chunk, each one transaction that holds its rows, the counts and where the next begins.

One import of a business runs at a time: the lease says that a worker is at it, and ends by itself when the worker died.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from tenants.accounts import vault
from tenants.contacts import merging, reading
from tenants.contacts.columns import Mapping
from tenants.contacts.importing import finish, locked
from tenants.contacts.models import Import
from tenants.contacts.reading import DUPLICATE, Reader, Ready, Refusal, Source
from tenants.contacts.sniffing import Layout
from tenants.contacts.states import WAITING, Purpose, State
from tenants.contacts.tabular import Position
from tenants.core import crash, files, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid

LEASE = timedelta(seconds=30)
# Tries of one chunk before the import is given up.
TRIES_MAX = 5
# With the tenant it names the lock under which a lease is taken; any number that nothing else of ours uses.
ADVISORY_CLASS = 51
_KEEP = {
    Purpose.CONTACTS: merging.keep_contacts,
    Purpose.OPTOUTS: merging.keep_optouts,
    Purpose.AUDIENCE: merging.keep_audience,
}


def claim_import(import_id: int) -> bool:
    """Take the lease; False when there is nothing to do or a worker is at this or another import of the business."""
    db.session.execute(select(func.pg_advisory_xact_lock(ADVISORY_CLASS, scopes.tenant_id() % 2**31)))
    live = select(Import.id).where(Import.state.in_(WAITING), Import.lease_until > func.now()).limit(1)
    if db.session.scalar(live) is not None:
        return False
    found = locked(import_id)
    if found.state not in WAITING:
        return False
    tries = found.position.get("tries", 0) + 1
    if tries > TRIES_MAX:
        finish(found, State.FAILED, "import_broken")
        return False
    found.position = {"began_s": now().timestamp(), **found.position, "tries": tries}
    found.state, found.lease_until = State.RUNNING, func.now() + LEASE
    return True


def release_import(import_id: int) -> None:
    """Give the lease back in the middle of an import."""
    locked(import_id).lease_until = None


def import_chunk(import_id: int, reader: Reader) -> bool:
    """Take in the next chunk; True while there is more. One transaction of the tenant's scope."""
    found = locked(import_id)
    if found.state != State.RUNNING:
        return False
    try:
        ready = _next(found, reader)
    except Invalid as error:
        finish(found, State.FAILED, str(error.fields["file"][0]))
        return False
    except FileNotFoundError:
        finish(found, State.FAILED, "file_gone")
        return False
    if ready is not None:
        _take_in(found, ready)
    crash.point("during_import")
    if ready is None or found.bytes_done >= found.bytes_n:
        finish(found, State.DONE)
        return False
    found.lease_until = func.now() + LEASE
    return True


def _next(found: Import, reader: Reader) -> Ready | None:
    """The chunk behind the position; None at the end."""
    at = Position(found.position.get("offset", 0), found.position.get("row_no", 0))
    if at.offset >= found.bytes_n:
        return None
    assert found.file_id is not None
    path, layout = files.path(files.get(found.file_id)), Layout.from_json(found.layout)
    purpose, mapping = Purpose(found.purpose), Mapping.from_json(found.mapping)
    return reader.take(Source(found.id, purpose, path, layout, mapping, vault()), at)


def _take_in(found: Import, ready: Ready) -> None:
    rows, refused = ready.rows, list(ready.refused)
    if found.purpose == Purpose.OPTOUTS:  # a number that stands twice has opted out, that is all
        refused = [each for each in ready.refused if not each.problem.startswith(DUPLICATE)]
        found.updated_n += len(ready.refused) - len(refused)
    kept = _KEEP[Purpose(found.purpose)](found, ready)
    phone_at = Mapping.from_json(found.mapping).phone_at
    refused += [reading.repeats(row, kept.repeats[row.row_no], phone_at) for row in rows if row.row_no in kept.repeats]
    merging.keep_refusals(found, refused)
    found.created_n += kept.created
    found.updated_n += kept.updated
    found.optedout_n += kept.optedout
    found.rows_n += len(rows) + len(ready.refused)
    count_refusals(found, refused)
    found.bytes_done = min(ready.next.offset, found.bytes_n)
    found.position = {**found.position, **ready.next._asdict(), "tries": 0}


def count_refusals(found: Import, refused: list[Refusal]) -> None:
    by_code = Counter(each.problem.partition(":")[0] for each in refused)
    found.duplicate_n += by_code[DUPLICATE]
    found.invalid_n += len(refused) - by_code[DUPLICATE]
    found.problems = dict(Counter(found.problems) + by_code)
