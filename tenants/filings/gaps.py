"""What a business's first page says of its filings: how much no operator lets through, and what ends soon. The tenant's
scope; what was approved since is taken over first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tenants.filings.asking import Lines, Row, overview
from tenants.filings.dates import ending
from tenants.filings.rules import needs
from tenants.filings.standing import Standing
from tenants.filings.states import Kind, State

_LACKING = frozenset({State.MISSING, State.REJECTED, State.EXPIRED})


@dataclass(frozen=True)
class Gaps:
    """So many things lack a filing somewhere, and so many are filed and end soon, the first of them `until`."""

    lacking: int = 0
    ending: int = 0
    until: date | None = None


def gaps(lines: Lines) -> Gaps:
    """Nothing where no channel asks for anything."""
    if not needs({id for ids in lines.values() for id in ids}, list(lines)):
        return Gaps()
    rows = current(overview(lines))
    lacking = [row for row in rows if any(cell.state in _LACKING for cell in row.cells.values())]
    days = [min(found) for row in rows if row not in lacking and (found := list(_days(row)))]
    return Gaps(len(lacking), len(days), min(days, default=None))


def current(rows: Iterable[Row]) -> list[Row]:
    """Without the versions of templates before the newest approved one: it is what is sent with."""
    newest: dict[tuple[str, int], int] = {}
    rows = list(rows)
    for row in rows:
        place = row.subject.kind, row.subject.ref_id
        newest[place] = max(newest.get(place, 0), row.subject.version)
    return [row for row in rows if row.subject.version == newest[row.subject.kind, row.subject.ref_id]]


def _days(row: Row) -> Iterator[date]:
    """The days on which it ends, as far as nobody has asked again."""
    filed = [cell for cell in row.cells.values() if cell.state == State.FILED and not _asked_again(cell)]
    for cell in filed:
        if cell.filing and cell.filing.valid_until and ending(cell.filing.valid_until):
            yield cell.filing.valid_until
    papers = row.subject
    if papers.kind == Kind.QUALIFICATION and papers.valid_until and ending(papers.valid_until):
        yield papers.valid_until


def _asked_again(cell: Standing) -> bool:
    return cell.latest is not cell.filing and cell.latest is not None and cell.latest.state != State.WITHDRAWN
