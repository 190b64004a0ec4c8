"""`qunfa doctor`: what a set-up needs, what it has, and what would go wrong in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import redis
import sqlalchemy as sa

from tenants.core import migrating
from tenants.core.settings import Settings

POSTGRES_MIN, REDIS_MIN = 15, 7


@dataclass(frozen=True)
class Finding:
    """One line of the examination; `bad` means it must be mended."""

    bad: bool
    sentence: str

    def __str__(self) -> str:
        return f"{'✗' if self.bad else '✓'} {self.sentence}"


def examine(settings: Settings) -> list[Finding]:
    """Every finding, good and bad."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_secret, _database, _valkey, _outside)
    return [finding for check in checks for finding in check(settings)]


def _secret(settings: Settings) -> Iterator[Finding]:
    enough = len(settings.qunfa_secret) >= 32
    yield Finding(not enough, "QUNFA_SECRET is set" if enough else "QUNFA_SECRET needs at least 32 random characters")
    home = bool(settings.qunfa_home)
    yield Finding(not home, f"QUNFA_HOME is {settings.qunfa_home}" if home else "QUNFA_HOME must name the data folder")


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url:
        yield Finding(True, "DATABASE_URL is not set; ./run would start an embedded PostgreSQL")
        return
    try:
        with sa.create_engine(settings.dsn, poolclass=sa.pool.NullPool).connect() as connection:
            yield from _of_login(connection)
        with sa.create_engine(settings.migration_dsn, poolclass=sa.pool.NullPool).connect() as connection:
            yield from _of_schema(connection)
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Finding(True, f"The database cannot be used: {reason}")


def _of_login(connection: sa.Connection) -> Iterator[Finding]:
    version = connection.scalar(sa.text("SELECT current_setting('server_version_num')::int / 10000")) or 0
    yield Finding(
        version < POSTGRES_MIN, f"PostgreSQL {version}" + ("" if version >= POSTGRES_MIN else ": 15 is the least")
    )
    strong = connection.scalar(sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"))
    words = "is a superuser or bypasses row-level security: use another" if strong else "has no rights of its own"
    yield Finding(bool(strong), f"The application's login {words}")


def _of_schema(connection: sa.Connection) -> Iterator[Finding]:
    there = connection.scalar(sa.text("SELECT to_regclass('shared.tenants') IS NOT NULL"))
    if not there:
        yield Finding(True, "The database is empty: run ./run migrate")
        return
    behind = connection.scalar(
        sa.text("SELECT count(*) FROM shared.tenants WHERE schema_version <> :head"), {"head": migrating.head("tenant")}
    )
    yield Finding(
        bool(behind),
        f"{behind} tenants lag behind: run ./run migrate" if behind else "Every tenant is at the newest version",
    )
    staff = connection.scalar(sa.text("SELECT count(*) FROM shared.identities WHERE is_staff"))
    none = "Nobody is staff, so nothing can be approved: run ./run staff add <e-mail>"
    yield Finding(not staff, f"{staff} people are staff" if staff else none)


def _valkey(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        yield Finding(True, "REDIS_URL is not set; ./run would start an embedded Valkey")
        return
    try:
        with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2) as client:
            info = client.info("server")
    except redis.RedisError as error:
        yield Finding(True, f"Valkey cannot be used: {error}")
        return
    version = str(info.get("valkey_version") or info.get("redis_version"))
    old = int(version.split(".")[0]) < REDIS_MIN
    yield Finding(old, f"Valkey or Redis {version}" + (": 7 is the least" if old else ""))


def _outside(settings: Settings) -> Iterator[Finding]:
    for name, given, effect in (
        ("STRIPE_API_KEY", settings.stripe_api_key, "nobody can top up"),
        ("SMTP_URL", settings.smtp_url, "mail is kept on the outbox page only"),
    ):
        yield Finding(False, f"{name} is set" if given else f"{name} is not set: {effect}")
    secure = settings.public_url.startswith("https://")
    yield Finding(secure and not settings.qunfa_secure_cookies, f"PUBLIC_URL is {settings.public_url}")
