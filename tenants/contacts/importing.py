"""Imports as their owner sees them: a file handed in, its columns agreed upon, watched, stopped.

Until the columns are confirmed nothing of the file is in the tables but its header; afterwards `running.py` takes over.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from sqlalchemy import select

from tenants.contacts import columns, listing
from tenants.contacts.columns import Mapping
from tenants.contacts.models import Import
from tenants.contacts.sniffing import HEAD_BYTES, Layout, decoded, sniff
from tenants.contacts.states import TRANSITIONS, Purpose, State
from tenants.contacts.tabular import BYTES_MAX
from tenants.core import agenda, audit, files
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.jobs import Job

WAITING_MAX = 20  # uploads nobody has confirmed
NOTE_MAX = 200
TIDY_AFTER = timedelta(days=7)  # then tidying.py looks whether it is still needed
LINES = 3
LINE_MAX = 200
LISTED_MAX = 100
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Consent:
    """Why these people may be written to. source: one of CONSENTS; `note` says more, and must for "other"."""

    source: str = ""
    note: str = ""


CONSENTS = ("sign_up", "purchase", "contract", "event", "other")


@dataclass(frozen=True)
class Target:
    """The list the people go on: one that is there, or a new one of that name."""

    list_id: int | None = None
    new_name: str = ""


def start_import(upload: IO[bytes], *, name: str, purpose: str, by: int | None) -> Import:
    """Keep a file and guess what its columns are; Invalid (`file_too_large`, `file_empty`) keeps nothing.

    A file that cannot be read as a table is kept too: `error` says why, and its first lines can be shown.
    """
    if len(imports(State.UPLOADED)) >= WAITING_MAX:
        raise Invalid({"file": ("imports_waiting", {"max": WAITING_MAX})})
    file = files.store(upload, name=name, mime="text/csv", purpose="import", by=by, bytes_max=BYTES_MAX)
    found = Import(
        purpose=Purpose(purpose), name=file.name, file_id=file.id, state=State.UPLOADED, bytes_n=file.size_bytes,
        created_by=by, created_at=now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    _guess(found)
    agenda.put(Job.TIDY_IMPORT, found.id, at=now() + TIDY_AFTER)
    audit.record("import.upload", actor_id=by, object=f"import:{found.id}", purpose=purpose, bytes=file.size_bytes)
    return found


def read_as(import_id: int, *, encoding: str = "", delimiter: str = "", has_header: bool | None = None) -> Import:
    """Read an uploaded file in another way than it was guessed; the columns are guessed anew."""
    found = locked(import_id)
    TRANSITIONS.check(State(found.state), State.MAPPED)
    _guess(found, encoding if encoding in ENCODINGS else "", delimiter, has_header)
    return found


def _guess(found: Import, encoding: str = "", delimiter: str = "", has_header: bool | None = None) -> None:
    try:
        layout = sniff(head_of(found), encoding, delimiter, has_header)
    except Invalid as error:
        fault = error.fields["file"]
        found.error, found.layout, found.mapping = fault if isinstance(fault, str) else fault[0], {}, {}
        return
    # The sample is people's data: it is read from the file whenever it is shown.
    found.error, found.layout = "", dataclasses.replace(layout, sample=()).to_json()
    found.mapping = columns.guess(layout).to_json()


def head_of(found: Import) -> bytes:
    if found.file_id is None:
        raise NotFound
    with files.path(files.get(found.file_id)).open("rb") as file:
        return file.read(HEAD_BYTES)


def layout_of(found: Import) -> Layout:
    """The layout with its sample, from the file."""
    kept = Layout.from_json(found.layout)
    return sniff(head_of(found), kept.encoding, kept.delimiter, kept.has_header)


def first_lines(found: Import) -> list[str]:
    """What the file begins with, however little of it can be read."""
    head = head_of(found)
    encoding = str(found.layout.get("encoding", "")) or "utf-8"
    text = decoded(head, encoding).replace("\x00", "")
    return [line[:LINE_MAX] for line in text.splitlines()[:LINES] if line.isprintable() or "\t" in line]


def confirm_mapping(
    import_id: int, mapping: Mapping, *, target: Target, consent: Consent, by: int | None
) -> Import:  # fmt: skip
    """Begin the import. Invalid names what is missing: `columns`, `column-3`, `list`, `consent`, `note`."""
    found = locked(import_id)
    TRANSITIONS.check(State(found.state), State.MAPPED)
    if found.error:
        raise Invalid({"columns": found.error})
    faults = _faults(found, mapping, target, consent)
    if faults:
        raise Invalid(faults)
    if found.purpose == Purpose.CONTACTS:
        found.list_id = target.list_id or listing.create_list(target.new_name, by=by).id
    found.mapping, found.state = mapping.to_json(), State.MAPPED
    found.consent = {"source": consent.source, "note": consent.note.strip()} if consent.source else {}
    db.session.flush()
    agenda.put(Job.IMPORT_FILE, import_id)
    audit.record("import.begin", actor_id=by, object=f"import:{import_id}", consent=consent.source)
    return found


def _faults(found: Import, mapping: Mapping, target: Target, consent: Consent) -> dict[str, object]:
    faults: dict[str, object] = {}
    for fault in columns.check(mapping, layout_of(found).columns_n):
        place = "columns" if fault.column is None else f"column-{fault.column}"
        faults.setdefault(place, (fault.code, fault.values))
    if found.purpose == Purpose.OPTOUTS:
        return faults
    if found.purpose == Purpose.CONTACTS:
        faults |= listing.name_faults(target.new_name, "list") if target.list_id is None else {}
        if target.list_id is not None:
            listing.get_list(target.list_id, lock=True)
    if consent.source not in CONSENTS:
        faults["consent"] = "consent_missing"
    elif consent.source == "other" and not consent.note.strip():
        faults["note"] = "consent_note_missing"
    if len(consent.note) > NOTE_MAX:
        faults["note"] = ("consent_note_too_long", {"max": NOTE_MAX})
    return faults


def stop_import(import_id: int, *, by: int | None) -> Import:
    """End an import where it is: what is in stays in, the rest is not read."""
    found = locked(import_id)
    finish(found, State.STOPPED)
    audit.record("import.stop", actor_id=by, object=f"import:{import_id}", rows=found.rows_n)
    return found


def finish(found: Import, state: State, error: str = "") -> None:
    """Bring an import to its end, remove the file, and let the next one begin."""
    TRANSITIONS.check(State(found.state), state)
    found.state, found.error, found.finished_at, found.lease_until = state, error or found.error, now(), None
    agenda.done(Job.IMPORT_FILE, found.id)
    behind = select(Import.id).where(Import.state.in_((State.MAPPED, State.RUNNING)), Import.id != found.id)
    if (after := db.session.scalar(behind.order_by(Import.id).limit(1))) is not None:
        agenda.put(Job.IMPORT_FILE, after)
    file_id, found.file_id = found.file_id, None
    db.session.flush()
    if file_id is not None:
        files.discard(files.get(file_id))


def imports(*states: State, limit: int = LISTED_MAX) -> Sequence[Import]:
    """Imports, newest first, but those of pasted numbers."""
    wanted = select(Import).where(Import.bytes_n > 0).order_by(Import.id.desc()).limit(limit)
    return db.session.scalars(wanted.where(Import.state.in_(states)) if states else wanted).all()


def get_import(import_id: int) -> Import:
    found = db.session.get(Import, import_id)
    if found is None:
        raise NotFound
    return found


def locked(import_id: int) -> Import:
    """The import's row, held until the transaction ends."""
    found = db.session.get(Import, import_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def time_left(found: Import) -> timedelta | None:
    """How long the rest takes at the pace so far; None before there is one."""
    began, done = found.position.get("began_s"), found.bytes_done
    if not began or not done or found.state != State.RUNNING:
        return None
    spent = now().timestamp() - began
    return timedelta(seconds=spent * (found.bytes_n - done) / done)
