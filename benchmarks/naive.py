"""The usual way to send many messages with RQ: a job for each, which reads its row, calls the carrier, notes the answer
and charges. Written as carefully as that way allows: one transaction, a bound statement each, and with `SimpleWorker`
connections that live as long as the worker.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from tenants.core.secrets import Vault
from tenants.message_templates.render import compiled, render

QUEUE = "naive"
WAYS = {"forked": Worker, "reused": SimpleWorker}
SQL_READ = "SELECT sealed, hold_id, unit_micro * segments FROM {schema}.messages WHERE id = %s AND state = 0 FOR UPDATE"
SQL_NOTE = "UPDATE {schema}.messages SET state = 2, provider_ref = %s, answered_at = now() WHERE id = %s"
SQL_CHARGE = "SELECT ledger.settle(%s, %s, %s, 'CNY', 'message', %s, %s, %s, %s)"


@cache
def database() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["DATABASE_URL"])


@cache
def carrier(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)


@cache
def keys(tenant_id: int) -> Vault:
    row = database().execute("SELECT data_key FROM shared.tenants WHERE id = %s", (tenant_id,)).fetchone()
    assert row is not None
    return Vault(os.environ["QUNFA_SECRET"], tenant_id, row[0])


def send_one(tenant_id: int, message_id: int, url: str, key: str, body: str) -> None:
    """The whole job of one message."""
    carry(tenant_id, message_id, body, lambda number, text: _post(url, key, message_id, number, text))


def carry(tenant_id: int, message_id: int, body: str, submit: Callable[[str, str], str]) -> None:
    """Its row, its text, the carrier's answer to `submit(number, text)`, its charge: one transaction."""
    schema = f"t_{tenant_id}"
    with database().transaction():
        database().execute("SELECT set_config('role', %s, true)", (schema,))
        row = database().execute(SQL_READ.format(schema=schema), (message_id,)).fetchone()
        if row is None:
            return
        number, values = keys(tenant_id).open("messages", message_id, row[0])
        text = render(compiled(body), values)
        reference = submit(number, text)
        database().execute(SQL_NOTE.format(schema=schema), (reference, message_id))
        charge(tenant_id, message_id, row[1], row[2])


def charge(tenant_id: int, message_id: int, hold_id: int, cost_micro: int) -> None:
    """One ledger call for one message."""
    arguments = (uuid.uuid4(), f"naive:{message_id}", tenant_id, message_id, [hold_id], [cost_micro], [0])
    database().execute(SQL_CHARGE, arguments)


def _post(url: str, key: str, message_id: int, number: str, text: str) -> str:
    content = {"to": number, "text": text, "reference": str(message_id)}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    carrier(url).request("POST", "/v1/messages", json.dumps(content), headers)
    return str(json.loads(carrier(url).getresponse().read())["id"])


def queue() -> Queue:
    return Queue(QUEUE, connection=redis.Redis.from_url(os.environ["REDIS_URL"]), serializer=JSONSerializer)


if __name__ == "__main__":
    own = queue()
    WAYS[sys.argv[1]]([own], connection=own.connection, serializer=JSONSerializer).work(logging_level="WARNING")
