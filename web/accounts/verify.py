"""The link that proves an address."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
from tenants.accounts.throttling import TooMany
from tenants.core import scopes
from tenants.core.errors import NotFound
from tenants.core.scopes import Reason
from web import forms, words
from web.accounts import letters
from web.auth import Policy, allow

bp = Blueprint("verify", __name__)


@bp.get("/verify/<token>")
@allow(Policy.PUBLIC)
def show(token: str) -> str:
    """A page with one button: programs that follow links in mails must not use the link up."""
    return render_template("accounts/verify.html", token=token, over=False)


@bp.post("/verify/<token>")
@allow(Policy.PUBLIC)
def confirm(token: str) -> AnyResponse:
    """Use the link; then sign in with the password chosen before."""
    try:
        with scopes.platform(Reason.SIGN_UP):
            accounts.verify(token)
    except NotFound:
        return Response(render_template("accounts/verify.html", token=token, over=True), status=404)
    return forms.go("/sign-in?verified=1")


@bp.post("/verify")
@allow(Policy.PUBLIC)
def again() -> AnyResponse:
    """Mail a fresh link; says the same whether the address has an account or not."""
    email = session.get("address", "")
    try:
        letters.count(email, request.remote_addr or "")
    except TooMany as error:
        said = words.say(error.code, **error.values)
        return Response(render_template("accounts/sent.html", email=email, error=said), status=429)
    with scopes.platform(Reason.SIGN_UP):
        person = accounts.person_by_email(email)
        if person is not None:
            letters.verification(person, accounts.token_for(person.id, "verify"))
    return forms.go("/sign-up/sent?again=1")
