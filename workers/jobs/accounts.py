"""Chores around accounts."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from tenants import accounts
from tenants.accounts import spares
from tenants.core import scopes
from tenants.core.scopes import Reason


def make_spares() -> None:
    """Make spare tenants with the owner's login, which alone may create schemas."""
    settings = current_app.config["SETTINGS"]
    engine = sa.create_engine(settings.migration_dsn, poolclass=sa.pool.NullPool)
    try:
        spares.top_up(engine, settings.qunfa_secret)
    finally:
        engine.dispose()


def tidy_accounts() -> None:
    """Forget counted tries, ended sessions, old links and old mail; the clock calls this."""
    with scopes.platform(Reason.SWEEPS):
        accounts.tidy()
