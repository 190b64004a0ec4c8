"""Settling reads what waits, however much has been settled before."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import column, func, select, table, update

from tenants import messages
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Incoming
from tenants.messages.models import Receipt
from tests import factories

OLD, WAITING = 4_000, 3
# What this session has read of late, by table.
READ = table("pg_stat_xact_user_tables", column("relname"), column("seq_tup_read"), column("idx_tup_fetch"))


def stored(tenant_id: int, count: int, state: str) -> None:
    with scopes.platform(Reason.RECEIPTS):
        incoming = [Incoming(f"{state} {each}", "", "delivered", "", now()) for each in range(count)]
        messages.store(77, incoming, "secret")
        fresh = update(Receipt).where(Receipt.state == "new")
        db.session.execute(fresh.values(state=state, tenant_id=tenant_id, message_id=Receipt.id, attempt=1))


def rows_read() -> int:
    one = select(func.coalesce(READ.c.seq_tup_read, 0) + func.coalesce(READ.c.idx_tup_fetch, 0))
    return db.session.scalars(one.where(READ.c.relname == "receipts")).one()


def test_what_was_settled_before_is_not_read_again(app: Flask) -> None:
    tenant_id, another = factories.business().id, factories.business().id
    stored(tenant_id, OLD, "settled")
    stored(another, OLD, "matched")
    stored(tenant_id, WAITING, "matched")
    with scopes.tenant(tenant_id):
        before = rows_read()
        assert messages.settle("delivered") == WAITING
        assert rows_read() - before < 10 * WAITING
