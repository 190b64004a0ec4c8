"""The language and the clock of whoever reads a page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_login import current_user

from tenants.core import languages

LOCALES = ("zh", "en")
COOKIE = "lang"
YEAR_S = 31_536_000


def locale() -> str:
    """The reader's language: chosen now, chosen before, the person's own, the browser's, Chinese."""
    if not has_request_context():
        return str(g.get("locale", "zh"))
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return str(wanted)
    if current_user and current_user.is_authenticated and current_user.locale in LOCALES:
        return str(current_user.locale)
    return request.accept_languages.best_match(LOCALES) or "zh"


def time_zone() -> ZoneInfo:
    """The clock of the reader's business; Beijing's for everybody else."""
    person = current_user if has_request_context() else None
    known = person.time_zone if person and person.is_authenticated else ""
    return ZoneInfo(known) if known else languages.HOME_CLOCK


def _remember(response: Response) -> Response:
    """The language asked for in the address holds for the pages after it too."""
    wanted = request.args.get("lang")
    if wanted in LOCALES and wanted != request.cookies.get(COOKIE):
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, wanted, max_age=YEAR_S, samesite="Lax", secure=secure)
    return response


def register(app: Flask) -> None:
    app.after_request(_remember)
    languages.speak(app, locale, time_zone)
