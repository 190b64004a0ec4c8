"""What every test stands on: one embedded PostgreSQL and Valkey for each test process, an app, fresh tenants.

Shared work tables are emptied after each test; tenants are never reused.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings as hypothesis_settings

from tenants.accounts import spares
from tenants.core import migrating
from tenants.core.settings import Settings
from tests import apart
from web import create_app
from workers.embedded import Postgres, Valkey

SECRET = "a-secret-of-the-tests-only-" + "0" * 20
SPARES = 4
# How long an example takes says how busy the machine is, no more.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")
# Tables of work, emptied between tests; the books and the people stay, being append-only or harmless.
WORK = (
    "batches turns submissions receipts replies reviews throttles mails agenda filings filing_subjects filing_answers"
)
TESTS = Path(__file__).parent
# Files that take long; the migrator's, the longer the more tenants there are.
LONG = ("journeys", "tenants/core/test_migrating", "faults", "workers/gateway", "browser")
# Emptying a table costs more than looking into it.
USED = " UNION ALL ".join(f"(SELECT 'shared.{name}' FROM shared.{name} LIMIT 1)" for name in WORK.split())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", metavar="K/N", help="only every N-th file, beginning with the K-th; for long runs")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left alone with it; keep one part of the files."""
    items.sort(key=lambda item: not str(item.path.relative_to(TESTS)).startswith(LONG))
    part = config.getoption("--part")
    if not part:
        return
    chosen, parts = (int(number) for number in part.split("/"))
    files = sorted({item.path for item in items if not item.get_closest_marker("interop")})
    kept = {path for at, path in enumerate(files) if at % parts == (chosen - 1) % parts}
    config.hook.pytest_deselected(items=[item for item in items if item.path not in kept])
    items[:] = [item for item in items if item.path in kept]


apart.watch()


@pytest.fixture(scope="session")
def ground() -> Iterator[Settings]:
    """A running PostgreSQL and Valkey of this test process, migrated; their settings."""
    home = Path(tempfile.mkdtemp(prefix="qunfa-test-", dir="/var/tmp" if Path("/var/tmp").exists() else None))
    postgres, valkey = Postgres(home, fast=True), Valkey(home)
    try:
        postgres.start()
        valkey.start()
        settings = Settings(
            database_url=postgres.url("qunfa_app"),
            migration_database_url=postgres.url("qunfa_owner"),
            redis_url=valkey.url,
            qunfa_secret=SECRET,
            qunfa_home=str(home),
            public_url="http://localhost",
        )
        engine = sa.create_engine(settings.migration_dsn)
        assert migrating.migrate(engine) == []
        engine.dispose()
        yield settings
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def owner(ground: Settings) -> Iterator[sa.Engine]:
    """The owner's engine: sees and changes everything; for arranging and for checking."""
    engine = sa.create_engine(ground.migration_dsn)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_app(ground: Settings) -> Flask:
    return create_app(ground, testing=True)


@pytest.fixture
def app(shared_app: Flask, ground: Settings, owner: sa.Engine) -> Iterator[Flask]:
    """The application inside its context, with spare tenants ready."""
    spares.top_up(owner, ground.qunfa_secret, SPARES)
    with shared_app.app_context():
        yield shared_app
    with owner.begin() as connection:
        if used := connection.exec_driver_sql(USED).scalars().all():
            connection.exec_driver_sql(f"TRUNCATE {', '.join(used)}")
    redis.Redis.from_url(ground.redis_url).flushall()


@pytest.fixture
def trail(app: Flask, owner: sa.Engine) -> Callable[[], set[str]]:
    """Says which acts have left a row with their actor in the audit trail since the test began."""
    rows = sa.text("SELECT id, action FROM shared.audit WHERE id > :last AND actor_id IS NOT NULL")

    def found(last: int) -> list[sa.Row[tuple[int, str]]]:
        with owner.connect() as connection:
            return list(connection.execute(rows, {"last": last}))

    before = max((row.id for row in found(0)), default=0)
    return lambda: {row.action for row in found(before)}
