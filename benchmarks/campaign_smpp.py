"""A campaign over SMPP against one RQ job for each message, and beside Kannel where it is installed: a gateway that
keeps no books, plans nothing and forgets what it sent.
"""

from __future__ import annotations

import sys

from benchmarks import arranging, links_kannel, links_ours
from benchmarks.runner import Goal, Row

KEY = "campaign_smpp"
COUNT, COUNT_MIN = 100_000, 2_000
REUSED, FORKED, THEIRS_MIN = 4_000, 400, 100
KANNEL, KANNEL_MIN = 20_000, 1_000
GOAL = Goal(40)


def run(scale: float) -> list[Row]:
    compared = rows(KEY, "smpp", scale)
    count = max(KANNEL_MIN, int(KANNEL * scale))
    figure = links_kannel.figure(count)
    if figure is None:
        sys.stderr.write("  Kannel is not installed and left out: './run bench --peers' says how it is brought\n")
        return compared
    first = compared[0]
    return [*compared, Row(KEY, first.ours, first.unit, first.n, f"Kannel ({count:,} messages)", figure)]


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
