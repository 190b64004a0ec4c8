"""The word table: what is there, adding, removing, and trying a text against it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tenants import moderation
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.moderation.words import PAGE
from web import texts
from web.auth import Policy, allow, viewer
from web.forms import go, said
from web.texts import Mark
from web.wording import content

bp = Blueprint("words", __name__, url_prefix="/words")

TRIED_MAX = 2000


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    return _page({})


@bp.post("")
@allow(Policy.STAFF)
def add() -> Any:
    form = request.form
    listed = form.get("words", "").replace("，", ",").replace("、", ",").replace("\n", ",").split(",")
    try:
        added = moderation.words.add(listed, form.get("level", ""), form.get("category", ""), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _page(said(error)), 422
    db.session.commit()
    flash(ngettext("%(num)s word is heeded from now.", "%(num)s words are heeded from now.", added))
    return go(url_for(".index"))


@bp.post("/<int:word>/remove")
@allow(Policy.STAFF)
def remove(word: int) -> Any:
    gone = moderation.words.remove(word, by=viewer().identity_id)
    db.session.commit()
    flash(_("“%(word)s” was taken out.", word=gone))
    return go(url_for(".index", level=request.args.get("level"), q=request.args.get("q")))


@bp.post("/try")
@allow(Policy.STAFF)
def try_out() -> str:
    """The verdict on a text, marked."""
    text = request.form.get("text", "")[:TRIED_MAX]
    verdict = moderation.judge(text, request.form.get("kind", "notice"))
    marks = texts.apart(Mark(hit.start, hit.end, hit.level) for hit in verdict.hits)
    return render_template(
        "staff/words/_verdict.html", text=text, verdict=verdict, marked=texts.marked(text, marks), words=content
    )


def _page(errors: dict[str, str]) -> str:
    level, contains, after = (request.args.get(name, "") for name in ("level", "q", "after"))
    if level not in content.LEVELS:
        level = ""
    found = moderation.words.page(level=level, contains=contains, after=after)
    older = (
        url_for(".index", level=level or None, q=contains or None, after=found[PAGE - 1].word)
        if len(found) > PAGE
        else ""
    )
    counts = moderation.words.counts()
    return render_template(
        "staff/words/index.html", found=found[:PAGE], older=older, counts=counts, total=sum(counts.values()),
        level=level, contains=contains, after=after, errors=errors, words=content,
    )  # fmt: skip
