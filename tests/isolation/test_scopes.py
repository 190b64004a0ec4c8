"""T3 and T4: the scope follows the work, on every connection, in every thread, in every job."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tenants.contacts.models import ContactList
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.ground import bare_app
from tenants.core.scopes import NoScope
from tenants.core.settings import Settings
from tests import factories
from workers.jobs import campaigns as jobs

THREADS, ROUNDS, POOL = 50, 20, 3


@pytest.fixture
def small_pool(app: Flask, ground: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application whose pool has three connections, so that each is used by everybody."""
    other = bare_app(replace(ground, public_url="http://small"))
    with other.app_context():
        db.engine.dispose()
    engine = sa.create_engine(ground.dsn, pool_size=POOL, max_overflow=0, connect_args={"prepare_threshold": None})
    monkeypatch.setitem(db._app_engines[other], None, engine)
    yield other
    engine.dispose()


def lists_of(business: factories.Business) -> None:
    with scopes.tenant(business.id):
        for number in range(5):
            row = {"name": f"{business.id}:{number}", "contacts_n": 0, "created_at": now()}
            db.session.execute(insert(ContactList).values(row))


def test_fifty_threads_over_three_connections_never_see_another_tenant(small_pool: Flask) -> None:
    businesses = [factories.business(f"Shop {number}") for number in range(4)]
    for business in businesses:
        lists_of(business)
    wrong: list[str] = []
    roles = _watched(small_pool, wrong)

    def work(seed: int) -> int:
        chance = random.Random(seed)
        with small_pool.app_context():
            for _ in range(ROUNDS):
                _one_round(chance.choice(businesses).id, chance, wrong)
        return seed

    with ThreadPoolExecutor(THREADS) as pool:
        assert sorted(pool.map(work, range(THREADS))) == list(range(THREADS))
    assert not wrong, wrong[:3]
    assert len(roles) >= THREADS * ROUNDS


def _one_round(tenant_id: int, chance: random.Random, wrong: list[str]) -> None:
    """Read and write in a tenant's scope, and leave it in one of the ways a request may end."""
    try:
        with scopes.entered(scopes.of_tenant(tenant_id)):
            _look(tenant_id, wrong)
            db.session.execute(update(ContactList).values(contacts_n=chance.randrange(100)))
            end: Callable[[], None] = chance.choice([db.session.commit, db.session.rollback, _fail, _break, _nothing])
            end()
            _look(tenant_id, wrong)
    except (ValueError, ProgrammingError):
        pass


def _look(tenant_id: int, wrong: list[str]) -> None:
    for name in db.session.scalars(select(ContactList.name)):
        if not name.startswith(f"{tenant_id}:"):
            wrong.append(f"{tenant_id} read {name}")


def _fail() -> None:
    raise ValueError("as a view might")


def _break() -> None:
    db.session.execute(select(func.no_such_function()))


def _nothing() -> None:
    pass


def _watched(app: Flask, wrong: list[str]) -> list[str]:
    """Before every statement, the role on the connection must be the one of the thread's scope."""
    roles: list[str] = []
    lock = threading.Lock()
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def look(connection: sa.Connection, cursor: object, statement: str, *rest: object) -> None:
        if "set_config" in statement:
            return
        raw = connection.connection.cursor()
        raw.execute("SELECT current_user")
        role = raw.fetchone()[0]  # type: ignore[index]
        raw.close()
        with lock:
            roles.append(role)
            if role != scopes.current().role:
                wrong.append(f"{role} instead of {scopes.current().role}")

    return roles


def test_without_a_scope_every_query_is_refused(app: Flask) -> None:
    with pytest.raises(NoScope):
        db.session.execute(select(ContactList.id))
    with pytest.raises(NoScope):
        scopes.tenant_id()


def test_the_login_role_by_itself_reads_nothing(ground: Settings) -> None:
    """Even if the listener were gone: the application's own login has no right on anything."""
    engine = sa.create_engine(ground.dsn)
    with engine.connect() as connection:
        for table in ("shared.tenants", "shared.identities", "ledger.accounts", "shared.audit"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(sa.text(f"SELECT 1 FROM {table}"))
            connection.rollback()
    engine.dispose()


def test_a_scope_holds_after_a_commit_in_the_middle(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival Tea")
    for business in (acme, rival):
        lists_of(business)
    with scopes.tenant(acme.id):
        for _ in range(3):
            assert {name.split(":")[0] for name in db.session.scalars(select(ContactList.name))} == {str(acme.id)}
            db.session.commit()


def test_scopes_nest_and_each_keeps_its_own_transaction(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival Tea")
    with pytest.raises(ValueError), scopes.tenant(acme.id):
        db.session.execute(insert(ContactList).values(name="outer", contacts_n=0, created_at=now()))
        with scopes.tenant(rival.id):
            db.session.execute(insert(ContactList).values(name="inner", contacts_n=0, created_at=now()))
        assert db.session.scalars(select(ContactList.name)).all() == ["outer"]
        raise ValueError
    with scopes.tenant(acme.id):
        assert db.session.scalars(select(ContactList.name)).all() == []
    with scopes.tenant(rival.id):
        assert db.session.scalars(select(ContactList.name)).all() == ["inner"]


def test_one_scope_cannot_read_the_schema_of_another(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival Tea")
    lists_of(rival)
    foreign = sa.table("contact_lists", sa.column("name"), schema=f"t_{rival.id}")
    with pytest.raises(ProgrammingError, match="permission denied"), scopes.tenant(acme.id):
        db.session.execute(select(foreign.c.name))
    with pytest.raises(ProgrammingError, match="permission denied"), scopes.door():
        db.session.execute(select(foreign.c.name))


def test_a_job_without_a_tenant_raises(app: Flask) -> None:
    with pytest.raises(TypeError):
        jobs.plan_campaign()  # type: ignore[call-arg]
    with pytest.raises((TypeError, ValueError)):
        jobs.plan_campaign(None, 1)  # type: ignore[arg-type]
    with pytest.raises(DBAPIError, match="does not exist"):
        jobs.plan_campaign(999_999_999, 1)


def test_two_tenants_jobs_on_one_worker_keep_to_their_own(app: Flask) -> None:
    from tests.tenants.campaigns import arrange

    first, second = arrange.ready(people=3), arrange.ready(people=5)
    for _ in range(3):
        for ready in (first, second):
            ready.preflight()
    for ready in (first, second):
        ready.launch()
    for ready in (first, second):
        jobs.plan_campaign(ready.tenant_id, ready.campaign_id)
    assert (first.progress().queued, second.progress().queued) == (3, 5)
    with pytest.raises(NoScope):
        scopes.current()
