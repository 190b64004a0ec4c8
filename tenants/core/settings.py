"""Every setting Qunfa reads from its environment, in one frozen table. docs/operations.md describes each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


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
            raw = env.get(field.name.upper())
            if raw is None or raw == "":
                continue
            if isinstance(field.default, bool):
                values[field.name] = raw.strip().lower() in {"1", "true", "yes", "on"}
            elif isinstance(field.default, int):
                values[field.name] = int(raw)
            else:
                values[field.name] = raw.strip()
        return cls(**values)  # type: ignore[arg-type]  # the loop above follows the fields' own types

    @property
    def dsn(self) -> str:
        """DATABASE_URL in the form SQLAlchemy wants for psycopg 3."""
        return sqlalchemy_url(self.database_url)

    @property
    def migration_dsn(self) -> str:
        return sqlalchemy_url(self.migration_database_url or self.database_url)


def sqlalchemy_url(url: str) -> str:
    """postgres:// and postgresql:// name psycopg 3."""
    scheme, sep, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if sep and scheme in {"postgres", "postgresql"} else url
