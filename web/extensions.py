"""Flask's extensions, made once and bound to each app."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from tenants.core.secrets import derive
from tenants.core.settings import Settings

# Uploads are streamed to disk; rooms set tighter bounds for each purpose.
BODY_BYTES_MAX = 220 * 1024 * 1024
FORM_BYTES_MAX = 1024 * 1024

htmx = Htmx()
csrf = CSRFProtect()
login_manager = LoginManager()


def register(app: Flask) -> None:
    htmx.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    settings: Settings = app.config["SETTINGS"]
    if hops := settings.qunfa_proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def flask_key(settings: Settings) -> bytes:
    """The key of Flask's own signed cookie, which carries only the token of forms."""
    return derive(settings.qunfa_secret, "flask") if settings.qunfa_secret else b""
