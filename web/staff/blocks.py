"""Numbers no business may send to: blocked in sets, looked up and lifted one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.optouts import blocking
from web.auth import Policy, allow, viewer
from web.forms import go, said
from web.wording import contacts as words

bp = Blueprint("blocks", __name__, url_prefix="/blocks")


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    return _page()


@bp.post("")
@allow(Policy.STAFF)
def add() -> Any:
    form = request.form
    try:
        added, known = blocking.block(form.get("numbers", ""), form.get("reason", ""), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _page(errors=said(error)), 422
    db.session.commit()
    told = ngettext("%(num)s number is blocked from now.", "%(num)s numbers are blocked from now.", added)
    flash(told + (" " + _("%(n)s were blocked already.", n=known) if known else ""))
    return go(url_for(".index"))


@bp.post("/find")
@allow(Policy.STAFF)
def find() -> str:
    """Look a number up. It is sent as a form, since addresses end in logs."""
    return _page(number=request.form.get("number", "").strip())


@bp.post("/lift")
@allow(Policy.STAFF)
def lift() -> Any:
    number = request.form.get("number", "")
    try:
        blocking.lift(number, request.form.get("why", ""), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _page(number=number, errors=said(error)), 422
    db.session.commit()
    flash(_("The number may be sent to again."))
    return go(url_for(".index"))


def _page(*, number: str = "", errors: dict[str, str] | None = None) -> str:
    counts = blocking.counts()
    return render_template(
        "staff/blocks/index.html", counts=counts, total=sum(counts.values()), number=number,
        found=blocking.found(number) if number else None, errors=errors or {}, words=words,
    )  # fmt: skip
