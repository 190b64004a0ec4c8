"""Pure: what goes over HTTP: an envelope alone, or one with the multimedia message attached to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workers.protocols.mm7.messages import Message, read, write
from workers.protocols.mm7.mime import (
    BINARY,
    PREAMBLE_BYTES_MAX,
    Part,
    is_multipart,
    joined,
    leaves,
    related,
    split,
)
from workers.protocols.mm7.smil import TYPE

XML: Final = "text/xml; charset=utf-8"
ENVELOPE_ID: Final = "envelope"
CONTENT_ID: Final = "content"
HREF: Final = f"cid:{CONTENT_ID}"
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def packed(message: Message, parts: Sequence[Part], boundary: str, encoding: str = BINARY) -> tuple[str, bytes]:
    """Type and body. The first of the parts is the presentation that shows the others."""
    if not parts:
        return XML, write(message)
    inner = f"inside-{boundary}"
    content = Part(related(inner, parts[0].id, TYPE), joined(parts, inner, encoding), CONTENT_ID)
    envelope = Part(XML, write(message), ENVELOPE_ID)
    return related(boundary, ENVELOPE_ID, "text/xml"), joined([envelope, content], boundary)


def opened(body: bytes) -> tuple[Message, list[Part]]:
    """The message and every part attached to it, however deep; RemoteProtocolError when it cannot be read."""
    begins = body[:PREAMBLE_BYTES_MAX].removeprefix(BYTE_ORDER_MARK).lstrip()
    if begins.startswith(b"<") or not is_multipart(body):
        return read(body), []
    envelope, *attached = split(body)
    return read(envelope.content), list(leaves(attached))
