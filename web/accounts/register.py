"""Signing a business up."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, session
from flask_babel import get_locale
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
from tenants.accounts import SignUp, throttling
from tenants.accounts.throttling import TooMany
from tenants.core import scopes
from tenants.core.errors import Invalid, WrongState
from tenants.core.scopes import Reason
from web import forms, words, zones
from web.accounts import letters
from web.auth import Policy, allow

bp = Blueprint("register", __name__)

FIELDS = ("business", "person", "email", "time_zone")


@bp.get("/sign-up")
@allow(Policy.PUBLIC)
def show() -> str:
    return _page({}, {})


@bp.post("/sign-up")
@allow(Policy.PUBLIC)
def sign_up() -> AnyResponse:
    """Make the business and mail the link. A known address gets the same answer, and its owner a mail."""
    given = {name: request.form.get(name, "") for name in FIELDS}
    form = SignUp(**given, password=request.form.get("password", ""), locale=str(get_locale() or "zh")[:2])
    try:
        clean = accounts.checked(form)
        place = throttling.place(request.remote_addr or "")
        throttling.count(throttling.bucket("sign-up-from", place), throttling.SIGN_UP_ADDRESS)
        _sign_up(clean)
    except Invalid as error:
        return Response(_page(given, forms.said(error)), status=422)
    except TooMany as error:
        return Response(_page(given, {"email": words.say(error.code, **error.values)}), status=429)
    except WrongState as error:
        return Response(_page(given, {"business": words.say(error.code)}), status=503)
    session["address"] = clean.email
    return forms.go("/sign-up/sent")


def _sign_up(form: SignUp) -> None:
    with scopes.platform(Reason.SIGN_UP):
        person = accounts.sign_up(form)
        if person is not None:
            letters.verification(person, accounts.token_for(person.id, "verify"))
        elif (known := accounts.person_by_email(form.email)) is not None:
            letters.known_already(known)


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    return render_template("accounts/sign_up.html", values=values, errors=errors, zones=zones.options())


@bp.get("/sign-up/sent")
@allow(Policy.PUBLIC)
def sent() -> str:
    """Look into your mail."""
    return render_template("accounts/sent.html", email=session.get("address", ""))
