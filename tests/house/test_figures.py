"""The README states what was measured, and nothing else."""

from __future__ import annotations

from benchmarks import figures


def test_the_readme_shows_the_results_of_the_last_measurement() -> None:
    assert figures.BEGIN + figures.table() + figures.END in figures.README.read_text(encoding="utf-8")
