"""One's own account: the password, and where one is signed in. For people with and without a business."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts
from tenants.accounts import members
from tenants.accounts.throttling import TooMany
from tenants.core.errors import Invalid
from web import forms, words
from web.accounts import cookies, devices
from web.auth import Policy, allow, viewer
from web.public import public, resolve

bp = Blueprint("sessions", __name__, url_prefix="/account")

# A session belongs to a person and not to a business.
NOBODYS = 0


@bp.get("")
@allow(Policy.PERSON)
def show() -> str:
    return _page({})


def _page(errors: dict[str, str]) -> str:
    person = viewer()
    rows = [
        {"id": public("session", row.id, NOBODYS), "own": row.id == person.session_id, "ip": row.ip,
         "device": devices.named(row.user_agent), "created_at": row.created_at, "seen_at": row.seen_at}
        for row in accounts.sessions_of(person.identity_id)
    ]  # fmt: skip
    businesses = [(public("tenant", home.tenant_id, NOBODYS), home) for home in members.homes(person.identity_id)]
    return render_template("accounts/account.html", person=person, sessions=rows, errors=errors, businesses=businesses)


@bp.post("/password")
@allow(Policy.PERSON)
def password() -> AnyResponse:
    """Change the password; other sessions end."""
    person, old, new = viewer(), request.form.get("old", ""), request.form.get("new", "")
    try:
        accounts.change_password(person.identity_id, old, new, keep=person.session_id, ip=request.remote_addr or "")
    except Invalid as error:
        return Response(_page(forms.said(error)), status=422)
    except TooMany as error:
        return Response(_page({"old": words.say(error.code, **error.values)}), status=429)
    flash(_("Password changed. Every other session was ended."))
    return forms.go("/account")


@bp.post("/businesses/<business>")
@allow(Policy.PERSON)
def enter(business: str) -> AnyResponse:
    """Work in another business of one's own from now on."""
    person = viewer()
    members.enter(resolve("tenant", business, NOBODYS), identity_id=person.identity_id, session_id=person.session_id)
    return forms.go("/")


@bp.post("/sessions/<session>/end")
@allow(Policy.PERSON)
def end(session: str) -> AnyResponse:
    """Sign out of one device; this one too, if it is the one."""
    person, id = viewer(), resolve("session", session, NOBODYS)
    accounts.sign_out(id, by=person.identity_id, ip=request.remote_addr or "")
    if id == person.session_id:
        return cookies.remove(forms.go("/sign-in"))
    flash(_("Signed out of that device."))
    return forms.go("/account")


@bp.post("/sign-out-everywhere")
@allow(Policy.PERSON)
def sign_out_everywhere() -> AnyResponse:
    """End every session of this person, this one too."""
    accounts.sign_out_everywhere(viewer().identity_id, ip=request.remote_addr or "")
    return cookies.remove(forms.go("/sign-in"))
