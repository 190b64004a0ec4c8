"""A campaign over links, from launch to the last outcome recorded, planning included; and the same as one RQ job for
each message over the same protocol, in RQ's two ways: a fork for every job, or in process with the link kept.

Ours runs as deployed: two bulk workers that hand batches over, one gateway, receipts, chores, the clock; receipts come
back on the links. Theirs has two workers and neither plans nor takes receipts, which is kinder than life.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from benchmarks import arranging, costs, naive
from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import State
from tenants.messages.models import Message
from tenants.routing.models import Channel
from tests.pipeline import environment
from tests.workers.simulators.processes import ask, process
from workers.channels.settings import seal

ACCOUNT, SECRET, SOURCE = "900001", "secret", "10690001"
LINKS, WINDOW = 4, 100
WORKERS = 2
WARM = 2_000
BOUND_S = 60.0


@dataclass(frozen=True)
class Peer:
    """The far end of links."""

    protocol: str
    control: str
    port: int

    @property
    def settings(self) -> dict[str, Any]:
        """A channel's settings but for its secret."""
        return {"host": "127.0.0.1", "port": self.port, "account": ACCOUNT, "source": SOURCE}


@contextmanager
def carrier(protocol: str, *manner: str) -> Iterator[Peer]:
    """Takes everything and delivers it at once, unless told otherwise."""
    with process("benchmarks.links_sink", "--protocol", protocol, *manner) as control:
        yield Peer(protocol, control, int(ask(control + "/control")["port"]))


def ours(tenant_id: int, protocol: str, count: int) -> float:
    """Messages a second of a whole campaign."""
    commands = [arranging.module("workers", "bulk")] * WORKERS
    commands += [arranging.module("workers", lane) for lane in ("receipts", "chores")]
    commands += [arranging.module("workers.gateway"), arranging.module("workers.schedule")]
    with carrier(protocol) as peer:
        channel_id = _channel(peer)
        with arranging.processes(*commands):
            arranging.until(lambda: _bound(channel_id) == LINKS, BOUND_S)
            _finished(arranging.run(tenant_id, WARM))
            before, began = costs.cpu_s(), time.perf_counter()
            sent = arranging.run(tenant_id, count)
            _finished(sent)
            took_s = time.perf_counter() - began
            sys.stderr.write(costs.summary(before, costs.cpu_s(), count))
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Channel).where(Channel.id == channel_id).values(state="paused"))
    assert sent.progress().delivered == count
    return count / took_s


def _finished(sent: arranging.Sent) -> None:
    arranging.until(lambda: sent.progress().open == 0)


def _channel(peer: Peer) -> int:
    """The only active channel, of the peer's kind."""
    settings = {**peer.settings, "links": LINKS, "window": WINDOW}
    row = {"name": f"{peer.protocol} {time.monotonic_ns()}", "kind": peer.protocol, "settings": settings}
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Channel).values(state="paused"))
        channel_id = db.session.scalars(insert(Channel).values(**row, created_at=now()).returning(Channel.id)).one()
        sealed = seal(channel_id, {"secret": SECRET})
        db.session.execute(update(Channel).where(Channel.id == channel_id).values(secrets=sealed))
    return channel_id


def _bound(channel_id: int) -> int:
    """How many of its links are logged in."""
    with scopes.platform(Reason.SWEEPS):
        return sum(link.state == "bound" for link in routing.links_of(channel_id))


def theirs(tenant_id: int, protocol: str, way: str, count: int) -> float:
    """Messages a second with a job for each, from the first job to the last answer."""
    sent = arranging.run(tenant_id, count)
    with scopes.tenant(tenant_id):
        ids = db.session.scalars(select(Message.id).where(Message.campaign_id == sent.campaign_id)).all()
    os.environ.update(environment(arranging.settings()))
    body = f"【{arranging.TEXT['signature']}】{arranging.TEXT['body']}"
    with carrier(protocol) as peer, arranging.processes(*[arranging.module("benchmarks.naive", way)] * WORKERS):
        arranging.until(lambda: naive.queue().connection.scard("rq:workers") >= WORKERS)
        given = {**peer.settings, "secret": SECRET}
        began = time.perf_counter()
        for id in ids:
            naive.queue().enqueue("benchmarks.links_naive.send_one", tenant_id, id, protocol, given, body, result_ttl=0)
        arranging.until(lambda: _accepted(sent) == count)
        return count / (time.perf_counter() - began)


def _accepted(sent: arranging.Sent) -> int:
    own = (Message.campaign_id == sent.campaign_id) & (Message.state == State.ACCEPTED)
    with scopes.tenant(sent.tenant_id):
        return db.session.scalar(select(func.count()).where(own)) or 0
