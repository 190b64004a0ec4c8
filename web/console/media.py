"""The media library: what there is, uploading, renaming, deleting, and each medium to be looked at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from tenants import media, message_templates
from tenants.core.db import db
from tenants.core.errors import Invalid, QuotaReached, WrongState
from web import words
from web.auth import Policy, allow, viewer
from web.downloads import inline
from web.forms import go, said
from web.public import resolve
from web.wording import media as wording

bp = Blueprint("media", __name__, url_prefix="/media")

UPLOADS_MAX = 20


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    return _page()


@bp.post("")
@allow(Policy.MEMBER)
def upload() -> Any:
    """Keep each file that can be taken; those that cannot are named with the reason."""
    given = [file for file in request.files.getlist("file") if file.filename][:UPLOADS_MAX]
    faults = [fault for file in given if (fault := keep(file)[1])]
    kept = len(given) - len(faults)
    if kept:
        flash(ngettext("%(num)s file was added.", "%(num)s files were added.", kept))
    if faults or not given:
        return _page({"file": " ".join(faults) or words.say("file_empty")}), 422
    return go(url_for(".index"))


def keep(file: FileStorage) -> tuple[int | None, str]:
    """The medium an upload became, or what is wrong with it; each upload stands by itself."""
    try:
        made = media.add(file.stream, file.filename or "", by=viewer().identity_id)
        db.session.commit()
    except Invalid as error:
        db.session.rollback()
        return None, _("%(name)s: %(fault)s", name=file.filename, fault=said(error)["file"])
    except QuotaReached as error:
        db.session.rollback()
        return None, words.say(error.code, **error.values)
    return made.id, ""


@bp.get("/<medium>")
@allow(Policy.MEMBER)
def show(medium: str) -> Response:
    """The picture, sound or film itself."""
    return inline(media.get(resolve("file", medium)))


@bp.post("/<medium>/name")
@allow(Policy.MEMBER)
def rename(medium: str) -> Any:
    try:
        media.rename(resolve("file", medium), request.form.get("name", ""), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _page({"file": said(error)["name"]}), 422
    db.session.commit()
    flash(_("The name was changed."))
    return go(url_for(".index"))


@bp.post("/<medium>/delete")
@allow(Policy.MEMBER)
def delete(medium: str) -> Any:
    try:
        message_templates.discard_medium(resolve("file", medium), by=viewer().identity_id)
        db.session.commit()
    except WrongState as error:
        db.session.rollback()
        return _page({"file": words.say(error.code, **error.values)}), 422
    flash(_("The medium was deleted."))
    return go(url_for(".index"))


def _page(errors: dict[str, str] | None = None) -> str:
    kind = request.args.get("kind", "")
    kind = kind if kind in wording.KINDS else ""
    everything = media.listed()
    counts = {each: sum(file.facts["kind"] == each for file in everything) for each in wording.KINDS}
    shown = [file for file in everything if not kind or file.facts["kind"] == kind]
    return render_template(
        "console/media/index.html", files=shown, total=len(everything), counts=counts, kind=kind, errors=errors or {},
        words=wording, megabytes=media.BYTES_MAX // 1_000_000,
    )  # fmt: skip
