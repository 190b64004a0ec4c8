"""What growth costs: a message among many against one among few, a message of twenty senders among many businesses
against one of a single sender, and the memory of a database session that has served them.

A message is planned, claimed, recorded, reported and settled; only the network is left away.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import current_app

from benchmarks import arranging, costs, runner
from benchmarks.arranging import Sent
from benchmarks.runner import Goal, Row

KEY = "growth"
ROWS, ROWS_MIN = 1_000_000, 50_000
TENANTS, TENANTS_MIN = 1_000, 60
FEW, ROUNDS = 10_000, 3
SENDERS, EACH = 20, 1_000
FLAT, NEARLY_FLAT = Goal(1.1, most=True), Goal(1.2, most=True)
UNIT = "µs CPU a message"
QUIET_S, REST_S_MAX = 5.0, 300.0


def run(scale: float) -> list[Row]:
    rows, tenants = max(ROWS_MIN, int(ROWS * scale)), max(TENANTS_MIN, int(TENANTS * scale))
    runner.more_tenants(current_app, ROUNDS + 2)
    channel_id, old = arranging.channel(), arranging.business()
    measured = Measured(channel_id)
    few = measured.least(lambda: [arranging.run(arranging.business(), FEW)])
    large = measured.once(lambda: [arranging.run(old, rows)])
    beside = measured.least(lambda: [arranging.run(old, FEW)])
    runner.more_tenants(current_app, tenants)
    before_mb = costs.session_mb()
    one = arranging.business()
    single = measured.least(lambda: [arranging.run(one, SENDERS * EACH, operators=1)])
    senders = [arranging.business() for _ in range(SENDERS)]
    many = measured.least(lambda: [arranging.run(each, EACH, operators=1) for each in senders])
    return [
        Row(KEY, large, UNIT, rows, f"in a run of {rows:,}; of {FEW:,}", few, FLAT),
        Row(KEY, beside, UNIT, FEW, f"beside {rows:,} older ones; beside none", few, FLAT),
        Row(
            KEY, many, UNIT, SENDERS * EACH, f"{SENDERS} of {tenants:,} businesses send; one does", single, NEARLY_FLAT
        ),
        Row(
            KEY,
            costs.session_mb(),
            "MB a session",
            SENDERS,
            f"after serving {SENDERS + 1} more businesses; before",
            before_mb,
        ),
    ]


class Measured:
    """Runs of messages from their first moment to their last, in this process."""

    def __init__(self, channel_id: int) -> None:
        self.channel_id = channel_id
        self.once(lambda: [arranging.run(arranging.business(), FEW)])  # warm

    def once(self, begin: Callable[[], list[Sent]]) -> float:
        """The cost of a message: CPU microseconds of ours and of the database together."""
        _rest()
        before = sum(costs.cpu_s().values())
        runs = begin()
        arranging.hand_over(*runs)
        count = sum(arranging.report(each, self.channel_id) for each in runs)
        arranging.settle(*runs)
        return (sum(costs.cpu_s().values()) - before) / count * 1e6

    def least(self, begin: Callable[[], list[Sent]]) -> float:
        """The least of some rounds: what others on the machine take away is never negative."""
        return min(self.once(begin) for _ in range(ROUNDS))


def _rest() -> None:
    """Wait until the vacuum of what came before is over: it is none of the next measurement's."""
    stop_at = time.monotonic() + REST_S_MAX
    quiet_since = time.monotonic()
    while time.monotonic() < min(stop_at, quiet_since + QUIET_S):
        time.sleep(0.1)
        if costs.vacuuming():
            quiet_since = time.monotonic()
