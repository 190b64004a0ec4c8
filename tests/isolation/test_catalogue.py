"""T5: what PostgreSQL's own catalogue says about tables, roles, functions and grants."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tenants.core import scopes
from tenants.core.db import LEDGER, SHARED, TENANT, db, load_models
from tests.isolation.world import World, made

# Shared tables every tenant may read as a whole: they hold nothing of anybody.
COMMON = {
    "shared.price_lists",
    "shared.price_rules",
    "shared.global_blocks",
    "shared.words",
    "shared.channels",
    "shared.ported",
    "shared.filing_rules",
}


def shared_tables() -> list[str]:
    return sorted(name for name, table in load_models().tables.items() if table.schema in {SHARED, LEDGER})


def ask(owner: sa.Engine, query: str, **values: object) -> list[tuple[object, ...]]:
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query), values)]


def test_every_shared_table_has_forced_row_level_security(owner: sa.Engine) -> None:
    rows = ask(
        owner,
        "SELECT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r','p') AND n.nspname IN ('shared','ledger')",
    )
    protected = dict(rows)
    assert set(shared_tables()) <= set(protected)
    assert [name for name, safe in protected.items() if not safe and name != "shared.alembic_version"] == []


def test_every_function_has_a_fixed_search_path_and_none_is_public(owner: sa.Engine) -> None:
    rows = ask(
        owner,
        "SELECT p.oid::regprocedure::text, p.prosecdef, coalesce(p.proconfig, '{}'), "
        "EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) "
        "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('shared','ledger') "
        "OR n.nspname ~ '^t_[0-9]+$'",
    )
    assert rows
    for name, definer, config, public in rows:
        assert not public, f"{name} may be called by anybody"
        assert not definer or any(str(each).startswith("search_path=") for each in config), name  # type: ignore[attr-defined]


def test_nothing_is_granted_to_everybody(owner: sa.Engine) -> None:
    tables = ask(
        owner,
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
        "aclexplode(c.relacl) a WHERE a.grantee = 0 "
        "AND (n.nspname IN ('shared','ledger','public') OR n.nspname ~ '^t_')",
    )
    schemas = ask(
        owner,
        "SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = 0 "
        "AND n.nspname NOT IN ('pg_catalog','information_schema')",
    )
    assert (tables, schemas) == ([], [])


def test_the_public_schema_stays_empty(owner: sa.Engine) -> None:
    query = "SELECT count(*) FROM {} WHERE {} = 'public'::regnamespace"
    for catalogue, column in (("pg_class", "relnamespace"), ("pg_proc", "pronamespace"), ("pg_type", "typnamespace")):
        assert ask(owner, query.format(catalogue, column)) == [(0,)], catalogue


def test_roles_are_what_the_scopes_need_and_no_more(app: Flask, owner: sa.Engine) -> None:
    rows = ask(
        owner,
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin, rolinherit FROM pg_roles "
        "WHERE rolname ~ '^(qunfa_(app|door|tree|platform|tenant)|t_[0-9]+)$'",
    )
    assert {str(row[0]) for row in rows} >= {"qunfa_app", "qunfa_door", "qunfa_tree", "qunfa_platform", "qunfa_tenant"}
    for name, superuser, bypass, creates, logs_in, inherits in rows:
        assert not superuser and not bypass and not creates, name
        assert bool(logs_in) == (name == "qunfa_app"), name
        assert not inherits or name != "qunfa_app", "the login has no right of its own"


def test_no_table_belongs_to_a_role_the_application_can_become(app: Flask, owner: sa.Engine) -> None:
    """The owner of a table passes its policies by if they are not forced, and may drop them."""
    rows = ask(
        owner,
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r','S') AND (n.nspname IN ('shared','ledger') OR n.nspname ~ '^t_') "
        "AND pg_has_role('qunfa_app', c.relowner, 'MEMBER')",
    )
    assert rows == []


@pytest.fixture
def worlds(app: Flask) -> tuple[World, World]:
    return made(), made()


def test_a_tenant_sees_its_own_rows_of_shared_tables_only(worlds: tuple[World, World]) -> None:
    acme, rival = worlds
    for name in shared_tables():
        found = seen_by(acme, name)
        if "tenant_id" in load_models().tables[name].c or name == "shared.tenants":
            assert found <= {acme.id}, f"{name}: {found}"
        elif name != "shared.identities":  # by its own test below
            assert not found or name in COMMON, name
        assert rival.id not in found, name
    assert seen_by(acme, "shared.tenants") == seen_by(acme, "shared.batches") == {acme.id}


def seen_by(world: World, name: str) -> set[object]:
    """Whose rows of a table a business sees; nobody's when it may not read it."""
    table = load_models().tables[name]
    owner = table.c.id if name == "shared.tenants" else table.c.get("tenant_id", sa.literal(1))
    with scopes.entered(scopes.of_tenant(world.id)):
        try:
            return set(db.session.execute(sa.select(owner).select_from(table)).scalars())
        except ProgrammingError as error:
            assert "permission denied" in str(error)
            return set()


def test_a_tenant_sees_its_own_people_only_and_no_password(worlds: tuple[World, World]) -> None:
    from tenants.accounts.models import Identity, WebSession

    acme, _ = worlds
    with scopes.entered(scopes.of_tenant(acme.id)):
        assert set(db.session.scalars(sa.select(Identity.id))) == {acme.owner_id, acme.member_id}
    for secret in (Identity.password_hash, WebSession.token_hash):
        with scopes.entered(scopes.of_tenant(acme.id)), pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(sa.select(secret))


def test_a_tenant_cannot_write_rows_of_another(worlds: tuple[World, World]) -> None:
    from tenants.accounts.models import Mail, Tenant
    from tenants.core.audit import Entry
    from tenants.core.clock import now

    acme, rival = worlds
    row = {"id": 1, "recipient": "a@b.example", "subject": "", "body": "", "created_at": now(), "tenant_id": rival.id}
    entry = {"tenant_id": rival.id, "action": "x.y", "at": now(), "actor_id": None}
    for statement in (sa.insert(Mail).values(row), sa.insert(Entry).values(entry)):
        with scopes.entered(scopes.of_tenant(acme.id)), pytest.raises(DBAPIError, match="row-level security"):
            db.session.execute(statement)
    with scopes.entered(scopes.of_tenant(acme.id)):
        moved = db.session.execute(sa.update(Tenant).where(Tenant.id == rival.id).values(name="taken over"))
        assert moved.rowcount == 0  # type: ignore[attr-defined]
    for change in ({"state": "live"}, {"limits": {"parts_per_day": 10**9}}, {"live_at": now()}):
        with scopes.entered(scopes.of_tenant(acme.id)), pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(sa.update(Tenant).where(Tenant.id == acme.id).values(change))


def test_the_audit_log_is_written_and_never_changed(worlds: tuple[World, World]) -> None:
    from tenants.core.audit import Entry
    from tenants.core.scopes import Reason

    acme, _ = worlds
    for scope in (scopes.of_tenant(acme.id), scopes.of_platform(Reason.STAFF)):
        for statement in (sa.update(Entry).values(action="x"), sa.delete(Entry)):
            with scopes.entered(scope), pytest.raises(ProgrammingError, match="permission denied"):
                db.session.execute(statement)


def test_the_door_reads_no_table(app: Flask) -> None:
    for name in shared_tables():
        with scopes.entered(scopes.Scope("qunfa_door")), pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(sa.select(sa.literal(1)).select_from(load_models().tables[name]))


def test_a_reseller_sees_the_businesses_below_it_without_their_content(worlds: tuple[World, World]) -> None:
    from tenants.accounts.models import Tenant
    from tenants.core.scopes import Reason

    acme, rival = worlds
    with scopes.platform(Reason.STAFF):
        db.session.execute(sa.update(Tenant).where(Tenant.id == acme.id).values(reseller_id=rival.id))
    with scopes.tree(rival.id):
        assert db.session.scalars(sa.select(Tenant.id)).all() == [acme.id]
    with scopes.entered(scopes.Scope("qunfa_tree")):
        assert db.session.scalars(sa.select(Tenant.id)).all() == []
    own = sa.table("contacts", schema=f"t_{acme.id}")
    with scopes.entered(scopes.Scope("qunfa_tree", tree=rival.id)), pytest.raises(ProgrammingError):
        db.session.execute(sa.select(sa.literal(1)).select_from(own))


def test_every_tenant_table_is_open_to_its_tenant_alone(worlds: tuple[World, World], owner: sa.Engine) -> None:
    acme, _ = worlds
    names = [table.name for table in load_models().tables.values() if table.schema == TENANT]
    assert names
    for name in names:
        grantees = ask(
            owner,
            "SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a "
            "WHERE c.oid = to_regclass(:name)",
            name=f"t_{acme.id}.{name}",
        )
        assert {row[0] for row in grantees} <= {f"t_{acme.id}", "qunfa_owner"}, name


def test_a_tenants_tables_may_move_to_another_machine(owner: sa.Engine) -> None:
    """What a database spread over machines does not bear: rows without a key, counters and triggers of its own."""
    own = "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ~ '^t_[0-9]+$' AND c.relkind = 'r'"
    for what in (
        "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')",
        "AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attidentity <> '')",
        "AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)",
        "AND EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname"
        " AND concat(p.qual, p.with_check) LIKE '%current_setting%')",
    ):
        assert ask(owner, f"SELECT c.oid::regclass::text FROM pg_class c {own} {what}") == [], what
    assert ask(owner, f"SELECT count(*) > 0 FROM pg_class c {own}") == [(True,)]
