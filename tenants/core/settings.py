"""Every setting Qunfa reads from its environment, in one frozen table. docs/operations.md describes each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

# What the address in a variable begins with.
SCHEMES = {
    "DATABASE_URL": ("postgresql", "postgres", "postgresql+psycopg"),
    "MIGRATION_DATABASE_URL": ("postgresql", "postgres", "postgresql+psycopg"),
    "REDIS_URL": ("redis", "rediss", "unix"),
    "SMTP_URL": ("smtp", "smtps"),
    "PUBLIC_URL": ("http", "https"),
}


class BadSetting(ValueError):
    """A variable holds what nobody can use; says which, and what it should be."""


@dataclass(frozen=True)
class Settings:
    """Field NAME is read from the environment variable NAME in capitals (those marked below with QUNFA_ as prefix)."""

    database_url: str = ""
    migration_database_url: str = ""
    redis_url: str = ""
    qunfa_secret: str = ""
    qunfa_home: str = ""
    public_url: str = "http://localhost:8000"
    stripe_api_key: str = ""
    stripe_api_base: str = ""
    stripe_webhook_secret: str = ""
    smtp_url: str = ""
    mail_from: str = "Qunfa <no-reply@localhost>"
    qunfa_demo: bool = False
    qunfa_secure_cookies: bool = False
    qunfa_proxy_hops: int = 0
    qunfa_health_s: int = 15
    qunfa_stall_s: int = 10

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        env = os.environ if environ is None else environ
        values: dict[str, object] = {}
        for field in fields(cls):
            name = field.name.upper()
            raw = env.get(name)
            if raw is None or raw == "":
                continue
            if isinstance(field.default, bool):
                values[field.name] = raw.strip().lower() in {"1", "true", "yes", "on"}
            elif isinstance(field.default, int):
                values[field.name] = whole(name, raw)
            else:
                values[field.name] = _address(name, raw.strip()) if name in SCHEMES else raw.strip()
        return cls(**values)  # type: ignore[arg-type]  # the loop above follows the fields' own types

    @property
    def dsn(self) -> str:
        """DATABASE_URL in the form SQLAlchemy wants for psycopg 3."""
        return sqlalchemy_url(self.database_url)

    @property
    def migration_dsn(self) -> str:
        return sqlalchemy_url(self.migration_database_url or self.database_url)


def whole(name: str, raw: str, most: int = 10**9) -> int:
    """The whole number in a variable; BadSetting when it is none or too large."""
    if not raw.strip().isdecimal() or int(raw) > most:
        raise BadSetting(f"{name} is {raw!r}: it must be a whole number of at most {most}.")
    return int(raw)


def _address(name: str, raw: str) -> str:
    """The address in a variable. It may hold a password, so it is not repeated when it is a bad one."""
    schemes = SCHEMES[name]
    try:
        parts = urlsplit(raw)
        good = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise BadSetting(f"{name} cannot be read: it must be an address that begins with {schemes[0]}://.")
    return raw


def sqlalchemy_url(url: str) -> str:
    """postgres:// and postgresql:// name psycopg 3."""
    scheme, sep, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if sep and scheme in {"postgres", "postgresql"} else url
