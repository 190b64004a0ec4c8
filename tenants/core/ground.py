"""The bare application every process stands on: settings and the database, no pages."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tenants.core.db import db, load_models
from tenants.core.settings import Settings


def bare_app(settings: Settings, name: str = "qunfa", **flask: Any) -> Flask:
    """A Flask application whose context gives settings and database; workers use it as it is, the web builds on it."""
    app = Flask(name, **flask)
    app.config.update(SETTINGS=settings, SQLALCHEMY_DATABASE_URI=settings.dsn)
    load_models()
    db.init_app(app)
    return app
