"""The platform's scope is entered for listed reasons only, and each listed reason is used."""

from __future__ import annotations

import re

from tenants.core.scopes import Reason
from tests.house.tree import modules


def test_every_reason_is_used_and_every_use_names_a_reason() -> None:
    used = set()
    for path, text in modules().items():
        for call in re.findall(r"\b(?:scopes\.)?(?:platform|of_platform)\(([^)]*)\)", text):
            if str(path) == "tenants/core/scopes.py":
                continue
            found = re.fullmatch(r"(?:scopes\.)?Reason\.(\w+)|reason", call.strip())
            assert found, f"{path}: platform({call}) names no reason"
            if found.group(1):
                used.add(found.group(1))
    assert used == {reason.name for reason in Reason}
