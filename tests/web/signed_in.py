"""Browsers that are signed in, without going through the sign-in page."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert
from werkzeug.test import TestResponse

from tenants.accounts.models import WebSession
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.factories import Business


class Browser(FlaskClient):
    """Each request has an app context of its own, as in life; in the test's, Flask would remember the last visitor."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> TestResponse:
        """With the token of forms, as any page would send it; signing in and out makes it anew."""
        self.take_token()
        return super().post(*args, **kwargs)

    def take_token(self) -> None:
        with self.session_transaction() as form:
            raw = form.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        self.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps(raw)


def visitor(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in; what it sends carries the token of forms."""
    client = Browser(app, app.response_class)
    client.take_token()
    return client


def client_of(app: Flask, business: Business, identity_id: int | None = None) -> FlaskClient:
    """A browser in which a business's owner (or another identity of it) is signed in."""
    return signed_in(app, identity_id or business.owner_id, business.id)


def staff_client(app: Flask) -> FlaskClient:
    """A browser of one of our own people, a new one each time."""
    with scopes.platform(Reason.SIGN_UP):
        person = factories.identity(f"staff-{secrets.token_hex(4)}@example.com", name="Sam", is_staff=True)
    return signed_in(app, person, None)


def signed_in(app: Flask, identity_id: int, tenant_id: int | None) -> FlaskClient:
    token = secrets.token_urlsafe(32)
    with scopes.platform(Reason.SIGN_IN):
        at = now()
        db.session.execute(
            insert(WebSession).values(
                token_hash=hashlib.sha256(token.encode()).hexdigest(), identity_id=identity_id, tenant_id=tenant_id,
                created_at=at, seen_at=at, ends_at=at + timedelta(hours=12),
            )
        )  # fmt: skip
    client = visitor(app)
    client.set_cookie("qunfa", token)
    return client
