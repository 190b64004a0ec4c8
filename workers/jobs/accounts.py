"""Chores around accounts."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from tenants.accounts import spares


def make_spares() -> None:
    """Make spare tenants with the owner's login, which alone may create schemas."""
    settings = current_app.config["SETTINGS"]
    engine = sa.create_engine(settings.migration_dsn, poolclass=sa.pool.NullPool)
    try:
        spares.top_up(engine, settings.qunfa_secret)
    finally:
        engine.dispose()
