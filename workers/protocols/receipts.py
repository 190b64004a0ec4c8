"""Pure: the receipt text SMPP and SMGP share in its many dialects: `id:… sub:… stat:DELIVRD err:000 text:…`.

Keys come in any case, with blanks or underscores, in any order, some not at all. `text` ends it, whatever follows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

RECEIPT_MAX = 4096  # bytes that are looked at; real ones have about 120

_KEY = re.compile(
    rb"(?:^|(?<=[\s,;]))(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|te?xt)\s{0,4}:", re.IGNORECASE
)
# The dialect most carriers write, at once; no value of it can hide a key.
_USUAL = re.compile(
    rb"id:([^\s,;\0]*) sub:([^\s,;\0]*) dlvrd:([^\s,;\0]*) submit date:([^\s,;\0]*) done date:([^\s,;\0]*)"
    rb" stat:([^\s,;\0]*) err:([^\s,;\0]*) text:(.*)",
    re.IGNORECASE | re.DOTALL,
)
_TOLD = ("stat", "err", "submitdate", "donedate")
_KEYS = ("id", "sub", "dlvrd", "submitdate", "donedate", "stat", "err", "text")


class Receipt(NamedTuple):
    """What a carrier says of one message. `id` as it stands there; times as they stand there, empty when absent."""

    id: str
    stat: str
    error: str = ""
    submitted: str = ""
    done: str = ""
    text: bytes = b""


def fields(content: bytes) -> dict[str, bytes]:
    """Key → value, keys in lower case without blanks; the first of each counts."""
    content = content[:RECEIPT_MAX]
    if usual := _USUAL.fullmatch(content):
        return dict(zip(_KEYS, usual.groups(), strict=True))
    found: dict[str, bytes] = {}
    key, start = "", 0
    for match in _KEY.finditer(content):
        if key:
            found.setdefault(key, content[start : match.start()].strip(b" ,;\r\n\t\0"))
        key, start = _plain(match[1]), match.end()
        if key == "text":
            break
    if key:
        rest = content[start:]
        found.setdefault(key, rest if key == "text" else rest.strip(b" ,;\r\n\t\0"))
    return found


def receipt(found: dict[str, bytes], message_id: str) -> Receipt:
    """A receipt of these fields."""
    stat, error, submitted, done = [found.get(key, b"").decode("latin-1") for key in _TOLD]
    return Receipt(message_id, stat.upper(), error, submitted, done, found.get("text", b""))


def _plain(key: bytes) -> str:
    name = key.decode("ascii").lower().replace(" ", "").replace("_", "")
    return "text" if name == "txt" else name
