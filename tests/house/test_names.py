"""Names that say nothing are not used; every module says what it is."""

from __future__ import annotations

import ast

import pytest

from tests.house.tree import modules, trees

EMPTY_WORDS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "handler",
    "processor",
    "dao",
    "misc",
}


def test_no_module_bears_an_empty_name() -> None:
    assert not [str(path) for path in modules() if path.stem in EMPTY_WORDS]


def test_every_module_begins_with_a_docstring() -> None:
    assert not [str(path) for path, tree in trees().items() if not ast.get_docstring(tree)]


@pytest.mark.parametrize("room", ["session", "flask", "socket", "time", "redis"])
def test_pure_modules_touch_no_outside(room: str) -> None:
    for path, tree in trees().items():
        if not (ast.get_docstring(tree) or "").startswith("Pure:"):
            continue
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }  # fmt: skip
        assert room not in imported, f"{path} says it is pure and imports {room}"
