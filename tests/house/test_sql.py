"""Where SQL text may stand, and what may not be in it."""

from __future__ import annotations

import ast
import re

from tests.house.tree import modules, trees

# Migrations and scopes, COPY, the doctor's look at a foreign server, the servers we start ourselves; simulators stand
# for the outside and have a `text` of their own.
MAY_WRITE_TEXT = ("tenants/core/", "workers/doctor.py", "workers/embedded/", "workers/simulators/")
CALLS = {"text", "exec_driver_sql"}


def _calls_text(node: ast.Call) -> bool:
    return (isinstance(node.func, ast.Name) and node.func.id in CALLS) or (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in CALLS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"sa", "sqlalchemy", "connection", "session"}
    )


def test_only_the_core_writes_sql_text() -> None:
    found = []
    for path, tree in trees().items():
        if str(path).startswith(MAY_WRITE_TEXT) or path.name == "models.py":
            continue
        found += [
            f"{path}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Call) and _calls_text(node)
        ]
    assert not found


def test_web_makes_no_query_of_its_own() -> None:
    """It calls a verb of a room, and commits or rolls back what that did; only health asks whether anybody answers."""
    query = re.compile(r"^\s*(?:from|import) sqlalchemy|db\.session\.(?!commit\(|rollback\(|expunge\()", re.M)
    found = [str(path) for path, text in modules().items() if path.parts[0] == "web" and query.search(text)]
    assert found == ["web/health.py"]


def test_text_is_never_put_together_from_values() -> None:
    """f-strings inside text() are how injections begin; identifiers made of integers are the only exception."""
    found = []
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                found += [f"{path}:{node.lineno}" for each in node.args if isinstance(each, ast.JoinedStr)]
    assert not found


def test_no_tenant_may_own_more_than_sixteen_tables() -> None:
    from tenants.core.db import TENANT, load_models

    assert len([table for table in load_models().tables.values() if table.schema == TENANT]) <= 16


def test_no_foreign_key_crosses_between_tenant_and_shared_tables() -> None:
    from tenants.core.db import TENANT, load_models

    for table in load_models().tables.values():
        for key in table.foreign_keys:
            assert (table.schema == TENANT) == (key.column.table.schema == TENANT), (
                f"{table.name} → {key.target_fullname}"
            )
