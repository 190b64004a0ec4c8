"""The library of one business: rows of `files` with the purpose "media" and what was found in their bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import IO

from sqlalchemy import func, select

from tenants.core import audit, files
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, QuotaReached
from tenants.core.files import File
from tenants.media.examining import DURATION_MAX_S, PIXELS_MAX, SIDE_MAX, Facts, Unfit, examine

PURPOSE = "media"
BYTES_MAX = 10_000_000
FILES_MAX = 500
NAME_MAX = 80
_LIMITS = {
    "medium_too_wide": {"side": SIDE_MAX, "megapixels": PIXELS_MAX // 1_000_000},
    "medium_too_long": {"minutes": DURATION_MAX_S // 60},
}


def add(source: IO[bytes], name: str, *, by: int) -> File:
    """Keep an upload after looking through it. Invalid says what is wrong with the file."""
    held = db.session.scalars(select(func.count()).where(File.purpose == PURPOSE)).one()
    if held >= FILES_MAX:
        raise QuotaReached("media_full", max=FILES_MAX)
    data = source.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise Invalid({"file": ("medium_too_large", {"megabytes": BYTES_MAX // 1_000_000})})
    try:
        facts = examine(data)
    except Unfit as error:
        raise Invalid({"file": (error.code, _LIMITS.get(error.code, {}))}) from error
    file = files.store(
        io.BytesIO(data), name=_cleaned(name) or facts.kind, mime=facts.mime, purpose=PURPOSE, by=by,
        bytes_max=BYTES_MAX,
    )  # fmt: skip
    file.facts = asdict(facts)
    db.session.flush()
    audit.record("media.add", actor_id=by, object=f"medium:{file.id}")
    return file


def _cleaned(name: str) -> str:
    return " ".join(name.replace("\\", "/").rpartition("/")[2].split())[:NAME_MAX]


def listed(kind: str = "") -> list[File]:
    """Newest first; of one kind (image, audio, video) or all."""
    wanted = select(File).where(File.purpose == PURPOSE).order_by(File.id.desc()).limit(FILES_MAX)
    return list(db.session.scalars(wanted.where(File.facts["kind"].astext == kind) if kind else wanted))


def get(id: int) -> File:
    found = files.get(id)
    if found.purpose != PURPOSE:
        raise NotFound
    return found


def some(ids: Iterable[int]) -> dict[int, File]:
    """Those of these that are there."""
    wanted = sorted(set(ids))
    found = db.session.scalars(select(File).where(File.id.in_(wanted), File.purpose == PURPOSE)) if wanted else ()
    return {file.id: file for file in found}


def facts_of(file: File) -> Facts:
    return Facts(**file.facts)


def contents(ids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of some media."""
    return {id: files.path(file).read_bytes() for id, file in some(ids).items()}


def rename(id: int, name: str, *, by: int) -> File:
    file, cleaned = get(id), _cleaned(name)
    if not cleaned:
        raise Invalid({"name": ("medium_name_length", {"max": NAME_MAX})})
    file.name = cleaned
    audit.record("media.rename", actor_id=by, object=f"medium:{id}")
    return file


def discard(id: int, *, by: int) -> None:
    """Delete it for good. Whether something still names it the rooms above know: ask `message_templates`."""
    file = get(id)
    audit.record("media.delete", actor_id=by, object=f"medium:{id}")
    files.discard(file)
