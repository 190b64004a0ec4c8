"""Settings: the business, the way to live, the person's password and sessions."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts, moderation, quotas
from tenants.core.db import db
from tenants.core.errors import Invalid
from web import forms
from web.accounts import cookies
from web.auth import Policy, allow, viewer

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@allow(Policy.MEMBER)
def show() -> str:
    return _page({})


def _page(errors: dict[str, str]) -> str:
    person = viewer()
    return render_template(
        "console/settings/show.html", business=accounts.current(), left=quotas.left(), errors=errors,
        sessions=accounts.sessions_of(person.identity_id), own=person.session_id,
    )  # fmt: skip


@bp.post("/go-live")
@allow(Policy.OWNER)
def go_live() -> AnyResponse:
    """Ask staff to open live sending."""
    person = viewer()
    accounts.ask_go_live(by=person.identity_id)
    business = accounts.current()
    shown = {"text": business.name, "state": business.state}
    moderation.ask("go_live", business.id, title=business.name, shown=shown, by=person.identity_id)
    db.session.commit()
    flash(_("Your request is with our staff. You get a mail with the answer."))
    return forms.go("/settings")


@bp.post("/password")
@allow(Policy.MEMBER)
def password() -> AnyResponse:
    """Change the password; other sessions end."""
    person = viewer()
    try:
        accounts.change_password(
            person.identity_id, request.form.get("old", ""), request.form.get("new", ""), keep=person.session_id
        )
    except Invalid as error:
        return Response(_page(forms.said(error)), status=422)
    flash(_("Password changed. Every other session was ended."))
    return forms.go("/settings")


@bp.post("/sign-out-everywhere")
@allow(Policy.MEMBER)
def sign_out_everywhere() -> AnyResponse:
    """End every session of this person, this one too."""
    accounts.sign_out_everywhere(viewer().identity_id, ip=request.remote_addr or "")
    return cookies.remove(forms.go("/sign-in"))
