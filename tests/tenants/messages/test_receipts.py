"""Receipts without our reference wait for their message; settling reads what waits, however much was settled before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
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
from workers.jobs.receipts import settle_receipts

OLD, WAITING, BACKLOG = 4_000, 3, 20_000
# What this session has read of late, by table.
READ = table("pg_stat_xact_user_tables", column("relname"), column("seq_tup_read"), column("idx_tup_fetch"))


def stored(tenant_id: int, count: int, state: str) -> None:
    with scopes.platform(Reason.RECEIPTS):
        incoming = [Incoming(f"{state} {count} {each}", "", "delivered", "", now()) for each in range(count)]
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
        assert messages.settle("delivered").number == WAITING
        assert rows_read() - before < 10 * WAITING


def test_a_slice_of_a_backlog_is_taken_without_sorting_the_rest(app: Flask, owner: sa.Engine) -> None:
    with owner.begin() as connection:  # as on a new installation
        connection.execute(select(func.pg_clear_attribute_stats("shared", "receipts", "next_at", False)))
        connection.execute(select(func.pg_clear_attribute_stats("shared", "receipts", "state", False)))
    stored(factories.business().id, BACKLOG, "new")
    plans = []

    def explain(connection: sa.Connection, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if "SKIP LOCKED" in statement:
            plan = connection.connection.cursor().execute(f"EXPLAIN {statement}", given)
            plans.append("\n".join(line for (line,) in plan))

    sa.event.listen(db.engine, "before_cursor_execute", explain)
    try:
        with scopes.platform(Reason.RECEIPTS):
            assert messages.match_new().number == messages.SET_MAX
            in_the_end = db.session.scalar(sa.text("SHOW enable_sort"))
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", explain)
    assert len(plans) == 1 and "Index Scan using ix_receipts_new" in plans[0] and "Sort" not in plans[0]
    assert in_the_end == "on"


def test_each_set_begins_where_the_last_one_ended_and_each_job_at_the_front(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tenants.messages.receipts", "tenants.messages"):
        monkeypatch.setattr(f"{module}.SET_MAX", WAITING)
    tenant_id, begun, settle = factories.business().id, [], messages.settle

    def note(basis: str, after: int = 0) -> Any:
        begun.append(after)
        return settle(basis, after)

    monkeypatch.setattr(messages, "settle", note)
    stored(tenant_id, 2 * WAITING + 1, "matched")
    settle_receipts()
    with scopes.platform(Reason.RECEIPTS):
        ids = db.session.scalars(select(Receipt.id).order_by(Receipt.id)).all()
        assert set(db.session.scalars(select(Receipt.state))) == {"settled"}
        # One that was held by somebody else while its set was taken.
        db.session.execute(update(Receipt).where(Receipt.id == ids[0]).values(state="matched"))
    assert begun == [0, ids[WAITING - 1], ids[2 * WAITING - 1]]
    settle_receipts()
    with scopes.platform(Reason.RECEIPTS):
        assert set(db.session.scalars(select(Receipt.state))) == {"settled"}


def test_one_job_matches_and_settles_a_backlog_of_many_sets(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tenants.messages.receipts", "tenants.messages"):
        monkeypatch.setattr(f"{module}.SET_MAX", WAITING)
    tenant_id, several = factories.business().id, 4 * WAITING + 1
    stored(tenant_id, several, "new")
    with scopes.tenant(tenant_id):
        row = {"tenant_id": tenant_id, "channel_id": 77, "attempt": 1, "part": 1, "parts": 1, "at": now()}
        known = [row | {"provider_ref": f"new {several} {each}", "message_id": each + 1} for each in range(several)]
        db.session.execute(insert(Submission), known)
    settle_receipts()
    with scopes.platform(Reason.RECEIPTS):
        assert set(db.session.scalars(select(Receipt.state))) == {"settled"}
