"""A carrier that does everything carriers do, all at once, and a database that cuts its connections: every message is
accounted for, none is taken twice, and the money follows what became of each.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.settings import Settings
from tenants.messages.models import Message
from tenants.messages.states import State
from tests import pipeline, scale
from tests.faults import deployment
from tests.tenants.messages import arrange
from workers.simulators.carrier.scripts import SCRIPTS

pytestmark = scale.scaled
EACH = 100 if scale.FULL else 3
CUTS = 60 if scale.FULL else 8
CUT_COUNT = 20_000 if scale.FULL else 600
SEED = 20_260_301
# What becomes of a number by the script's own words; the receipts of the rest decide.
ENDS = {
    "902": State.REJECTED, "907": State.REJECTED, "903": State.REJECTED, "908": State.REJECTED, "936": State.REJECTED,
    "901": State.UNDELIVERED, "904": State.UNDELIVERED, "905": State.UNDELIVERED, "906": State.UNDELIVERED,
    "912": State.IN_DOUBT, "913": State.IN_DOUBT, "916": State.IN_DOUBT, "937": State.IN_DOUBT,
    "925": State.ACCEPTED, "926": State.ACCEPTED,
    # Without our reference a receipt can be matched only where the index of the carrier's references is kept.
    "928": State.ACCEPTED,
}  # fmt: skip
# Two receipts that differ: the first of them counts, and which one is first may depend on how they were grouped.
EITHER = {"923": {State.DELIVERED, State.UNDELIVERED}, "929": {State.DELIVERED, State.UNDELIVERED}}


@pytest.mark.parametrize("basis", ["delivered", pytest.param("submitted", marks=pytest.mark.soak)])
def test_every_script_of_the_carrier_at_once_ends_as_it_should(app: Flask, tmp_path: Path, basis: str) -> None:
    endings = [ending for ending in ("000", *SCRIPTS) for _ in range(EACH)]
    random.Random(SEED).shuffle(endings)
    with pipeline.line(app, tmp_path, "--late", "1", settings={"timeout_s": 1, "connections": 64}) as line:
        line.carrier.control(hang_s=1.5, slow_s=0.2)
        run = arrange.run(endings, basis=basis)
        numbers = {message.id: ending for message, ending in zip(_messages(run), endings, strict=True)}

        def over() -> bool:
            arrange.make_due(run.tenant_id)
            found = {message.id: State(message.state) for message in _messages(run)}
            return all(state in _allowed(numbers[id]) for id, state in found.items())

        pipeline.until(over, limit_s=45)
        deployment.check(line, (run, len(endings)), basis=basis)


def _allowed(ending: str) -> set[State]:
    return EITHER.get(ending, {ENDS.get(ending, State.DELIVERED)})


def _messages(run: arrange.Arranged) -> list[Message]:
    """In the order they were planned."""
    with scopes.tenant(run.tenant_id):
        return list(db.session.scalars(select(Message).order_by(Message.id)))


def test_cut_database_connections_lose_nothing_and_repeat_nothing(app: Flask, ground: Settings, tmp_path: Path) -> None:
    draw = random.Random(SEED)
    with pipeline.line(app, tmp_path, tps=CUT_COUNT // 5) as line, deployment.running(ground):
        run = arrange.run(["000"] * CUT_COUNT)
        for _ in range(CUTS):
            time.sleep(draw.uniform(0.1, 0.6))
            cut(ground, draw)
        stop_at = time.monotonic() + 60
        while run.progress().open != run.progress().in_doubt:
            assert time.monotonic() < stop_at, run.progress()
            deployment.lease_over()
            time.sleep(1.0)
    progress = run.progress()
    assert progress.delivered + progress.in_doubt == CUT_COUNT
    # The carrier's receipts name our reference: what it took is delivered even when we had been in doubt.
    assert progress.delivered == len(line.taken())
    deployment.check(line, (run, CUT_COUNT))


def cut(settings: Settings, draw: random.Random) -> None:
    """End some of the application's sessions in the middle of whatever they do; a role may end its own."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        others = "SELECT pid FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
        pids = [row[0] for row in connection.execute(others)]
        for pid in draw.sample(pids, min(len(pids), 3)):
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
