"""The composer: a draft's text, people and time, saved after each pause."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from tenants import campaigns, contacts
from tenants.campaigns import Campaign, Draft, State
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from web import composing, words, zones
from web.auth import Policy, allow, viewer
from web.composing import Composer
from web.forms import go, is_fragment, said
from web.public import public, resolve
from web.wording import content, media
from web.wording.campaigns import SKIPPED

bp = Blueprint("composer", __name__, url_prefix="/campaigns")


@bp.get("/<campaign>/edit")
@allow(Policy.MEMBER)
def edit(campaign: str) -> Response | str:
    """The draft as it is; with `then` its faults are shown at once."""
    found = campaigns.get(resolve("campaign", campaign))
    if found.state != State.DRAFT:
        return go(url_for("console.campaigns.show", campaign=campaign))
    return _form(found, _faults(Composer(found)) if "then" in request.args else {})


@bp.post("/<campaign>/draft")
@allow(Policy.MEMBER)
def save(campaign: str) -> str:
    """Save what is written so far, and answer with everything that depends on it."""
    id = resolve("campaign", campaign)
    try:
        found, error = campaigns.save(id, _with_taken(campaigns.locked(id), composing.read(request.form))), ""
        db.session.commit()
    except Invalid as refusal:
        db.session.rollback()
        found, error = campaigns.get(id), " ".join(said(refusal).values())
    return _render("console/composer/_saved.html", found, error=error, before=request.form.get("shape", ""))


def _with_taken(found: Campaign, draft: Draft) -> Draft:
    """What is saved by itself may have been on its way before the numbers were taken, and does not drop them."""
    stale = not draft.audience and Composer(found).source == request.form.get("source") != "lists"
    return replace(draft, audience=found.audience) if stale else draft


@bp.post("/<campaign>/edit")
@allow(Policy.MEMBER)
def check(campaign: str) -> Any:
    """Save, and go on to the check when nothing is missing."""
    id, draft = resolve("campaign", campaign), composing.read(request.form)
    try:
        found = campaigns.save(id, draft)
    except Invalid as error:
        return _form(_unsaved(id, draft), said(error)), 422
    faults = _faults(Composer(found)) | _no_time(draft)
    if not faults:
        campaigns.preflight.ask(id)
    db.session.commit()
    return (_form(found, faults), 422) if faults else go(url_for("console.preflight.show", campaign=campaign))


@bp.post("/<campaign>/numbers")
@allow(Policy.MEMBER)
def paste(campaign: str) -> Any:
    """Numbers typed or pasted become the people of this campaign only."""
    id = resolve("campaign", campaign)
    draft = composing.read(request.form)
    try:
        read = contacts.paste(request.form.get("numbers", ""), name=_("Pasted numbers"), by=viewer().identity_id)
        found = campaigns.save(id, replace(draft, audience={"source": "import", "import_id": read.id}))
    except Invalid as error:
        return _form(_unsaved(id, draft), said(error)), 422
    db.session.commit()
    return _form(found, {})


@bp.post("/<campaign>/file")
@allow(Policy.MEMBER)
def upload(campaign: str) -> Any:
    """A file becomes the people of this campaign only, once its columns are agreed upon."""
    id, file = resolve("campaign", campaign), request.files.get("file")
    found = campaigns.get(id)
    try:
        if file is None or not file.filename:
            raise Invalid({"file": "file_missing"})
        name, by = PurePath(file.filename).name, viewer().identity_id
        read = contacts.start_import(file.stream, name=name, purpose="audience", by=by)
        campaigns.save(id, replace(_draft(found), audience={"source": "import", "import_id": read.id}))
    except Invalid as error:
        db.session.rollback()
        return _form(campaigns.get(id), said(error)), 422
    db.session.commit()
    return go(url_for("console.imports.show", import_=public("import", read.id), campaign=campaign))


def _draft(campaign: Campaign) -> Draft:
    return Draft(**{name: getattr(campaign, name) for name in Draft.__dataclass_fields__})


def _unsaved(id: int, draft: Draft) -> Campaign:
    """The campaign with what was typed, which is shown again beside what is wrong with it and kept nowhere else."""
    db.session.rollback()
    found = campaigns.get(id)
    db.session.expunge(found)
    for name, value in vars(draft).items():
        setattr(found, name, value)
    return found


def _faults(composer: Composer) -> dict[str, str]:
    return said(Invalid(composer.faults))


def _no_time(draft: Draft) -> dict[str, str]:
    later = request.form.get("when") == "later"
    return {"date": words.say("schedule_missing")} if later and draft.scheduled_at is None else {}


def _form(campaign: Campaign, errors: dict[str, str]) -> str:
    fragment = is_fragment()
    template = "console/composer/_form.html" if fragment else "console/composer/edit.html"
    return _render(template, campaign, errors=errors, fragment=fragment)


def _render(template: str, campaign: Campaign, **more: Any) -> str:
    shown = request.form.get("shown", 0, type=int)
    return render_template(
        template, composer=Composer(campaign, shown), campaign=campaign, here=public("campaign", campaign.id),
        content=content, media=media, skipped=SKIPPED, zones=zones.options(campaign.time_zone), at=now(),
        when=request.form.get("when"), **more,
    )  # fmt: skip
