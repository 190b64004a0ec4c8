"""A campaign over SMPP against one RQ job for each message, and beside Kannel and Jasmin where they are installed:
gateways that keep no books, plan nothing and forget what they sent.
"""

from __future__ import annotations

import sys

from benchmarks import arranging, jasmin, links_jasmin, links_kannel, links_ours
from benchmarks.runner import Goal, Row

KEY = "campaign_smpp"
COUNT, COUNT_MIN = 100_000, 2_000
REUSED, FORKED, THEIRS_MIN = 4_000, 400, 100
KANNEL, JASMIN, BESIDE_MIN = 20_000, 10_000, 1_000
GOAL = Goal(40)


def run(scale: float) -> list[Row]:
    compared = rows(KEY, "smpp", scale)
    return compared + [
        Row(KEY, compared[0].ours, compared[0].unit, compared[0].n, name, figure)
        for name, figure in _beside(scale).items()
    ]


def _beside(scale: float) -> dict[str, float]:
    """Messages a second of other gateways. One that is not installed, or fails, is named and left out: ours stand."""
    found = {}
    for name, lacking, figure, full in (
        ("Kannel", links_kannel.lacking(), links_kannel.figure, KANNEL),
        ("Jasmin", jasmin.lacking(), links_jasmin.figure, JASMIN),
    ):
        count = max(BESIDE_MIN, int(full * scale))
        try:
            if not lacking:
                found[f"{name} ({count:,} messages)"] = figure(count)
        except (AssertionError, EOFError, OSError) as error:
            sys.stderr.write(f"  {name} is left out, it failed: {error!r}\n")
        if lacking:
            sys.stderr.write(f"  {name} is left out, not installed: {', '.join(lacking)} (./run bench --peers)\n")
    return found


def rows(key: str, protocol: str, scale: float) -> list[Row]:
    """What is compared over any protocol."""
    count = max(COUNT_MIN, int(COUNT * scale))
    tenant_id = arranging.business()
    ours = links_ours.ours(tenant_id, protocol, count)
    theirs = {
        f"one RQ job a message, {way} ({number:,} messages)": links_ours.theirs(tenant_id, protocol, way, number)
        for way, number in (("reused", _scaled(REUSED, scale)), ("forked", _scaled(FORKED, scale)))
    }
    best = max(theirs, key=lambda name: theirs[name])
    return [
        Row(key, ours, "messages/s", count, name, figure, GOAL if name == best else None)
        for name, figure in theirs.items()
    ]


def _scaled(count: int, scale: float) -> int:
    return max(THEIRS_MIN, int(count * scale))
