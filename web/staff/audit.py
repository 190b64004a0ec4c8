"""The audit trail of the whole platform."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tenants.accounts import listing
from web.auth import Policy, allow
from web.wording import trail

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    found = listing.trail(before=request.args.get("before", type=int))
    names = listing.names([*(entry.actor_id for entry in found.rows), *trail.people(found.rows)])
    return render_template("staff/audit/index.html", found=found, names=names, trail=trail)
