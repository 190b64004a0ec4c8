"""The migrator over many schemas: a locked one is reported and caught up with later; models equal migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import MetaData

import tenants
from tenants.accounts import spares
from tenants.core import migrating
from tenants.core.db import TENANT, load_models
from tenants.core.settings import Settings
from tests import factories

NEWEST = (migrating.ROOT / "tenant" / "HEAD").read_text().strip()
NEXT = f"{int(NEWEST) + 1:04}"
STEP = dedent(
    f'''
    """A column more on each list."""

    from alembic import op

    revision = "{NEXT}"
    down_revision = "{NEWEST}"
    branch_labels = None
    depends_on = None


    def upgrade() -> None:
        op.execute("ALTER TABLE contact_lists ADD COLUMN note text NOT NULL DEFAULT ''")
    '''
)


@pytest.fixture
def next_step(app: Flask, owner: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The trees as they are, with one more step for tenants; every schema is put back afterwards."""
    trees = tmp_path / "migrations"
    for tree in ("shared", "tenant"):
        (trees / tree).mkdir(parents=True)
        for source in (migrating.ROOT / tree).glob("*"):
            if source.is_file():
                (trees / tree / source.name).write_bytes(source.read_bytes())
    (trees / "env.py").write_bytes((migrating.ROOT / "env.py").read_bytes())
    (trees / "tenant" / f"{NEXT}_note.py").write_text(STEP)
    (trees / "tenant" / "HEAD").write_text(f"{NEXT}\n")
    monkeypatch.setattr(migrating, "ROOT", trees)
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "300ms")
    yield
    with owner.begin() as connection:
        for id in connection.scalars(
            sa.text("SELECT id FROM shared.tenants WHERE schema_version = :next"), {"next": NEXT}
        ).all():
            connection.execute(sa.text(f"ALTER TABLE t_{id}.contact_lists DROP COLUMN note"))
        connection.execute(sa.text("UPDATE shared.tenants SET schema_version = :v, schema_error = ''"), {"v": NEWEST})


def versions(owner: sa.Engine) -> dict[int, tuple[str, str]]:
    with owner.connect() as connection:
        rows = connection.execute(sa.text("SELECT id, schema_version, schema_error FROM shared.tenants"))
        return {id: (version, error) for id, version, error in rows}


def test_a_locked_tenant_is_left_behind_reported_and_caught_up_with_later(owner: sa.Engine, next_step: None) -> None:
    stuck = factories.business()
    others = set(versions(owner)) - {stuck.id}
    assert len(others) >= 3
    with owner.connect() as holder:
        holder.execute(sa.text(f"LOCK TABLE t_{stuck.id}.contact_lists IN ACCESS SHARE MODE"))
        laggards = migrating.migrate(owner)
        holder.rollback()
    assert [(laggard.tenant_id, laggard.version) for laggard in laggards] == [(stuck.id, NEWEST)]
    assert "lock" in laggards[0].error
    after = versions(owner)
    assert after[stuck.id][0] == NEWEST and "lock" in after[stuck.id][1]
    assert {after[id] for id in others} == {(NEXT, "")}
    assert migrating.migrate(owner) == []
    assert set(versions(owner).values()) == {(NEXT, "")}


def test_a_migration_run_again_changes_nothing(owner: sa.Engine, next_step: None) -> None:
    assert migrating.migrate(owner) == []
    before = versions(owner)
    assert migrating.migrate(owner) == []
    assert versions(owner) == before


def test_a_spare_made_later_has_the_newest_schema(owner: sa.Engine, ground: Settings, next_step: None) -> None:
    migrating.migrate(owner)
    before = set(versions(owner))
    spares.top_up(owner, ground.qunfa_secret, lot=len(before) + 1)
    fresh = max(set(versions(owner)) - before)
    assert "note" in {column["name"] for column in sa.inspect(owner).get_columns("contact_lists", schema=f"t_{fresh}")}
    assert versions(owner)[fresh] == (NEXT, "")


def differences(connection: sa.Connection, schemas: dict[str | None, str], expected: MetaData) -> list[object]:
    """What Alembic would change to make the database equal to the models."""
    wanted = MetaData(naming_convention=expected.naming_convention)
    for table in expected.tables.values():
        if table.schema in schemas:
            table.to_metadata(wanted, schema=schemas[table.schema])
    names = set(schemas.values())
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True, "compare_type": True,
            "include_name": lambda name, kind, parents: kind != "schema" or name in names,
            "include_object": lambda thing, name, kind, *rest: name != "alembic_version",
        },
    )  # fmt: skip
    return compare_metadata(context, wanted)


def test_the_migrations_make_what_the_models_say(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business()
    with owner.connect() as connection:
        assert differences(connection, {"shared": "shared", "ledger": "ledger"}, load_models()) == []
        assert differences(connection, {TENANT: f"t_{acme.id}"}, load_models()) == []


def test_the_comparison_would_notice(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business()
    with owner.connect() as connection:
        connection.execute(sa.text(f"ALTER TABLE t_{acme.id}.contacts ADD COLUMN odd text"))
        assert differences(connection, {TENANT: f"t_{acme.id}"}, load_models())
        connection.rollback()


def test_a_room_that_cannot_be_imported_is_not_left_out_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "broken_room"
    room.mkdir()
    (room / "__init__.py").write_text("import nothing_of_that_name\n")
    monkeypatch.setattr(tenants, "__path__", [*tenants.__path__, str(tmp_path)])
    with pytest.raises(ImportError, match="nothing_of_that_name"):
        load_models()
