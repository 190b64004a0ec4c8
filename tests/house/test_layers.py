"""Calls go down, and the rooms of the domain are stacked: the contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from tests.house.tree import ROOT


def test_every_import_contract_is_kept() -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())",
    ]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
