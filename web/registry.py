"""Every blueprint, one line each. Those of web/console and web/staff hang under a parent of that name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint, Flask

# module: the blueprint is its `bp`.
BLUEPRINTS = (
    "web.health",
    "web.accounts.login",
    "web.accounts.register",
    "web.accounts.verify",
    "web.accounts.reset",
    "web.accounts.join",
    "web.accounts.outbox",
    "web.accounts.sessions",
    "web.console.home",
    "web.console.campaigns",
    "web.console.composer",
    "web.console.preflight",
    "web.console.messages",
    "web.console.inbox",
    "web.console.contacts",
    "web.console.imports",
    "web.console.optouts",
    "web.console.message_templates",
    "web.console.media",
    "web.console.signatures",
    "web.console.filings",
    "web.console.billing",
    "web.console.members",
    "web.console.settings",
    "web.console.audit",
    "web.staff.reviews",
    "web.staff.media",
    "web.staff.channels",
    "web.staff.board",
    "web.staff.routes",
    "web.staff.filings",
    "web.staff.tenants",
    "web.staff.ledger",
    "web.staff.prices",
    "web.staff.words",
    "web.staff.blocks",
    "web.staff.audit",
    "web.hooks.receipts",
    "web.hooks.media",
    "web.hooks.inbound",
    "web.hooks.stripe",
)
GALLERY = "web.gallery"
PREFIXES = {"accounts": None, "console": None, "staff": "/staff", "hooks": "/hooks"}


def register(app: Flask) -> None:
    parents = {name: Blueprint(name, __name__, url_prefix=prefix) for name, prefix in PREFIXES.items()}
    for name in [*BLUEPRINTS, *([GALLERY] if app.config["GALLERY"] else [])]:
        if find_spec(name) is None:
            continue
        parent = parents.get(name.split(".")[1]) if name.count(".") == 2 else None
        (parent or app).register_blueprint(import_module(name).bp)
    for parent in parents.values():
        app.register_blueprint(parent)
