"""The cookie that holds a session's token."""

from __future__ import annotations

from flask import current_app, session
from werkzeug.wrappers import Response

from tenants.accounts.sessions import LASTS
from web.auth import cookie_name


def put(response: Response, token: str) -> Response:
    """Sign this browser in. The token of forms is made anew, so that one from before is worth nothing."""
    session.clear()
    response.set_cookie(
        cookie_name(), token, max_age=int(LASTS.total_seconds()), httponly=True, samesite="Lax", path="/",
        secure=current_app.config["SETTINGS"].qunfa_secure_cookies,
    )  # fmt: skip
    return response


def remove(response: Response) -> Response:
    session.clear()
    secure = current_app.config["SETTINGS"].qunfa_secure_cookies
    response.delete_cookie(cookie_name(), path="/", httponly=True, samesite="Lax", secure=secure)
    return response
