"""Files of a tenant: the bytes lie under QUNFA_HOME/files/<tenant>/<random name>, the row says what they are.

A process that died half-way leaves a file without a row: harmless, removed by age.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import TENANT, Base, db, tenant_ids
from tenants.core.errors import Invalid, NotFound

CHUNK_BYTES = 1 << 20


class File(Base):
    """One stored file; `purpose` says which room owns it, `facts` what that room found in it."""

    __tablename__ = "files"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    name: Mapped[str]
    stored_as: Mapped[str]
    mime: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    purpose: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]


def store(source: IO[bytes], *, name: str, mime: str, purpose: str, by: int | None, bytes_max: int) -> File:
    """Keep an upload. Invalid (`file_too_large`, `file_empty`) leaves nothing behind."""
    stored_as = secrets.token_hex(16)
    target = path_of(scopes.tenant_id(), stored_as)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    try:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                if size > bytes_max:
                    raise Invalid({"file": ("file_too_large", {"bytes_max": bytes_max})})
                digest.update(chunk)
                sink.write(chunk)
        if not size:
            raise Invalid({"file": "file_empty"})
    except Invalid:
        target.unlink(missing_ok=True)
        raise
    file = File(
        name=name[:200], stored_as=stored_as, mime=mime, size_bytes=size, sha256=digest.hexdigest(),
        purpose=purpose, created_by=by, created_at=now(),
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    return file


def get(id: int) -> File:
    found = db.session.get(File, id)
    if found is None:
        raise NotFound
    return found


def discard(file: File) -> None:
    """Remove the row and the bytes. Call it last: the bytes do not come back when the transaction fails."""
    db.session.delete(file)
    db.session.flush()
    path(file).unlink(missing_ok=True)


def path(file: File) -> Path:
    """Where the bytes are, for the present tenant."""
    return path_of(scopes.tenant_id(), file.stored_as)


def path_of(tenant_id: int, stored_as: str) -> Path:
    home = Path(current_app.config["SETTINGS"].qunfa_home)
    return home / "files" / str(int(tenant_id)) / Path(stored_as).name
