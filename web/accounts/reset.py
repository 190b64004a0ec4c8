"""A forgotten password: a link by mail, a new password, every session ended."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
from tenants.accounts import throttling
from tenants.accounts.throttling import TooMany
from tenants.core import scopes
from tenants.core.errors import Invalid, NotFound
from tenants.core.scopes import Reason
from web import forms, words
from web.accounts import letters
from web.auth import Policy, allow

bp = Blueprint("reset", __name__)


@bp.get("/reset")
@allow(Policy.PUBLIC)
def show() -> str:
    return render_template("accounts/reset.html", sent=False, error="", email="")


@bp.post("/reset")
@allow(Policy.PUBLIC)
def ask() -> AnyResponse:
    """Mail a link; says the same whether the address has an account or not."""
    email = request.form.get("email", "")
    try:
        throttling.count(f"mail:{email.strip().lower()}", throttling.MAIL_ACCOUNT)
    except TooMany as error:
        page = render_template(
            "accounts/reset.html", sent=False, error=words.say(error.code, **error.values), email=email
        )
        return Response(page, status=429)
    with scopes.platform(Reason.SIGN_IN):
        person = accounts.person_by_email(email)
        if person is not None:
            letters.reset(person, accounts.token_for(person.id, "reset"))
    return Response(render_template("accounts/reset.html", sent=True, error="", email=email))


@bp.get("/reset/<token>")
@allow(Policy.PUBLIC)
def choose(token: str) -> str:
    return render_template("accounts/new_password.html", token=token, errors={})


@bp.post("/reset/<token>")
@allow(Policy.PUBLIC)
def change(token: str) -> AnyResponse:
    """Set the new password."""
    try:
        accounts.reset_password(token, request.form.get("new", ""))
    except Invalid as error:
        return Response(
            render_template("accounts/new_password.html", token=token, errors=forms.said(error)), status=422
        )
    except NotFound as error:
        wrong = {"new": words.say(error.code)}
        return Response(render_template("accounts/new_password.html", token=token, errors=wrong), status=404)
    return forms.go("/sign-in")


def _choose_again(token: str, errors: dict[str, str], status: int) -> Response:
    return Response(render_template("accounts/new_password.html", token=token, errors=errors), status=status)
