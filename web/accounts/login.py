"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, session
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
from tenants.accounts.throttling import TooMany
from tenants.core.errors import Invalid, NotAllowed
from web import forms, i18n, words
from web.accounts import cookies, destinations
from web.auth import Policy, allow, viewer

bp = Blueprint("login", __name__)


@bp.get("/sign-in")
@allow(Policy.PUBLIC)
def show() -> AnyResponse | str:
    """The sign-in page; who is signed in already goes on."""
    target = destinations.safe(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or destinations.home(viewer().is_staff))
    return render_template("accounts/sign_in.html", email="", errors={}, next=target or "")


@bp.post("/sign-in")
@allow(Policy.PUBLIC)
def sign_in() -> AnyResponse:
    """Try an e-mail and a password."""
    target = destinations.safe(request.form.get("next"))
    email, ip = request.form.get("email", ""), request.remote_addr or ""
    try:
        opened = accounts.sign_in(
            email, request.form.get("password", ""), ip=ip, user_agent=request.headers.get("User-Agent", ""),
            locale=request.cookies.get(i18n.COOKIE, ""), devices=cookies.devices(),
        )  # fmt: skip
    except Invalid as error:
        return _again(email, target, forms.said(error), 422)
    except TooMany as error:
        return _again(email, target, {"password": words.say(error.code, **error.values)}, 429)
    except NotAllowed:
        session["address"] = email
        return forms.go("/sign-up/sent")
    if current_user.is_authenticated:
        accounts.sign_out(viewer().session_id, by=viewer().identity_id, ip=ip)
    answer = cookies.put(forms.go(target or destinations.home(opened.is_staff)), opened.token)
    return cookies.remember(answer, opened.devices)


def _again(email: str, target: str | None, errors: dict[str, str], status: int) -> Response:
    page = render_template("accounts/sign_in.html", email=email, errors=errors, next=target or "")
    return Response(page, status=status)


@bp.post("/sign-out")
@allow(Policy.PERSON)
def sign_out() -> AnyResponse:
    """End this session."""
    person = viewer()
    accounts.sign_out(person.session_id, by=person.identity_id, ip=request.remote_addr or "")
    return cookies.remove(forms.go("/sign-in"))
