"""T2: two businesses, each with a word of its own in every column; no page, log or queue of one holds the other's."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql import JSONB

from tenants.core.db import TENANT, load_models
from tests.isolation.routes import calls
from tests.isolation.world import World, made
from tests.web.signed_in import signed_in
from web.auth import Policy

PAGES_MAX = 400
LINK = re.compile(r'(?:href|src|hx-get)="(/[^"#]*)')
# Columns of a tenant's schema that hold codes and figures of ours, never a word of the business.
CODED = {
    "attempts": {"code"},
    "campaigns": {"state", "kind", "time_zone", "reason", "audience", "bindings", "preflight", "skipped"},
    "contacts": {"country", "operator", "line"},
    "events": {"type"},
    "files": {"stored_as", "mime", "sha256", "purpose", "facts"},
    "import_rows": {"problem", "country", "operator"},
    "imports": {"purpose", "name", "state", "error", "mapping", "consent", "position", "problems"},
    "messages": {"country", "operator", "code"},
    "optouts": {"source"},
    "runs": {"flow", "kind", "product"},
    "signatures": {"basis", "registration_no", "state"},
    "template_versions": {"state", "reason", "variables"},
    "templates": {"kind", "language", "product"},
}


@pytest.fixture
def worlds(app: Flask) -> tuple[World, World]:
    return made(), made()


def test_every_column_that_can_hold_a_word_of_a_business_holds_its_canary(
    worlds: tuple[World, World], owner: sa.Engine
) -> None:
    """So that the crawl below has something to find; a new column is seeded in world.py or listed as coded."""
    acme, _ = worlds
    with owner.connect() as connection:
        for table in load_models().tables.values():
            if table.schema != TENANT:
                continue
            for column in table.columns:
                if not isinstance(column.type, (sa.Text, JSONB)) or column.name in CODED.get(table.name, ()):
                    continue
                query = f"SELECT bool_or({column.name}::text LIKE '%{acme.canary}%') FROM t_{acme.id}.{table.name}"
                assert connection.scalar(sa.text(query)), f"no canary in {table.name}.{column.name}"


def test_a_business_reads_its_own_canary_only(
    app: Flask, worlds: tuple[World, World], capfd: pytest.CaptureFixture[str]
) -> None:
    for mine, other in (worlds, worlds[::-1]):
        seen = "".join(crawl(app, mine))
        assert seen.count(mine.canary) > 20
        assert other.canary not in seen
    told = "".join(capfd.readouterr())
    assert not [world for world in worlds if world.canary in told], "a log holds a word of a business"


def test_no_queue_and_no_cache_holds_a_word_of_a_business(app: Flask, worlds: tuple[World, World]) -> None:
    valkey = redis.Redis.from_url(app.config["SETTINGS"].redis_url)
    dumped = b"".join(valkey.dump(key) or b"" for key in valkey.scan_iter()) + b"".join(valkey.scan_iter())
    assert dumped, "planning rings bells"
    for world in worlds:
        assert world.canary.encode() not in dumped
        assert b"138000" not in dumped


def crawl(app: Flask, world: World) -> Iterator[str]:
    """Everything its owner can reach with GET: each route with its own ids, then every link found there."""
    client = signed_in(app, world.owner_id, world.id)
    start = {call.path for call in calls(app, world) if call.method == "GET" and call.policy is not Policy.STAFF}
    waiting, done = start - {"/outbox"}, set[str]()
    while waiting and len(done) < PAGES_MAX:
        path = waiting.pop()
        done.add(path)
        text = _read(client, path)
        yield text
        waiting |= {html.unescape(link) for link in LINK.findall(text)} - done - {"/outbox"}
        waiting = {link for link in waiting if not link.startswith(("/static", "/gallery"))}
    assert not waiting, f"more than {PAGES_MAX} pages"


def _read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code < 500, path
    return answer.data.decode(errors="replace") + str(answer.headers)
