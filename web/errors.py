"""From a refusal to an answer: the only table of HTTP statuses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from tenants.core.errors import (
    Conflict,
    ContentRefused,
    Invalid,
    NotAllowed,
    NotEnoughCredit,
    NotFound,
    QuotaReached,
    Refused,
    WrongState,
)  # fmt: skip
from web import words

log = structlog.get_logger()

STATUS: dict[type[Refused], int] = {
    NotFound: 404,
    NotAllowed: 403,
    WrongState: 409,
    Conflict: 409,
    Invalid: 422,
    NotEnoughCredit: 402,
    QuotaReached: 429,
    ContentRefused: 422,
    Refused: 400,
}


def _refused(error: Refused) -> Any:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return _answer(status, error.code, words.say(error.code, **error.values))


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status == 401:
        return _to_sign_in()
    return _answer(status, f"http_{status}", words.say(f"http_{status}"))


def _crash(error: Exception) -> Any:
    log.exception("request.crashed", path=request.path, endpoint=request.endpoint)
    return _answer(500, "http_500", words.say("http_500"))


def _to_sign_in() -> Any:
    # Back to the page: neither to the part of it that was asked for nor to where its form went.
    page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    asked = request.full_path.rstrip("?")
    if request.htmx or request.method != "GET":  # type: ignore[attr-defined]
        asked = page.path + (f"?{page.query}" if page.query else "")
    target = url_for("accounts.login.show", next=asked or None)
    if request.htmx:  # type: ignore[attr-defined]
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target)


def _answer(status: int, code: str, sentence: str) -> Any:
    if request.path.startswith(("/api/", "/hooks/")):
        return jsonify({"error": {"code": code, "message": sentence}}), status
    if request.htmx:  # type: ignore[attr-defined]
        fragment = render_template("partials/refused.html", sentence=sentence, status=status)
        return Response(fragment, status=status, headers={"HX-Retarget": "#refused", "HX-Reswap": "innerHTML"})
    # Asked only where the person is known already: a page about a broken database must not need the database.
    signed_in = status == 403 and current_user.is_authenticated
    return render_template("error.html", status=status, sentence=sentence, signed_in=signed_in), status


def register(app: Flask) -> None:
    app.jinja_env.filters["act"] = words.act
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    if not app.config["TESTING"]:
        app.register_error_handler(Exception, _crash)
