"""Receipts settled, from the inbox to the end: message, counts, money, news for the business; against one UPDATE and
one ledger call for each receipt, in a transaction of its own.
"""

from __future__ import annotations

import os
import time

from sqlalchemy import select

from benchmarks import arranging, naive
from benchmarks.runner import Goal, Row
from tenants.core import scopes
from tenants.core.db import db
from tenants.messages.models import Message
from tests.pipeline import environment

KEY = "receipts"
COUNT, THEIRS, COUNT_MIN = 100_000, 5_000, 1_000
GOAL = Goal(20)
SQL_END = (
    "UPDATE {schema}.messages SET state = 4, done_at = now() WHERE id = %s AND state = 2 RETURNING hold_id, unit_micro"
)


def run(scale: float) -> list[Row]:
    count, fewer = (max(COUNT_MIN, int(number * scale)) for number in (COUNT, THEIRS))
    tenant_id, channel_id = arranging.business(), arranging.channel()
    ours = _ours(arranging.run(tenant_id, count), channel_id)
    theirs = _theirs(arranging.run(tenant_id, fewer), channel_id)
    against = f"one UPDATE and one ledger call each ({fewer:,} receipts)"
    return [Row(KEY, ours, "receipts/s", count, against, theirs, GOAL)]


def _ours(sent: arranging.Sent, channel_id: int) -> float:
    warm = arranging.run(sent.tenant_id, COUNT_MIN)
    arranging.hand_over(warm, sent)
    arranging.report(warm, channel_id)
    arranging.settle(warm)
    count = arranging.report(sent, channel_id)
    began = time.perf_counter()
    arranging.settle(sent)
    return count / (time.perf_counter() - began)


def _theirs(sent: arranging.Sent, channel_id: int) -> float:
    arranging.hand_over(sent)
    with scopes.tenant(sent.tenant_id):
        ids = db.session.scalars(select(Message.id).where(Message.campaign_id == sent.campaign_id)).all()
    os.environ.update(environment(arranging.settings()))
    schema, database = f"t_{sent.tenant_id}", naive.database()
    began = time.perf_counter()
    for id in ids:
        with database.transaction():
            database.execute("SELECT set_config('role', %s, true)", (schema,))
            row = database.execute(SQL_END.format(schema=schema), (id,)).fetchone()
            assert row is not None
            naive.charge(sent.tenant_id, id, row[0], row[1])
    return len(ids) / (time.perf_counter() - began)
