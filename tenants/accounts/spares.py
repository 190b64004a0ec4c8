"""Spare tenants: complete ones, made ahead in lots, so that sign-up is one UPDATE and waits for no DDL."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import func, insert, select

from tenants.accounts.models import Tenant
from tenants.core import migrating, secrets
from tenants.core.clock import now
from tenants.core.db import shared_ids

LOT = 20
# Two chores at once would make two lots; any number that nothing else of ours uses.
ADVISORY_LOCK = 5_100_003


def top_up(engine: sa.Engine, secret: str, lot: int = LOT) -> int:
    """Make spares until `lot` are ready; how many were made: none while another does it. `engine` is the owner's."""
    with engine.connect() as connection:
        if not connection.scalar(select(func.pg_try_advisory_lock(ADVISORY_LOCK))):
            return 0
        try:
            ready = connection.scalar(select(func.count()).select_from(Tenant).where(Tenant.state == "spare")) or 0
            connection.commit()
            for _ in range(lot - ready):
                _make(connection, secret)
                connection.commit()
        finally:
            connection.rollback()
            connection.scalar(select(func.pg_advisory_unlock(ADVISORY_LOCK)))
            connection.commit()
    return max(lot - ready, 0)


def _make(connection: sa.Connection, secret: str) -> None:
    tenant_id = connection.scalar(select(shared_ids.next_value()))
    assert tenant_id is not None
    migrating.create_schema(connection, tenant_id)
    connection.execute(
        insert(Tenant).values(
            id=tenant_id,
            data_key=secrets.new_data_key(secret, tenant_id),
            schema_version=migrating.head("tenant"),
            created_at=now(),
        )
    )
