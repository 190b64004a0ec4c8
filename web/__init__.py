"""The web: HTTP only. A view parses, authorises, calls one domain verb, commits and renders."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tenants.core.ground import bare_app
from tenants.core.settings import Settings
from web import auth, errors, extensions, filters, frame, headers, i18n, public, registry, tenancy

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """The application: pages, API and hooks. Also the app context of every worker."""
    settings = settings or Settings.read()
    app = bare_app(
        settings, __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "web" / "static")
    )
    app.config.update(
        TESTING=testing,
        GALLERY=testing or settings.qunfa_demo,
        SECRET_KEY=extensions.flask_key(settings),
        MAX_CONTENT_LENGTH=extensions.BODY_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=extensions.FORM_BYTES_MAX,
        SESSION_COOKIE_NAME="__Host-form" if settings.qunfa_secure_cookies else "form",
        SESSION_COOKIE_SECURE=settings.qunfa_secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    for part in (extensions, i18n, filters, public, headers, auth, tenancy, errors, frame, registry):
        part.register(app)
    return app
