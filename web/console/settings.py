"""Settings of a business: what it is called, its clock, and the way to live."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts, moderation, quotas
from tenants.core.db import db
from tenants.core.errors import Invalid
from web import forms, zones
from web.auth import Policy, allow, viewer

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@allow(Policy.MEMBER)
def show() -> str:
    return _page({}, {})


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    person, business = viewer(), accounts.current()
    return render_template(
        "console/settings/show.html", business=business, left=quotas.left(), owner=person.role == "owner",
        values={"name": business.name, "time_zone": business.time_zone} | values, errors=errors,
        zones=zones.options(business.time_zone),
        daily=business.limits.get("parts_per_day", quotas.TRIAL_PARTS_A_DAY),
    )  # fmt: skip


@bp.post("")
@allow(Policy.OWNER)
def amend() -> AnyResponse:
    """Change the name (before it is live) and the time zone."""
    given = {name: request.form.get(name, "") for name in ("name", "time_zone")}
    try:
        accounts.amend(**given, by=viewer().identity_id)
    except Invalid as error:
        return Response(_page(given, forms.said(error)), status=422)
    db.session.commit()
    flash(_("Saved."))
    return forms.go("/settings")


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
