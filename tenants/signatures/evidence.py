"""The documents that prove a name is the applicant's: what a file is, is read from its first bytes, never its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from tenants.core import files
from tenants.core.errors import Invalid

FILES_MAX = 6
FILE_BYTES_MAX = 5 * 1000 * 1000
PURPOSE = "signature"
_HEAD_BYTES = 16


@dataclass(frozen=True)
class Upload:
    """One file as it came: the name its owner gave it and its bytes."""

    name: str
    stream: IO[bytes]


def kind_of(head: bytes) -> str | None:
    """The type of a file that begins with `head`, if it is one we take."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def keep(uploads: Sequence[Upload], *, by: int, purpose: str = PURPOSE) -> list[dict[str, Any]]:
    """Store the files; what their owner remembers of each. Invalid names the first file that cannot be taken."""
    return [_keep(upload, by, purpose) for upload in uploads]


def _keep(upload: Upload, by: int, purpose: str) -> dict[str, Any]:
    mime = kind_of(upload.stream.read(_HEAD_BYTES))
    upload.stream.seek(0)
    if mime is None:
        raise Invalid({"evidence": ("evidence_type", {"name": upload.name})})
    try:
        file = files.store(upload.stream, name=upload.name, mime=mime, purpose=purpose, by=by, bytes_max=FILE_BYTES_MAX)
    except Invalid as error:
        raise Invalid({"evidence": ("evidence_too_large", {"name": upload.name})}) from error
    return {"id": file.id, "name": file.name, "mime": mime, "size_bytes": file.size_bytes}
