"""The local outbox: where mail is read when no SMTP server is set. It does not exist otherwise."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template

from tenants import accounts
from tenants.core import scopes
from tenants.core.scopes import Reason
from web.auth import Policy, allow

bp = Blueprint("outbox", __name__)


@bp.get("/outbox")
@allow(Policy.PUBLIC)
def index() -> str:
    """The newest mails."""
    if current_app.config["SETTINGS"].smtp_url or not _is_local():
        abort(404)
    with scopes.platform(Reason.MAIL):
        mails = accounts.outbox()
    return render_template("accounts/outbox.html", mails=mails)


def _is_local() -> bool:
    """Only in the demo and in tests: without SMTP a real installation must not show its mail to the world."""
    return bool(current_app.config["SETTINGS"].qunfa_demo or current_app.config["TESTING"])
