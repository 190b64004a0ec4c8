"""Templates: the list, the starters, the writer with its live preview, one template with its way to approval."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from tenants import filings, message_templates, moderation, signatures
from tenants.campaigns import ways
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, WrongState
from tenants.filings import Kind as Filed
from tenants.message_templates import Draft, Kind, Product, State, Version, rich_rules
from web import rich_writing, texts, words, writing
from web.auth import Policy, allow, viewer
from web.console import media as library
from web.console.filings import beside
from web.forms import go, is_fragment, said
from web.i18n import locale
from web.public import public, resolve
from web.rich_writing import RichLive
from web.wording import content, media

bp = Blueprint("message_templates", __name__, url_prefix="/templates")


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    archived = request.args.get("show") == "archived"
    return render_template(
        "console/message_templates/index.html",
        rows=message_templates.listed(archived=archived),
        archived=archived,
        archived_n=message_templates.archived_count(),
        words=content,
        media=media,
    )


@bp.get("/starters")
@allow(Policy.MEMBER)
def starters() -> str:
    language = request.args.get("language", locale())
    rows = [(starter, starter.wording(language)) for starter in message_templates.STARTERS]
    return render_template(
        "console/message_templates/starters.html", rows=rows, language=language, words=content, marked=texts.marked
    )


@bp.post("/starters/<key>")
@allow(Policy.MEMBER)
def copy_starter(key: str) -> Any:
    made = message_templates.copy_starter(key, request.form.get("language", locale()), by=viewer().identity_id)
    db.session.commit()
    return go(url_for(".edit", template=public("template", made.id)))


@bp.get("/new")
@allow(Policy.MEMBER)
def new() -> str:
    product = _product(request.args.get("product", ""))
    if product is not Product.SMS:
        return _writer(rich_writing.begun(product, locale()), None)
    return _writer(Draft("", Kind.NOTICE, locale(), "", []), None)


@bp.post("")
@allow(Policy.MEMBER)
def create() -> Any:
    return _save(None)


@bp.post("/preview")
@allow(Policy.MEMBER)
def preview() -> str:
    """What the writer shows after each pause: the marked text, the variables, the counters and the phone."""
    draft = _read()
    if draft.rich is not None:
        rich = RichLive(draft, _signature())
        return render_template("console/message_templates/_rich_live.html", live=rich, words=content, media=media)
    live = writing.live(writing.read(request.form), request.form.get("signature", ""))
    return render_template("console/message_templates/_live.html", live=live, words=content)


@bp.post("/shape")
@allow(Policy.MEMBER)
def shape() -> Any:
    """The form of an MMS or RCS with a piece more, fewer or elsewhere, or with a medium that was just uploaded."""
    draft, act = _read(), request.form.get("act", "")
    errors: dict[str, str] = {}
    file = request.files.get(f"file-{act}")
    if file is not None and file.filename:
        medium, fault = library.keep(file)
        draft = rich_writing.with_medium(draft, act, medium) if medium else draft
        errors = {f"file-{act}": fault} if fault else {}
    template = request.form.get("template", "")
    latest = message_templates.history(resolve("template", template))[0] if template else None
    return _writer(rich_writing.acted(draft, act), latest, errors)


@bp.get("/<template>")
@allow(Policy.MEMBER)
def show(template: str) -> str:
    id = resolve("template", template)
    history = message_templates.history(id)
    number = request.args.get("v", type=int) or history[0].version
    shown = next((version for version in history if version.version == number), history[0])
    found = message_templates.get(id)
    names = signatures.usable()
    signature = names[0] if names else None
    text = signature.text if signature else ""
    forecast = filings.forecast(
        scopes.tenant_id(), signature.id if signature else 0, id, shown.version, ways.serving(found.kind, shown.product)
    )
    return render_template(
        "console/message_templates/show.html",
        template=found, version=shown, history=history, forecast=forecast, words=content,
        filing=beside(Filed.TEMPLATE, id, shown.version),
        live=writing.live(_draft(shown), text) if shown.rich is None else RichLive(_draft(shown), text), media=media,
        reasons={version.version: moderation.reasons.parse(version.reason) for version in history},
    )  # fmt: skip


@bp.get("/<template>/edit")
@allow(Policy.MEMBER)
def edit(template: str) -> str:
    latest = message_templates.history(resolve("template", template))[0]
    return _writer(_draft(latest), latest)


@bp.post("/<template>")
@allow(Policy.MEMBER)
def update(template: str) -> Any:
    return _save(resolve("template", template))


@bp.post("/<template>/archive")
@allow(Policy.MEMBER)
def archive(template: str) -> Any:
    message_templates.archive(resolve("template", template), by=viewer().identity_id)
    db.session.commit()
    flash(_("The template was archived."))
    return go(url_for(".index"))


@bp.post("/<template>/restore")
@allow(Policy.MEMBER)
def restore(template: str) -> Any:
    message_templates.restore(resolve("template", template), by=viewer().identity_id)
    db.session.commit()
    flash(_("The template was brought back."))
    return go(url_for(".show", template=template))


def _save(id: int | None) -> Any:
    """Save what is written and, when the other button was pressed, hand it in. A fault keeps every word in the form."""
    draft, by = _read(), viewer().identity_id
    hand_in = request.form.get("then") == "hand_in"
    began_from = request.form.get("version", 0, type=int)
    errors: dict[str, str] = {}
    try:
        if id is None:
            template, version = message_templates.create(draft, by=by).id, 1
        else:
            template, version = id, message_templates.save(id, began_from, draft, by=by)
        if hand_in:
            moderation.submit_template(template, version, by=by)
    except Invalid as error:
        errors = said(error)
        if draft.rich is not None and "body" in errors:  # each fault stands at its own place
            faults = RichLive(draft, _signature()).wrong
            errors = {where or "whole": " ".join(told) for where, told in faults.items()} or errors
    except (ContentRefused, WrongState) as error:
        errors = {"body" if draft.rich is None else "whole": words.say(error.code, **error.values)}
    if errors:
        db.session.rollback()
        return _writer(draft, message_templates.history(id)[0] if id else None, errors), 422
    db.session.commit()
    name = draft.name
    flash(_("“%(name)s” was handed in.", name=name) if hand_in else _("“%(name)s” was saved.", name=name))
    return go(url_for(".show" if hand_in else ".edit", template=public("template", template)))


def _draft(version: Version) -> Draft:
    return Draft(version.name, version.kind, version.language, version.body, version.variables, version.rich)


def _product(text: str) -> Product:
    return Product(text) if text in set(Product) else Product.SMS


def _read() -> Draft:
    product = _product(request.form.get("product", ""))
    return writing.read(request.form) if product is Product.SMS else rich_writing.read(request.form, product)


def _signature() -> str:
    return request.form.get("signature", "").strip()[: writing.SIGNATURE_READ_MAX]


def _writer(draft: Draft, latest: Version | None, errors: dict[str, str] | None = None) -> str:
    names = [signature.text for signature in signatures.usable()]
    chosen = request.form.get("signature", names[0] if names else "")
    next_version = latest is not None and latest.state != State.DRAFT
    rich = draft.rich is not None
    part = "console/message_templates/_rich_writer.html" if rich else "console/message_templates/_writer.html"
    return render_template(
        part if is_fragment() else "console/message_templates/edit.html", part=part, product=draft.product,
        media=media, limits=rich_rules, live=RichLive(draft, chosen) if rich else writing.live(draft, chosen),
        latest=latest, number=(latest.version if latest else 1) + next_version,
        kind_fixed=latest is not None and (latest.version > 1 or next_version),
        signatures=[(name, f"【{name}】") for name in names], errors=errors or {}, words=content,
    )  # fmt: skip
