"""Migrations. Two trees: `shared` (schemas shared and ledger, by Alembic as usual) and `tenant` (the same step in every
tenant's schema). The tenant tree is resumable: each tenant's version lies in its own row, each schema is its own
transaction with a lock time-out, and a tenant that cannot be migrated is reported and does not stop the others.

The connection is the owner's (MIGRATION_DATABASE_URL); raw SQL is right here and only here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

ROOT = Path(__file__).resolve().parents[2] / "migrations"
LOCK_TIMEOUT = "3s"
# Any number that nothing else of ours uses; two migrators never run at once.
ADVISORY_LOCK = 5_100_001


@dataclass(frozen=True)
class Laggard:
    """A tenant left behind, and why."""

    tenant_id: int
    version: str
    error: str


def head(tree: str) -> str:
    """The newest version of a tree, as its HEAD file says."""
    return (ROOT / tree / "HEAD").read_text(encoding="utf-8").strip()


def migrate(engine: sa.Engine) -> list[Laggard]:
    """Bring the shared tree and then every tenant to the head; those that could not be brought there."""
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS shared"))
        connection.commit()
        try:
            config = Config()
            config.set_main_option("script_location", str(ROOT))
            config.set_main_option("version_locations", str(ROOT / "shared"))
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            return migrate_tenants(engine)
        finally:
            connection.rollback()
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()


def migrate_tenants(engine: sa.Engine) -> list[Laggard]:
    """Bring every tenant's schema to the head, one transaction each."""
    steps = _tenant_steps()
    with engine.connect() as connection:
        behind = connection.execute(
            sa.text("SELECT id, schema_version FROM shared.tenants WHERE schema_version <> :head ORDER BY id"),
            {"head": head("tenant")},
        ).all()
    laggards = []
    for tenant_id, version in behind:
        try:
            with engine.begin() as connection:
                _run_steps(connection, tenant_id, [step for step in steps if step.revision > version])
        except sa.exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            laggards.append(Laggard(tenant_id, version, reason))
            with engine.begin() as connection:
                connection.execute(
                    sa.text("UPDATE shared.tenants SET schema_error = :reason WHERE id = :id"),
                    {"reason": reason, "id": tenant_id},
                )
    return laggards


def create_schema(connection: sa.Connection, tenant_id: int) -> None:
    """Role, schema, tables and grants of a new tenant, at the head. The one place that makes tenant roles.

    Roles are NOLOGIN: the application enters them from its own login (core/scopes.py).
    """
    role = f"t_{int(tenant_id)}"
    for statement in (
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"GRANT qunfa_tenant TO {role}",
        f"GRANT {role} TO qunfa_app",
        f"CREATE SCHEMA {role}",
        f"GRANT USAGE ON SCHEMA {role} TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {role} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {role} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ):
        connection.exec_driver_sql(statement)
    _run_steps(connection, tenant_id, _tenant_steps(), record=False)


def _run_steps(connection: sa.Connection, tenant_id: int, steps: list[Script], record: bool = True) -> None:
    schema = f"t_{int(tenant_id)}"
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; SET LOCAL search_path = {schema}")
    with Operations.context(MigrationContext.configure(connection)):
        for step in steps:
            step.module.upgrade()
    connection.exec_driver_sql("SET LOCAL search_path = ''")
    if record:
        connection.execute(
            sa.text("UPDATE shared.tenants SET schema_version = :version, schema_error = '' WHERE id = :id"),
            {"version": steps[-1].revision if steps else head("tenant"), "id": tenant_id},
        )


def _tenant_steps() -> list[Script]:
    script = ScriptDirectory(str(ROOT), version_locations=[str(ROOT / "tenant")])
    return list(reversed(list(script.walk_revisions())))
