"""Opt-outs: who must not be sent to, added one by one or by a file, taken off with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from tenants import optouts, signatures
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.optouts import PAGE, Entry
from web.auth import Policy, allow, viewer
from web.forms import go, said
from web.wording import contacts as words

bp = Blueprint("optouts", __name__, url_prefix="/optouts")

INDEX_HEX = 32


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    before = request.args.get("before", "")
    return _page(optouts.page(before=_cursor(before) if before else None), paged=bool(before))


@bp.post("/find")
@allow(Policy.MEMBER)
def find() -> str:
    """Look a number up. It is sent as a form, since addresses end in logs."""
    number = request.form.get("number", "").strip()
    return _page(optouts.page(number=number), find=number)


@bp.post("")
@allow(Policy.MEMBER)
def add() -> Any:
    number, reason = request.form.get("number", ""), request.form.get("reason", "")
    try:
        added = optouts.add(number, reason, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _page(optouts.page(), number=number, reason=reason, errors=said(error)), 422
    db.session.commit()
    flash(_("The number was added.") if added else _("The number was on the list already."))
    return go(url_for(".index"))


@bp.post("/remove")
@allow(Policy.MEMBER)
def remove() -> Any:
    """Take a number off; the blind index names it, and means nothing outside of this business."""
    form = request.form
    try:
        optouts.remove(
            _index(form.get("index", "")), form.get("signature", 0, type=int), form.get("reason", ""),
            by=viewer().identity_id,
        )  # fmt: skip
    except Invalid as error:
        db.session.rollback()
        return _page(optouts.page(), removing=said(error)["reason"]), 422
    db.session.commit()
    flash(_("The number was taken off the list."))
    return go(url_for(".index"))


def _index(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise NotFound from error
    if len(text) != INDEX_HEX:
        raise NotFound
    return found


def _cursor(text: str) -> tuple[datetime, bytes, int]:
    """The place a page ends at, as the address carries it: instant, index, signature."""
    try:
        at, index, signature = text.split("_")
        return datetime.fromisoformat(at), _index(index), int(signature)
    except ValueError as error:
        raise NotFound from error


def _cursor_text(entry: Entry) -> str:
    return f"{entry.created_at.isoformat()}_{entry.phone_index.hex()}_{entry.signature_id}"


def _page(
    entries: list[Entry], *, find: str = "", number: str = "", reason: str = "", paged: bool = False,
    errors: dict[str, str] | None = None, removing: str = "",
) -> str:  # fmt: skip
    shown = entries[:PAGE]
    return render_template(
        "console/optouts/index.html", entries=shown, total=optouts.count(), words=words, find=find, paged=paged,
        older=_cursor_text(shown[-1]) if len(entries) > PAGE else None, number=number, reason=reason,
        errors=errors or {}, removing=removing, names={each.id: each.text for each in signatures.listed()},
    )  # fmt: skip
