"""`qunfa`: start everything, migrate, look for what is wrong, say who is staff."""

from __future__ import annotations

import argparse
import os
import sys

from tenants.core.settings import BadSetting, Settings
from workers import doctor, logs, staff, up
from workers.embedded import Unusable

COMMANDS = {
    "up": "start everything on this machine",
    "migrate": "bring the database to the newest version",
    "doctor": "say what is wrong with a set-up",
}


def main() -> None:
    """The console script: what cannot work is said in one sentence."""
    try:
        _run()
    except (Unusable, BadSetting) as error:
        print(f"qunfa: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _run() -> None:
    parser = argparse.ArgumentParser(prog="qunfa", description="Qunfa, the bulk messaging platform.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in COMMANDS.items():
        commands.add_parser(name, help=words, description=words)
    _staff(commands.add_parser("staff", help="make somebody one of our own people, or no longer"))
    given = parser.parse_args()
    command = given.command
    logs.set_up(command)
    if command == "up":
        sys.exit(up.up(os.environ))
    if command == "staff":
        staff.run(given.act, given.email, getattr(given, "name", ""), getattr(given, "link", False))
        return
    settings = Settings.read()
    if command == "migrate":
        up.migrate(settings)
        return
    found = doctor.examine(settings)
    for finding in found:
        print(finding)  # noqa: T201
    sys.exit(1 if any(finding.bad for finding in found) else 0)


def _staff(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    words = "asks for the password, or reads it from standard input"
    add = acts.add_parser("add", help="make somebody staff", description=f"Make somebody staff: {words}.")
    add.add_argument("--name", default="", help="how they are shown; their address when left out")
    add.add_argument("--link", action="store_true", help="mail a link to choose the password (printed without SMTP)")
    for each in (add, acts.add_parser("remove", help="make somebody staff no longer and sign them out")):
        each.add_argument("email")
