"""`qunfa`: start everything, migrate, look for what is wrong."""

from __future__ import annotations

import argparse
import os
import sys

from tenants.core.settings import Settings
from workers import doctor, logs, up

COMMANDS = {
    "up": "start everything on this machine",
    "migrate": "bring the database to the newest version",
    "doctor": "say what is wrong with a set-up",
}


def main() -> None:
    """The console script."""
    parser = argparse.ArgumentParser(prog="qunfa", description="Qunfa, the bulk messaging platform.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in COMMANDS.items():
        commands.add_parser(name, help=words, description=words)
    command = parser.parse_args().command
    logs.set_up(command)
    if command == "up":
        sys.exit(up.up(os.environ))
    settings = Settings.read()
    if command == "migrate":
        up.migrate(settings)
        return
    found = doctor.examine(settings)
    for finding in found:
        print(finding)  # noqa: T201
    sys.exit(1 if any(finding.bad for finding in found) else 0)
