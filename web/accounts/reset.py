"""A forgotten password: a link by mail, a new password, every session ended."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
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
    return _ask_page("")


@bp.post("/reset")
@allow(Policy.PUBLIC)
def ask() -> AnyResponse:
    """Mail a link; says the same whether the address has an account or not."""
    email = request.form.get("email", "")
    try:
        letters.count(email, request.remote_addr or "")
    except TooMany as error:
        return Response(_ask_page(email, error=words.say(error.code, **error.values)), status=429)
    with scopes.platform(Reason.SIGN_IN):
        person = accounts.person_by_email(email)
        if person is not None:
            letters.reset(person, accounts.token_for(person.id, "reset"))
    return Response(_ask_page(email, sent=True))


def _ask_page(email: str, *, sent: bool = False, error: str = "") -> str:
    return render_template("accounts/reset.html", sent=sent, error=error, email=email)


@bp.get("/reset/<token>")
@allow(Policy.PUBLIC)
def choose(token: str) -> str:
    return _choose_page(token, {})


@bp.post("/reset/<token>")
@allow(Policy.PUBLIC)
def change(token: str) -> AnyResponse:
    """Set the new password."""
    try:
        accounts.reset_password(token, request.form.get("new", ""), ip=request.remote_addr or "")
    except Invalid as error:
        return Response(_choose_page(token, forms.said(error)), status=422)
    except NotFound as error:
        return Response(_choose_page(token, {"new": words.say(error.code)}), status=404)
    return forms.go("/sign-in?changed=1")


def _choose_page(token: str, errors: dict[str, str]) -> str:
    return render_template("accounts/new_password.html", token=token, errors=errors)
