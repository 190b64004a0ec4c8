"""What load balancers ask: are we alive, are we ready."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select, true

from tenants.core import scopes
from tenants.core.db import db
from web.auth import Policy, allow

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@allow(Policy.PUBLIC)
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@allow(Policy.PUBLIC)
def ready() -> Response:
    """The database answers too. Valkey is not asked: pages work without it."""
    with scopes.door():
        db.session.execute(select(true()))
    return Response("ready\n", mimetype="text/plain")
