"""The moving parts around the domain, for tests: the app on a real socket, a simulated carrier as its own process, a
channel that leads there, and workers that run until the queues are empty.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from flask import Flask, current_app
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import delete, insert, update
from werkzeug.serving import make_server

from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Lane
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.routing.models import Channel
from tests.processes import Process
from tests.workers.simulators.processes import RunningCarrier, carrier
from workers.channels.settings import seal
from workers.jobs import sweeps

LIMIT_S = 60.0


@dataclass
class Line:
    """A channel and the carrier behind it."""

    channel_id: int
    carrier: RunningCarrier

    def taken(self) -> list[str]:
        """The references of every message the carrier took, as often as it took them."""
        return [entry["reference"] for entry in self.carrier.entries("submit") if "id" in entry]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port of loopback, in threads; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def line(app: Flask, folder: Path, *arguments: str, **columns: Any) -> Iterator[Line]:
    """A running carrier, and the only active channel leading to it; receipts come back over HTTP."""
    settings = columns.pop("settings", {})
    with served(app) as address, carrier(folder, *arguments) as running:
        channel_id = add_channel(running, address, settings, **columns)
        try:
            yield Line(channel_id, running)
        finally:
            with scopes.platform(Reason.SWEEPS):
                db.session.execute(delete(Channel).where(Channel.id == channel_id))


def add_channel(running: RunningCarrier, address: str, settings: Mapping[str, Any], **columns: Any) -> int:
    given = running.settings(**settings)
    secret = {"key": given.pop("key"), "secret": given.pop("secret")}
    with scopes.platform(Reason.SWEEPS):
        channel_id = db.session.scalars(
            insert(Channel)
            .values(name=f"line {time.monotonic_ns()}", kind="simulator", settings={}, created_at=now(), **columns)
            .returning(Channel.id)
        ).one()
        given["callback"] = f"{address}/hooks/receipts/{channel_id}"
        db.session.execute(
            update(Channel).where(Channel.id == channel_id).values(settings=given, secrets=seal(channel_id, secret))
        )
    return channel_id


class Deaf(SimpleWorker):
    """A worker that listens to no commands from afar: ending to listen takes longer than most jobs."""

    def subscribe(self) -> None: ...

    def unsubscribe(self) -> None: ...


def work_off() -> None:
    """Run every job there is, lane after lane, until no queue has any left."""
    url = current_app.config["SETTINGS"].redis_url
    connection = redis.Redis.from_url(url)
    queues = [Queue(str(lane), connection=connection, serializer=JSONSerializer) for lane in Lane]
    while any(queue.count for queue in queues):
        for queue in queues:
            if queue.count:
                worker = Deaf([queue], connection=connection, serializer=JSONSerializer)
                worker.log_job_description = False
                worker.work(burst=True, logging_level="ERROR")


def until(condition: Callable[[], Any], *, limit_s: float = LIMIT_S, sweep: bool = True) -> Any:
    """Work and sweep until something is true; the time is bounded."""
    stop_at = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < stop_at, "waited in vain"
        if sweep:
            for task in (sweeps.ring_ready_batches, sweeps.ring_receipts, sweeps.ring_agenda, sweeps.recover_leases):
                task()
        work_off()
        time.sleep(0.02)
    return found


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a process of its own needs to work on the test's servers."""
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "MIGRATION_DATABASE_URL": settings.migration_database_url,
        "REDIS_URL": settings.redis_url,
        "QUNFA_SECRET": settings.qunfa_secret,
        "QUNFA_HOME": settings.qunfa_home,
        **more,
    }


def worker(settings: Settings, lane: str, **more: str) -> Process:
    """A real worker process on one lane."""
    return Process("workers", lane, environment=environment(settings, **more))
