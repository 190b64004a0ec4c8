"""The people of a business: who they are, who is invited, who may do what."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants.accounts import inviting, members
from tenants.accounts.throttling import TooMany
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, QuotaReached, WrongState
from web import forms, words
from web.accounts import cookies, letters
from web.auth import Policy, allow, viewer
from web.public import resolve

bp = Blueprint("members", __name__, url_prefix="/members")


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    return _page({})


def _page(errors: dict[str, str], *, email: str = "", role: str = "member") -> str:
    person, found = viewer(), members.people()
    return render_template(
        "console/members/index.html", people=found, invitations=inviting.waiting(), errors=errors, email=email,
        role=role, owner=person.role == "owner", me=person.identity_id, at=now(),
        alone=sum(each.role == "owner" for each in found) == 1,
    )  # fmt: skip


@bp.post("/invite")
@allow(Policy.OWNER)
def invite() -> AnyResponse:
    """Mail somebody a link."""
    email, role = request.form.get("email", ""), request.form.get("role", "")
    try:
        letters.count(email, request.remote_addr or "")
        token = inviting.invite(email, role, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return Response(_page(forms.said(error), email=email, role=role), status=422)
    except (TooMany, QuotaReached) as error:
        db.session.rollback()
        said = {"email": words.say(error.code, **error.values)}
        return Response(_page(said, email=email, role=role), status=429)
    letters.invitation(email, token, viewer())
    db.session.commit()
    flash(_("The invitation is on its way."))
    return forms.go("/members")


@bp.post("/invitations/<invitation>/again")
@allow(Policy.OWNER)
def again(invitation: str) -> AnyResponse:
    """Mail it again; the link before is void."""
    email, token = inviting.send_again(resolve("invitation", invitation), by=viewer().identity_id)
    try:
        letters.count(email, request.remote_addr or "")
    except TooMany as error:
        db.session.rollback()
        return Response(_page({"email": words.say(error.code, **error.values)}), status=429)
    letters.invitation(email, token, viewer())
    db.session.commit()
    flash(_("The invitation is on its way."))
    return forms.go("/members")


@bp.post("/invitations/<invitation>/revoke")
@allow(Policy.OWNER)
def revoke(invitation: str) -> AnyResponse:
    inviting.revoke(resolve("invitation", invitation), by=viewer().identity_id)
    db.session.commit()
    flash(_("The invitation was taken back."))
    return forms.go("/members")


@bp.post("/<member>/role")
@allow(Policy.OWNER)
def role(member: str) -> AnyResponse:
    try:
        members.change_role(resolve("member", member), request.form.get("role", ""), by=viewer().identity_id)
    except (Invalid, WrongState) as error:
        return _refused(error)
    flash(_("The role was changed."))
    return forms.go("/members")


@bp.post("/<member>/remove")
@allow(Policy.OWNER)
def remove(member: str) -> AnyResponse:
    """They are signed out of the business at once."""
    identity_id = resolve("member", member)
    try:
        members.remove(identity_id, by=viewer().identity_id)
    except WrongState as error:
        return _refused(error)
    if identity_id == viewer().identity_id:
        return cookies.remove(forms.go("/sign-in"))
    flash(_("They no longer belong to the business and were signed out of it."))
    return forms.go("/members")


@bp.post("/leave")
@allow(Policy.MEMBER)
def leave() -> AnyResponse:
    """One goes by oneself."""
    try:
        members.remove(viewer().identity_id, by=viewer().identity_id)
    except WrongState as error:
        return _refused(error)
    return cookies.remove(forms.go("/sign-in"))


def _refused(error: Invalid | WrongState) -> Response:
    said = " ".join(forms.said(error).values()) if isinstance(error, Invalid) else words.say(error.code)
    return Response(_page({"people": said}), status=422 if isinstance(error, Invalid) else 409)
