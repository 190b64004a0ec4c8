"""Where the time goes: the CPU of every process a benchmark started, and the memory of a database session."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import func, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
# What is in a process's command line -> what it is called; the first that fits.
NAMES = {
    "simulators": "the carrier", "benchmarks.sink": "the carrier", "links_sink": "the carrier",
    "workers.gateway": "gateway",
    "gunicorn": "gunicorn", "workers bulk": "bulk workers", "workers receipts": "receipts worker",
    "workers chores": "chores worker", "workers.schedule": "clock", "valkey": "Valkey", "postgres": "PostgreSQL",
    "benchmarks": "the benchmark itself",
}  # fmt: skip


def cpu_s() -> dict[str, float]:
    """CPU seconds used so far by this process and all below it, by name; empty where there is no /proc.

    What a process used that has ended counts as its parent's: the sum never falls.
    """
    parents: dict[int, int] = {}
    used: dict[int, tuple[str, float]] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # it has just ended
        parents[int(folder.name)] = int(fields[1])
        name = next((name for part, name in NAMES.items() if part in command), "others")
        used[int(folder.name)] = name, sum(int(ticks) for ticks in fields[11:15]) / TICKS
    total: dict[str, float] = defaultdict(float)
    for pid, (name, seconds) in used.items():
        if _is_below(pid, parents):
            total[name] += seconds
    return total


def vacuuming() -> bool:
    """Whether a database below this process is vacuuming."""
    parents: dict[int, int] = {}
    workers = []
    for folder in PROC.glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if "autovacuum worker" in (folder / "cmdline").read_text():
                workers.append(int(folder.name))
        except OSError:
            continue  # it has just ended
    return any(_is_below(pid, parents) for pid in workers)


def _is_below(pid: int, parents: dict[int, int]) -> bool:
    while pid not in (0, os.getpid()):
        pid = parents.get(pid, 0)
    return pid != 0


def summary(before: Mapping[str, float], after: Mapping[str, float], count: int) -> str:
    """CPU microseconds a piece of work, by process."""
    spent = {name: (after[name] - before.get(name, 0.0)) / count * 1e6 for name in after}
    shown = sorted(spent.items(), key=lambda item: -item[1])
    lines = [f"  {name:<22}{each_us:8.1f} µs" for name, each_us in shown if each_us >= 0.5]
    return "\n".join([*lines, f"  {'together':<22}{sum(spent.values()):8.1f} µs"]) + "\n"


def session_mb() -> float:
    """The private memory of the present thread's database session, on the server's side."""
    with scopes.platform(Reason.SWEEPS):
        pid = db.session.scalar(select(func.pg_backend_pid()))
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0
