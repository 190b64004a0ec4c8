"""Pure: the receipt text SMPP and SMGP share in its many dialects: `id:… sub:… stat:DELIVRD err:000 text:…`.

Keys come in any case, with blanks or underscores, in any order, some not at all. `text` ends it, whatever follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RECEIPT_MAX = 4096  # bytes that are looked at; real ones have about 120

_KEY = re.compile(
    rb"(?:^|(?<=[\s,;]))(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|te?xt)\s{0,4}:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Receipt:
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
    plain = {key: value.decode("latin-1") for key, value in found.items() if key != "text"}
    return Receipt(
        message_id,
        plain.get("stat", "").upper(),
        plain.get("err", ""),
        plain.get("submitdate", ""),
        plain.get("donedate", ""),
        found.get("text", b""),
    )


def _plain(key: bytes) -> str:
    name = key.decode("ascii").lower().replace(" ", "").replace("_", "")
    return "text" if name == "txt" else name
