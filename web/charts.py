"""Pure: columns over time as a page draws them: stacked states, three lines to read them by. Across in per cent, up in
pixels, so that words keep their size at every width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STATES = ("delivered", "awaiting", "in_doubt", "failed")
TOP, GROUND = 16, 176  # of a drawing 200 pixels high; below the ground stand the words
LINES = 2
SHARE = 0.64  # of its place that a column takes
LEAST = 2  # pixels: what is there can be seen


@dataclass(frozen=True)
class Piece:
    """One state of one column."""

    state: str
    y: str
    height: str


@dataclass(frozen=True)
class Column:
    """x, width and middle in per cent."""

    x: str
    width: str
    middle: str
    label: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Chart:
    """Columns, and lines as (y, what they stand for)."""

    columns: Sequence[Column]
    lines: Sequence[tuple[str, int]]


def ceiling(most: int) -> int:
    """The next 2, 4, 6, 10, 20 … above: half of it is whole too."""
    step = 1
    while step * 10 < most:
        step *= 10
    return next(step * times for times in (2, 4, 6, 10) if step * times >= most)


def drawn(slots: Sequence[tuple[str, Mapping[str, int]]]) -> Chart:
    """A chart of (label, counts by state)."""
    top = ceiling(max((sum(counts.get(state, 0) for state in STATES) for _label, counts in slots), default=0))
    place = 100 / max(len(slots), 1)
    columns = [
        Column(
            f"{(n + (1 - SHARE) / 2) * place:.3f}%", f"{SHARE * place:.3f}%", f"{(n + 0.5) * place:.3f}%", label,
            _pieces(counts, top),
        )
        for n, (label, counts) in enumerate(slots)
    ]  # fmt: skip
    lines = [(f"{GROUND - (GROUND - TOP) * n / LINES:.1f}", top * n // LINES) for n in range(LINES + 1)]
    return Chart(columns, lines)


def _pieces(counts: Mapping[str, int], top: int) -> list[Piece]:
    pieces, y = [], float(GROUND)
    for state in STATES:
        if counts.get(state):
            height = max((GROUND - TOP) * counts[state] / top, LEAST)
            y -= height
            pieces.append(Piece(state, f"{y:.1f}", f"{height:.1f}"))
    return pieces
