"""The link of an invitation: what is offered, and joining with the account one has or with a new one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from tenants.accounts import inviting
from tenants.accounts.inviting import Offer
from tenants.core.errors import Invalid, NotAllowed, NotFound
from web import forms, words
from web.accounts import cookies
from web.auth import Policy, allow, viewer

bp = Blueprint("join", __name__, url_prefix="/join")


@bp.get("/<token>")
@allow(Policy.PUBLIC)
def show(token: str) -> AnyResponse | str:
    """Nothing is used up by looking: programs follow links in mails."""
    try:
        return _page(token, inviting.offer(token), {})
    except NotFound:
        return _over()


@bp.post("/<token>")
@allow(Policy.PUBLIC)
def join(token: str) -> AnyResponse:
    """Accept it."""
    try:
        found = inviting.offer(token)
    except NotFound:
        return _over()
    try:
        answer = _joined(token, found)
    except Invalid as error:
        return Response(_page(token, found, forms.said(error)), status=422)
    except NotAllowed as error:
        return Response(_page(token, found, {"name": words.say(error.code)}), status=403)
    flash(_("You belong to %(business)s now.", business=found.business))
    return answer


def _joined(token: str, found: Offer) -> AnyResponse:
    if found.identity_id is not None:
        if not current_user.is_authenticated:
            return forms.go(f"/sign-in?next=/join/{token}")
        person = viewer()
        inviting.accept(token, identity_id=person.identity_id, session_id=person.session_id)
        return forms.go("/")
    session = inviting.accept_anew(
        token, request.form.get("name", ""), request.form.get("password", ""), locale=str(get_locale() or "zh")[:2],
        ip=request.remote_addr or "", user_agent=request.headers.get("User-Agent", ""),
    )  # fmt: skip
    return cookies.put(forms.go("/"), session)


def _page(token: str, found: Offer, errors: dict[str, str]) -> str:
    person = viewer() if current_user.is_authenticated else None
    return render_template(
        "accounts/join.html", token=token, offer=found, errors=errors, person=person,
        own=person is not None and person.identity_id == found.identity_id, name=request.form.get("name", ""),
    )  # fmt: skip


def _over() -> Response:
    return Response(render_template("accounts/join.html", offer=None), status=404)
