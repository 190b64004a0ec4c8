"""Receipts without our reference wait for their message; settling reads what waits, however much was settled before."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import column, func, insert, select, table, update

from tenants import messages
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Incoming
from tenants.messages.models import Receipt, Submission
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


def unmatched(tenant_id: int, ref: str, age: timedelta) -> int:
    """A receipt that came so long ago by a reference of the carrier we do not know, looked for now; its id."""
    with scopes.platform(Reason.RECEIPTS):
        messages.store(77, [Incoming(ref, "", "delivered", "", now())], "secret")
        came = update(Receipt).where(Receipt.provider_ref == ref).values(received_at=now() - age)
        id = db.session.scalars(came.returning(Receipt.id)).one()
        messages.match_new()
    return id


def state(id: int) -> str:
    with scopes.platform(Reason.RECEIPTS):
        return db.session.scalars(select(Receipt.state).where(Receipt.id == id)).one()


def test_a_receipt_that_matches_nothing_is_kept_and_given_up_as_unknown_after_three_days(app: Flask) -> None:
    tenant_id = factories.business().id
    early, lost = (unmatched(tenant_id, f"ref-{age}", age) for age in (timedelta(hours=71), timedelta(hours=73)))
    assert (state(early), state(lost)) == ("new", "unknown")
    with scopes.tenant(tenant_id):
        row = {"channel_id": 77, "provider_ref": "", "message_id": 1, "attempt": 1, "part": 1, "parts": 1}
        for ref in ("ref-2 days, 23:00:00", "ref-3 days, 1:00:00"):
            known = insert(Submission).values(row | {"provider_ref": ref, "tenant_id": tenant_id, "at": now()})
            db.session.execute(known)
    with scopes.platform(Reason.RECEIPTS):
        db.session.execute(update(Receipt).values(next_at=now()))
        messages.match_new()
    assert (state(early), state(lost)) == ("matched", "unknown"), "the answer came at last"


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
