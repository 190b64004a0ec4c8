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
    if not shown():
        abort(404)
    with scopes.platform(Reason.MAIL):
        mails = accounts.outbox()
    return render_template("accounts/outbox.html", mails=mails)


def shown() -> bool:
    """Only in the demo and in tests, and only without SMTP: a real installation must not show its mail to the world."""
    settings = current_app.config["SETTINGS"]
    return not settings.smtp_url and bool(settings.qunfa_demo or current_app.config["TESTING"])


@bp.app_context_processor
def _for_templates() -> dict[str, object]:
    return {"outbox_shown": shown}
