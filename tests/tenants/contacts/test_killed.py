"""An import whose worker is killed goes on where its last chunk ended, and nothing of it is there twice."""

import os
import signal
import time

import pytest
import sqlalchemy as sa
from flask import Flask

from tenants import contacts
from tenants.contacts import Purpose, State
from tenants.core import scopes
from tenants.core.settings import Settings
from tests import factories, pipeline
from tests.factories import Business
from tests.tenants.contacts.arrange import confirm, counts, imported, lines, seen, upload

ROWS = 60_000
LIMIT_S = 60.0


def _file() -> str:
    """Three per cent without a number, some twice in different chunks."""
    numbers = [f"13{n:07d}" if n % 33 == 0 else f"139{n:08d}" for n in range(ROWS)]
    numbers[ROWS // 2 :: 500] = numbers[1 : 1 + len(numbers[ROWS // 2 :: 500])]
    return lines(numbers)


def _lapse(owner: sa.Engine, business: Business) -> None:
    """Time passes until the dead worker's lease is over."""
    with owner.begin() as connection:
        connection.exec_driver_sql(f"UPDATE t_{business.id}.imports SET lease_until = now()")
        connection.exec_driver_sql("UPDATE shared.agenda SET due_at = now()")


@pytest.mark.parametrize("purpose", [Purpose.CONTACTS, pytest.param(Purpose.AUDIENCE, marks=pytest.mark.soak)])
def test_killed_in_the_middle_it_ends_as_if_nothing_had_happened(
    app: Flask, ground: Settings, owner: sa.Engine, purpose: Purpose
) -> None:
    text, calm, struck = _file(), factories.business(), factories.business()
    undisturbed = imported(calm, text, purpose)
    import_id = upload(struck, text, purpose)
    confirm(struck, import_id)
    _die_at_a_commit(ground, owner, struck)
    assert seen(struck, import_id).rows_n == 0
    _killed_on_the_way(ground, struck, import_id)
    _lapse(owner, struck)
    pipeline.until(lambda: seen(struck, import_id).state == State.DONE)
    done = seen(struck, import_id)
    assert counts(done) == counts(undisturbed)
    assert done.problems == undisturbed.problems
    assert _kept(calm, undisturbed.list_id) == _kept(struck, done.list_id)
    with owner.connect() as connection:
        rows = [
            connection.exec_driver_sql(
                f"SELECT row_no, problem FROM t_{acme.id}.import_rows WHERE import_id = {found.id} ORDER BY row_no"
            ).all()
            for acme, found in ((calm, undisturbed), (struck, done))
        ]
    assert rows[0] == rows[1]


def _kept(business: Business, list_id: int | None) -> tuple[int, int]:
    with scopes.tenant(business.id):
        return contacts.count_people(), contacts.get_list(list_id).contacts_n if list_id else 0


def _die_at_a_commit(ground: Settings, owner: sa.Engine, business: Business) -> None:
    worker = pipeline.worker(ground, "chores", QUNFA_CRASH_AT="during_import")
    assert worker.wait(LIMIT_S) == -signal.SIGKILL
    _lapse(owner, business)


def _killed_on_the_way(ground: Settings, business: Business, import_id: int) -> None:
    from workers.jobs import sweeps

    sweeps.ring_agenda()
    worker = pipeline.worker(ground, "chores")
    stop_at = time.monotonic() + LIMIT_S
    while not seen(business, import_id).rows_n:
        assert time.monotonic() < stop_at and worker.poll() is None
        time.sleep(0.005)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(LIMIT_S)
    assert seen(business, import_id).rows_n < ROWS, "the worker was faster than the kill"
