"""One RQ worker on ONE queue, in this process: `python -m workers bulk`.

One queue, because a worker on two loses a popped job for ever when it is killed. In process, because a fork costs more
than most jobs. No retries: what must happen again is in PostgreSQL, and a sweep rings for it.
"""

from __future__ import annotations

import gc
import signal
import sys
import time

import redis
import structlog
from flask import Flask
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from tenants.core import languages
from tenants.core.ground import bare_app
from tenants.core.jobs import Lane
from tenants.core.settings import Settings
from workers import logs
from workers.jobs import stopping

log = structlog.get_logger()

# With RQ's defaults the job of a dead worker waits for minutes; with these about one.
WORKER_TTL_S, MONITORING_S, MAINTENANCE_S = 30, 5, 10
RECONNECT_S = 1.0
COLLECT_AFTER = 10_000  # new objects; a slice makes as many


class Worker(SimpleWorker):
    """RQ's worker in process, which knows whether it was asked to stop or gave up by itself."""

    max_connection_wait_time = 2 * RECONNECT_S
    told_to_end = False

    def handle_warm_shutdown_request(self) -> None:
        self.told_to_end = True
        stopping.ask()

    def set_shutdown_requested_date(self) -> None:
        """Nobody reads it, and writing it to a Valkey that is away would break the job at hand."""


def application(settings: Settings) -> Flask:
    """What jobs run in: no pages, but words, for they write letters."""
    app = bare_app(settings)
    languages.speak(app)
    return app


def main(lane: str) -> int:
    """Work until told to stop. A Valkey that is lost, full or read-only is waited for, not died of."""
    logs.set_up(lane)
    settings = Settings.read()
    with application(settings).app_context():
        # What is loaded by now stays: looking through it again for every few hundred new objects is wasted.
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        while not _work(Lane(lane), settings.redis_url):
            time.sleep(RECONNECT_S)
    return 0


def _work(lane: Lane, url: str) -> bool:
    """Work for as long as Valkey allows; True when we were told to stop."""
    # The worker blocks on its queue for long, so its connection has no answer time-out of its own.
    connection = redis.Redis.from_url(url, socket_connect_timeout=1.0)
    queue = Queue(str(lane), connection=connection, serializer=JSONSerializer)
    worker = None
    try:
        worker = Worker(
            [queue], connection=connection, serializer=JSONSerializer, worker_ttl=WORKER_TTL_S,
            job_monitoring_interval=MONITORING_S, maintenance_interval=MAINTENANCE_S,
        )  # fmt: skip
        worker.log_job_description = False
        worker.work(with_scheduler=False, logging_level="WARNING")
    except (redis.RedisError, OSError) as error:
        log.warning("worker.waits_for_valkey", error=str(error))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # with no work at hand we may end at once
    return worker is not None and worker.told_to_end


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
