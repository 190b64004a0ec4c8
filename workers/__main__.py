"""One RQ worker on ONE queue, in this process: `python -m workers bulk`.

One queue, because a worker on two loses a popped job for ever when it is killed. In process, because a fork costs more
than most jobs. No retries: what must happen again is in PostgreSQL, and a sweep rings for it.
"""

from __future__ import annotations

import sys
import time

import redis
import structlog
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from tenants.core.ground import bare_app
from tenants.core.jobs import Lane
from tenants.core.settings import Settings
from workers import logs

log = structlog.get_logger()

# With RQ's defaults the job of a dead worker waits for minutes; with these about one.
WORKER_TTL_S, MONITORING_S, MAINTENANCE_S = 30, 5, 10
RECONNECT_S = 1.0


def main(lane: str) -> int:
    """Work until told to stop. A lost Valkey is waited for, not died of."""
    logs.set_up(lane)
    settings = Settings.read()
    with bare_app(settings).app_context():
        while True:
            try:
                return _work(Lane(lane), settings.redis_url)
            except (redis.ConnectionError, redis.TimeoutError, ConnectionError) as error:
                log.warning("worker.waits_for_valkey", error=str(error))
                time.sleep(RECONNECT_S)


def _work(lane: Lane, url: str) -> int:
    # The worker blocks on its queue for long, so its connection has no answer time-out of its own.
    connection = redis.Redis.from_url(url, socket_connect_timeout=1.0)
    queue = Queue(str(lane), connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker(
        [queue], connection=connection, serializer=JSONSerializer, worker_ttl=WORKER_TTL_S,
        job_monitoring_interval=MONITORING_S, maintenance_interval=MAINTENANCE_S,
    )  # fmt: skip
    worker.log_job_description = False
    worker.work(with_scheduler=False, logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
