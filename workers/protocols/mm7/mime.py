"""Pure: multipart bodies: parts with headers between boundaries, written and read, however deep they are nested.

https://www.rfc-editor.org/rfc/rfc2387 (related), https://www.rfc-editor.org/rfc/rfc2046 (boundaries)

The boundary is taken from the body itself: the header that also names it does not always come along.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workers.protocols.errors import LocalProtocolError, RemoteProtocolError

BODY_BYTES_MAX: Final = 4 << 20
PARTS_MAX: Final = 64  # of one body
HEAD_BYTES_MAX: Final = 8 << 10
PREAMBLE_BYTES_MAX: Final = 8 << 10
NESTED_MAX: Final = 3
LINE: Final = 76
BASE64: Final = "base64"
BINARY: Final = "binary"

_BOUNDARY = re.compile(rb"(?:\A|\n)--([0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-])[ \t]*\r?\n")
_CHARSET = re.compile(r"""charset="?([^\s";]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part, decoded. `id` without its brackets; `name` is its Content-Location."""

    type: str
    content: bytes
    id: str = ""
    name: str = ""

    @property
    def kind(self) -> str:
        """The type without its parameters."""
        return self.type.partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """What a part of text says; RemoteProtocolError when it is in no coding we know."""
        charset = _CHARSET.search(self.type)
        try:
            return self.content.decode(charset[1] if charset else "utf-8")
        except (UnicodeError, LookupError) as error:
            raise RemoteProtocolError("a text in no known coding") from error


def joined(parts: Sequence[Part], boundary: str, encoding: str = BINARY) -> bytes:
    """A multipart body. `encoding` is for contents that are neither text nor parts themselves."""
    mark = b"--" + boundary.encode()
    if any(mark in part.content for part in parts):
        raise LocalProtocolError("the boundary stands in a part")
    pieces = [mark + b"\r\n" + _head(part, _encoding(part, encoding)) + _body(part, encoding) for part in parts]
    return b"\r\n".join([*pieces, mark + b"--\r\n"])


def related(boundary: str, start: str, kind: str) -> str:
    """The type of a body whose first part is the root."""
    return f'multipart/related; boundary="{boundary}"; type="{kind}"; start="<{start}>"'


def _encoding(part: Part, encoding: str) -> str:
    if part.kind.startswith("multipart/"):
        return BINARY
    return "8bit" if part.kind in ("text/xml", "text/plain", "application/smil") else encoding


def _head(part: Part, encoding: str) -> bytes:
    lines = [f"Content-Type: {part.type}", f"Content-Transfer-Encoding: {encoding}"]
    if part.id:
        lines.append(f"Content-ID: <{part.id}>")
    if part.name:
        lines.append(f"Content-Location: {part.name}")
    text = "\r\n".join(lines)
    if "\r" in text.replace("\r\n", "") or text.count("\n") != len(lines) - 1 or not text.isascii():
        raise LocalProtocolError("a part cannot be named so")
    return text.encode() + b"\r\n\r\n"


def _body(part: Part, encoding: str) -> bytes:
    if _encoding(part, encoding) != BASE64:
        return part.content
    text = base64.b64encode(part.content)
    return b"\r\n".join(text[at : at + LINE] for at in range(0, len(text), LINE))


def is_multipart(body: bytes) -> bool:
    return _BOUNDARY.search(body, 0, PREAMBLE_BYTES_MAX) is not None


def split(body: bytes) -> list[Part]:
    """The parts of a body; RemoteProtocolError when it is torn, endless or no multipart body."""
    if len(body) > BODY_BYTES_MAX:
        raise RemoteProtocolError("a body too large")
    found = _BOUNDARY.search(body, 0, PREAMBLE_BYTES_MAX)
    if found is None:
        raise RemoteProtocolError("no boundary")
    mark = re.compile(rb"\n--" + re.escape(found[1]) + rb"(?:(--)|[ \t]*\r?\n)")
    parts, start = list[Part](), found.end()
    for _ in range(PARTS_MAX):
        end = mark.search(body, start - 1)  # an empty part ends with the line it begins with
        if end is None:
            raise RemoteProtocolError("a body without its end")
        parts.append(_part(body[start : max(start, end.start())].removesuffix(b"\r")))
        if end[1]:
            return parts
        start = end.end()
    raise RemoteProtocolError("too many parts")


def leaves(parts: Sequence[Part], depth: int = 0) -> Iterator[Part]:
    """Every part that holds no others."""
    for part in parts:
        if not part.kind.startswith("multipart/"):
            yield part
        elif depth >= NESTED_MAX:
            raise RemoteProtocolError("parts nested too deep")
        else:
            yield from leaves(split(part.content), depth + 1)


def _part(data: bytes) -> Part:
    head, blank, content = _cut(data)
    if not blank or len(head) > HEAD_BYTES_MAX:
        raise RemoteProtocolError("a part without headers")
    headers: dict[str, str] = {}
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Part(
        headers.get("content-type", "text/plain"),
        _decoded(content, headers.get("content-transfer-encoding", "").lower()),
        headers.get("content-id", "").strip("<>"),
        headers.get("content-location", ""),
    )


def _cut(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Headers, the empty line, content. A part may have no headers at all."""
    if data.startswith((b"\r\n", b"\n")):
        return b"", b"\n", data.partition(b"\n")[2]
    found = re.search(rb"\r?\n\r?\n", data[: HEAD_BYTES_MAX + 4])
    return (data[: found.start()], found[0], data[found.end() :]) if found else (data, b"", b"")


def _decoded(content: bytes, encoding: str) -> bytes:
    if encoding == BASE64:
        try:
            return base64.b64decode(b"".join(content.split()), validate=True)
        except binascii.Error as error:
            raise RemoteProtocolError("a part that is no base64") from error
    return quopri.decodestring(content) if encoding == "quoted-printable" else content
