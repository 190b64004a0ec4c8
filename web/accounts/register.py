"""Signing a business up."""

from __future__ import annotations

from babel.dates import get_timezone_location
from flask import Blueprint, Response, render_template, request
from flask_babel import get_locale
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
from tenants.accounts import SignUp, throttling
from tenants.accounts.throttling import TooMany
from tenants.core import scopes
from tenants.core.errors import Invalid, WrongState
from tenants.core.scopes import Reason
from web import forms, words
from web.accounts import letters
from web.auth import Policy, allow

bp = Blueprint("register", __name__)

FIELDS = ("business", "person", "email", "time_zone")
_ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai", "Europe/London",
    "Europe/Berlin", "Europe/Moscow", "America/New_York", "America/Chicago", "America/Los_Angeles",
    "America/Sao_Paulo", "Australia/Sydney", "UTC",
)  # fmt: skip


def _zones() -> list[tuple[str, str]]:
    """Options of the form: the zone and its name in the reader's language."""
    locale = get_locale()
    return [(zone, f"{get_timezone_location(zone, locale=locale)} ({zone})") for zone in _ZONES]


@bp.get("/sign-up")
@allow(Policy.PUBLIC)
def show() -> str:
    return render_template("accounts/sign_up.html", values={}, errors={}, zones=_zones())


@bp.post("/sign-up")
@allow(Policy.PUBLIC)
def sign_up() -> AnyResponse:
    """Make the business and mail the link. A known address gets the same answer, and its owner a mail."""
    given = {name: request.form.get(name, "") for name in FIELDS}
    form = SignUp(**given, password=request.form.get("password", ""), locale=str(get_locale() or "zh")[:2])
    try:
        clean = accounts.checked(form)
        throttling.count(f"sign-up:ip:{request.remote_addr}", throttling.SIGN_UP_ADDRESS)
        _sign_up(clean)
    except Invalid as error:
        return _again(given, forms.said(error), 422)
    except TooMany as error:
        return _again(given, {"email": words.say(error.code, **error.values)}, 429)
    except WrongState as error:
        return _again(given, {"business": words.say(error.code)}, 503)
    return forms.go(f"/sign-up/sent?email={clean.email}")


def _sign_up(form: SignUp) -> None:
    with scopes.platform(Reason.SIGN_UP):
        person = accounts.sign_up(form)
        if person is not None:
            letters.verification(person, accounts.token_for(person.id, "verify"))
        elif (known := accounts.person_by_email(form.email)) is not None:
            letters.known_already(known)


def _again(values: dict[str, str], errors: dict[str, str], status: int) -> Response:
    return Response(
        render_template("accounts/sign_up.html", values=values, errors=errors, zones=_zones()), status=status
    )


@bp.get("/sign-up/sent")
@allow(Policy.PUBLIC)
def sent() -> str:
    """Look into your mail."""
    return render_template("accounts/sent.html", email=request.args.get("email", "")[:254])
