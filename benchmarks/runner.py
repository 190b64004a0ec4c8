"""The ground benchmarks run on, what they answer with, and how it is shown.

Each benchmark gets a fresh, durable PostgreSQL and a Valkey in a folder that is thrown away, and runs inside the app's
context. All sides of a comparison run there one after the other: figures drift with the machine, ratios hold.
"""

from __future__ import annotations

import json
import keyword
import os
import pkgutil
import platform
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask

import benchmarks
from tenants.accounts import spares
from tenants.core import migrating
from tenants.core.ground import bare_app
from tenants.core.settings import Settings
from workers.embedded import Postgres, Valkey

FOLDER = Path(__file__).parent
SECRET = "a-secret-of-the-benchmarks-only-" + "0" * 16
SPARES = 4
NOT_BENCHMARKS = {
    "__main__", "runner", "arranging", "costs", "naive", "links_ours", "links_naive", "links_kannel", "links_sink",
    "links_jasmin", "jasmin", "sink", "calls", "figures",
}  # fmt: skip
COLUMNS = ("key", "n", "ours", "unit", "against", "theirs", "ratio", "goal", "met")


@dataclass(frozen=True)
class Goal:
    """To reach at least (or, `most`, at most) `number`: of the ratio, or of our own figure with `of="ours"`."""

    number: float
    most: bool = False
    of: str = "ratio"

    def __str__(self) -> str:
        return f"{'≤' if self.most else '≥'} {self.number:,g}{'×' if self.of == 'ratio' else ''}"

    def met(self, ratio: float | None, ours: float) -> bool:
        value = ratio if self.of == "ratio" else ours
        return value is not None and (value <= self.number if self.most else value >= self.number)


@dataclass(frozen=True)
class Row:
    """One comparison: our figure and theirs in the same unit; `ratio` is ours ÷ theirs. No goal: shown beside."""

    key: str
    ours: float
    unit: str
    n: int
    against: str = ""
    theirs: float | None = None
    goal: Goal | None = None

    def as_dict(self) -> dict[str, Any]:
        """What results.json keeps of it."""
        ratio = self.ours / self.theirs if self.theirs else None
        return {
            "key": self.key, "ours": _short(self.ours), "unit": self.unit, "against": self.against,
            "theirs": _short(self.theirs), "ratio": _short(ratio), "goal": str(self.goal or ""),
            "met": self.goal.met(ratio, self.ours) if self.goal else None, "n": self.n, "machine": machine(),
        }  # fmt: skip


def keys() -> list[str]:
    """Every benchmark there is: a file is named as its key, with a `_` behind a word of Python."""
    found = [each.name for each in pkgutil.iter_modules(benchmarks.__path__)]
    return [name.rstrip("_") for name in found if name not in NOT_BENCHMARKS]


def module(key: str) -> ModuleType:
    """The benchmark of a key."""
    return import_module(f"benchmarks.{key}{'_' if keyword.iskeyword(key) else ''}")


def measure(module: ModuleType, scale: float) -> list[Row]:
    """Run one benchmark on fresh servers."""
    with ground() as settings:
        app = bare_app(settings)
        with app.app_context():
            more_tenants(app, SPARES)
            rows: list[Row] = module.run(scale)
    return rows


@contextmanager
def ground() -> Iterator[Settings]:
    """A durable PostgreSQL and a Valkey, migrated; their settings."""
    home = Path(tempfile.mkdtemp(prefix="qunfa-bench-", dir="/var/tmp"))
    postgres, valkey = Postgres(home), Valkey(home)
    try:
        postgres.start()
        _vacuum_soon(postgres.url("postgres", "postgres"))
        valkey.start()
        settings = Settings(
            database_url=postgres.url("qunfa_app"), migration_database_url=postgres.url("qunfa_owner"),
            redis_url=valkey.url, qunfa_secret=SECRET, qunfa_home=str(home), public_url="http://localhost",
        )  # fmt: skip
        engine = sa.create_engine(settings.migration_dsn)
        failed = migrating.migrate(engine)
        engine.dispose()
        assert not failed, failed
        yield settings
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


def _vacuum_soon(superuser: str) -> None:
    """Vacuum as much as ever, but look every other second for what needs it: else it counts for whatever comes next."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum_naptime = '2s'")
        connection.execute("SELECT pg_reload_conf()")


def more_tenants(app: Flask, count: int) -> None:
    """Have `count` spare tenants ready, for `tests.factories.business` to take."""
    settings: Settings = app.config["SETTINGS"]
    engine = sa.create_engine(settings.migration_dsn)
    spares.top_up(engine, settings.qunfa_secret, count)
    engine.dispose()


def keep(rows: Sequence[Row]) -> None:
    """Write results.json; results of benchmarks that were not run this time stay."""
    path = FOLDER / "results.json"
    run = {row.key for row in rows}
    before = json.loads(path.read_text()) if path.exists() else []
    kept = [each for each in before if each["key"] not in run] + [row.as_dict() for row in rows]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in kept)
    path.write_text(f"[\n{lines}\n]\n")


def table(rows: Sequence[Row]) -> str:
    """The rows under each other, for people."""
    shown = [COLUMNS] + [tuple(_text(row.as_dict()[name]) for name in COLUMNS) for row in rows]
    widths = [max(len(line[index]) for line in shown) for index in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in shown
    )


def machine() -> str:
    """What it ran on."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return "" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)


def _short(value: float | None) -> float | None:
    """Three digits are all that a measurement is worth."""
    if value is None:
        return None
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")
