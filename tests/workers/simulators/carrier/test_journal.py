"""Reading a journal while it is being written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import cast

from workers.simulators.carrier import journal


class Growing:
    """A file whose second line was written only in part when its end was reached, and went on growing."""

    def open(self, _mode: str) -> AbstractContextManager[Iterator[bytes]]:
        return nullcontext(iter([b'{"number":1}\n', b'{"number"', b":2}\n", b'{"number":3}\n']))


def test_a_line_that_is_being_written_is_read_the_next_time(tmp_path: Path) -> None:
    assert list(journal.entries(cast(Path, Growing()))) == [{"number": 1}]
    (tmp_path / "journal").write_bytes(b'{"number":1}\n{"number":2}\n{"num')
    assert [entry["number"] for entry in journal.entries(tmp_path / "journal")] == [1, 2]
