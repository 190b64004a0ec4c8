"""Alembic's entry for the shared tree. The tenant tree runs through tenants/core/migrating.py, schema by schema."""

from alembic import context

from tenants.core.db import load_models

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=load_models(),
    version_table="alembic_version",
    version_table_schema="shared",
)
with context.begin_transaction():
    context.run_migrations()
