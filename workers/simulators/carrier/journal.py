"""The journal: what really happened, one JSON object a line, on file before anybody is answered.

{"kind": "submit", "at", "reference", "to", "text", "extension", "id"}        accepted
{"kind": "submit", "at", "reference", "to", "text", "extension", "refused"}   refused, with the code
    both also with "files" of MMS and RCS, and with "template" and "values" where a template was sent
{"kind": "receipt", "at", "call", "to", "id", "reference", "status", "code"}  before its call leaves
{"kind": "call", "at", "call", "attempt", "status"}                           how it was answered, 0: not at all
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Journal:
    """Appends to one file. Unbuffered: a line is with the operating system when `write` returns."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("ab", buffering=0) if path else None

    def write(self, entries: Iterable[dict[str, Any]]) -> None:
        if self._file is None:
            return
        at = time.time()
        lines = "".join([_encode({"at": at} | entry) + "\n" for entry in entries])
        if lines:
            self._file.write(lines.encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        if self._file:
            self._file.close()


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line of a journal, also while it is being written or after a kill tore the last one."""
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return  # what is written of it meanwhile would look like a line of its own
            yield json.loads(line)
