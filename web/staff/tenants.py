"""Businesses as staff see them: state, balance, and the way to live and back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tenants import accounts, ledger, moderation
from tenants.accounts import listing
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import Invalid
from web import forms
from web.accounts import letters
from web.auth import Policy, allow, viewer

bp = Blueprint("tenants", __name__)

REASON_MAX = 200


@bp.get("")
@allow(Policy.STAFF)
def home() -> Response:
    """Staff begin where somebody waits."""
    return redirect("/staff/reviews")


@bp.get("/tenants")
@allow(Policy.STAFF)
def index() -> str:
    """A page of businesses, newest first, by name and state."""
    state, name = request.args.get("state", ""), request.args.get("name", "")[:60]
    found = listing.page(state=state, name=name, before=request.args.get("before", type=int))
    return render_template(
        "staff/tenants/index.html", found=found, counts=listing.counts(), state=state, name=name,
        balances=ledger.balances([each.id for each in found.rows]),
    )  # fmt: skip


@bp.post("/tenants/<int:tenant>/<any('go-live', suspend, reopen):act>")
@allow(Policy.STAFF)
def decide(tenant: int, act: str) -> Response:
    """Move a business; suspending and reopening need a reason. Its owner is told by mail."""
    by, reason = viewer().identity_id, " ".join(request.form.get("reason", "").split())[:REASON_MAX]
    if act == "go-live":
        accounts.decide_go_live(tenant, True, reason, by)
    elif not reason:
        raise Invalid({"reason": "reason_missing"}, code="reason_missing")
    else:
        {"suspend": accounts.suspend, "reopen": accounts.reopen}[act](tenant, reason, by)
    business, owner = listing.one(tenant), accounts.owner_of(tenant)
    if owner is not None:
        letters.moved(owner, business.name, business.state, reason)
    db.session.commit()
    if act == "go-live":
        with scopes.tenant(tenant):
            moderation.withdraw("go_live", tenant)
    flash(_("%(name)s: done, and its owner was told.", name=business.name))
    return forms.go("/staff/tenants")
