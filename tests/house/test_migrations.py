"""Migrations are numbered without gaps, and HEAD names the newest."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT


@pytest.mark.parametrize("tree", ["shared", "tenant"])
def test_migrations_are_numbered_and_head_names_the_newest(tree: str) -> None:
    names = sorted(path.name for path in (ROOT / "migrations" / tree).glob("*.py"))
    numbers = [re.match(r"(\d{4})_\w+\.py$", name) for name in names]
    assert all(numbers), names
    assert [int(found.group(1)) for found in numbers if found] == list(range(1, len(names) + 1))
    assert (ROOT / "migrations" / tree / "HEAD").read_text().strip() == names[-1][:4]
