"""The cookie that holds a session's token, and the one by which a device is known again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app, request, session
from werkzeug.wrappers import Response

from tenants.accounts.sessions import LASTS
from web.auth import cookie_name

DEVICE_LASTS = timedelta(days=365)
# No sign of a proof.
SEPARATOR = "~"


def put(response: Response, token: str) -> Response:
    """Sign this browser in. The token of forms is made anew, so that one from before is worth nothing."""
    session.clear()
    response.set_cookie(
        cookie_name(), token, max_age=int(LASTS.total_seconds()), httponly=True, samesite="Lax", path="/",
        secure=current_app.config["SETTINGS"].qunfa_secure_cookies,
    )  # fmt: skip
    return response


def devices() -> list[str]:
    """What this browser holds of people who signed in on it."""
    return [each for each in request.cookies.get(_device_name(), "").split(SEPARATOR) if each]


def remember(response: Response, kept: Sequence[str]) -> Response:
    """Let the browser hold that for a year, signed in or not."""
    response.set_cookie(
        _device_name(), SEPARATOR.join(kept), max_age=int(DEVICE_LASTS.total_seconds()), httponly=True, samesite="Lax",
        path="/", secure=current_app.config["SETTINGS"].qunfa_secure_cookies,
    )  # fmt: skip
    return response


def _device_name() -> str:
    return f"{cookie_name()}-device"


def remove(response: Response) -> Response:
    session.clear()
    secure = current_app.config["SETTINGS"].qunfa_secure_cookies
    response.delete_cookie(cookie_name(), path="/", httponly=True, samesite="Lax", secure=secure)
    return response
