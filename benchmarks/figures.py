"""What was measured, as the README shows it: written from results.json by every run of ./run bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
RESULTS: Final = FOLDER / "results.json"
README: Final = FOLDER.parent / "README.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->"
MET: Final = {True: "yes", False: "no", None: ""}
HEAD: Final = "| key | Qunfa | beside | its figure | ratio | goal | met |\n|---|---|---|---|---|---|---|\n"


def table() -> str:
    """The results as a table in Markdown, and the machine under it."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    machines = sorted({each["machine"] for each in results})
    return HEAD + "".join(map(_line, results)) + f"\nMeasured on {'; '.join(machines)}.\n"


def write() -> None:
    """Put the table into its place in the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    README.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")


def _line(row: dict[str, Any]) -> str:
    ours, ratio = f"{_number(row['ours'])} {row['unit']}", f"{_number(row['ratio'])}×" if row["ratio"] else ""
    cells = (f"`{row['key']}`", ours, row["against"], _number(row["theirs"]), ratio, row["goal"], MET[row["met"]])
    return "| " + " | ".join(cells) + " |\n"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,}"
