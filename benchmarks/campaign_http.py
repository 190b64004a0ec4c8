"""A campaign over HTTP, one message a request, from launch to the last outcome recorded, planning included; against one
RQ job for each message in RQ's two ways: a fork for every job, or in process with connections reused.

Ours runs as deployed: two bulk workers, receipts, chores, the clock, gunicorn for the carrier's receipts. Theirs has
two workers and neither plans nor takes receipts, which is kinder than life.
"""

from __future__ import annotations

import os
import sys
import time

from sqlalchemy import func, select

from benchmarks import arranging, costs, naive
from benchmarks.runner import Goal, Row
from tenants.accounts import spares
from tenants.accounts.models import Tenant
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import State
from tenants.messages.models import Message
from tests.pipeline import environment
from tests.workers.simulators.processes import KEY as CARRIER_KEY

KEY = "campaign_http"
COUNT, COUNT_MIN = 100_000, 2_000
# Theirs is slow: fewer messages, and the figure is a message's.
REUSED, FORKED, THEIRS_MIN = 4_000, 400, 100
WORKERS = 2
# Looking costs what is measured a little.
LOOK_S = 0.2
GOAL = Goal(40)


def run(scale: float) -> list[Row]:
    count = max(COUNT_MIN, int(COUNT * scale))
    tenant_id = arranging.business()
    ours = _ours(tenant_id, count)
    theirs = {
        f"one RQ job a message, {way} ({number:,} messages)": _theirs(tenant_id, way, number)
        for way, number in (("reused", _scaled(REUSED, scale)), ("forked", _scaled(FORKED, scale)))
    }
    best = max(theirs, key=lambda name: theirs[name])
    return [
        Row(KEY, ours, "messages/s", count, name, figure, GOAL if name == best else None)
        for name, figure in theirs.items()
    ]


def _scaled(count: int, scale: float) -> int:
    return max(THEIRS_MIN, int(count * scale))


def _ours(tenant_id: int, count: int) -> float:
    bulk = [arranging.module("workers", "bulk")] * WORKERS
    others = [arranging.module("workers", lane) for lane in ("receipts", "chores")]
    with arranging.connected(arranging.channel()), arranging.processes(
        *bulk, *others, arranging.module("workers.schedule")
    ):  # fmt: skip
        _warm(tenant_id)
        before, began = costs.cpu_s(), time.perf_counter()
        sent = arranging.run(tenant_id, count)
        arranging.until(lambda: sent.progress().open == 0, look_s=LOOK_S)
        took_s = time.perf_counter() - began
        sys.stderr.write(costs.summary(before, costs.cpu_s(), count))
    assert sent.progress().delivered == count
    return count / took_s


def _warm(tenant_id: int) -> None:
    """Every process has worked once, and spare tenants are there again."""
    arranging.until(lambda: _spares() >= spares.LOT)
    sent = arranging.run(tenant_id, COUNT_MIN)
    arranging.until(lambda: sent.progress().open == 0)


def _spares() -> int:
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalar(select(func.count()).where(Tenant.state == "spare")) or 0


def _theirs(tenant_id: int, way: str, count: int) -> float:
    sent = arranging.run(tenant_id, count)
    with scopes.tenant(tenant_id):
        ids = db.session.scalars(select(Message.id).where(Message.campaign_id == sent.campaign_id)).all()
    os.environ.update(environment(arranging.settings()))
    body = f"【{arranging.TEXT['signature']}】{arranging.TEXT['body']}"
    with arranging.carrier() as url, arranging.processes(*[arranging.module("benchmarks.naive", way)] * WORKERS):
        arranging.until(lambda: naive.queue().connection.scard("rq:workers") >= WORKERS)
        began = time.perf_counter()
        for id in ids:
            naive.queue().enqueue("benchmarks.naive.send_one", tenant_id, id, url, CARRIER_KEY, body, result_ttl=0)
        arranging.until(lambda: _accepted(sent) == count)
        return count / (time.perf_counter() - began)


def _accepted(sent: arranging.Sent) -> int:
    own = (Message.campaign_id == sent.campaign_id) & (Message.state == State.ACCEPTED)
    with scopes.tenant(sent.tenant_id):
        return db.session.scalar(select(func.count()).where(own)) or 0
