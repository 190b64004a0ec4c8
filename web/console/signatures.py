"""Signatures: the list, the application with its documents, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from tenants import moderation, signatures
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid
from tenants.filings import Kind
from tenants.signatures import Application, Signature, State, Upload
from tenants.signatures.states import EDITABLE
from web import words
from web.auth import Policy, allow, viewer
from web.console.filings import beside
from web.downloads import attachment
from web.forms import go, is_fragment, said
from web.public import public, resolve
from web.wording import content

bp = Blueprint("signatures", __name__, url_prefix="/signatures")


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    return render_template("console/signatures/index.html", signatures=signatures.listed(), words=content)


@bp.get("/new")
@allow(Policy.MEMBER)
def new() -> str:
    return _form(None, Application("", "company", "", ""))


@bp.post("")
@allow(Policy.MEMBER)
def create() -> Any:
    return _hand_in(None)


@bp.get("/<signature>")
@allow(Policy.MEMBER)
def show(signature: str) -> str:
    found = signatures.get(resolve("signature", signature))
    reason = moderation.reasons.parse(found.reason)
    return render_template(
        "console/signatures/show.html", signature=found, reason=reason, words=content,
        filing=beside(Kind.SIGNATURE, found.id),
    )  # fmt: skip


@bp.get("/<signature>/edit")
@allow(Policy.MEMBER)
def edit(signature: str) -> str:
    found = signatures.get(resolve("signature", signature))
    if State(found.state) not in EDITABLE:
        abort(404)
    return _form(found, Application(found.text, found.basis, found.company, found.registration_no))


@bp.post("/<signature>")
@allow(Policy.MEMBER)
def update(signature: str) -> Any:
    return _hand_in(resolve("signature", signature))


@bp.get("/<signature>/documents/<int:number>")
@allow(Policy.MEMBER)
def document(signature: str, number: int) -> Response:
    """The `number`th document, counted from one."""
    id = resolve("signature", signature)
    evidence = signatures.get(id).evidence
    if not 1 <= number <= len(evidence):
        abort(404)
    return attachment(signatures.document(id, evidence[number - 1]["id"]))


def _hand_in(id: int | None) -> Any:
    """Write the application down and ask for the review; what is wrong comes back beside its field."""
    form, by = request.form, viewer().identity_id
    application = Application(*(form.get(name, "") for name in ("text", "basis", "company", "registration_no")))
    uploads = [Upload(file.filename, file.stream) for file in request.files.getlist("evidence") if file.filename]
    kept = form.getlist("kept", type=int)
    try:
        if id is None:
            found = signatures.apply(application, uploads, by=by)
        else:
            found = signatures.amend(id, application, uploads, kept=kept, by=by)
        moderation.submit_signature(found.id, by=by)
    except (Invalid, ContentRefused) as error:
        db.session.rollback()
        errors = said(error) if isinstance(error, Invalid) else {"text": words.say(error.code, **error.values)}
        return _form(signatures.get(id) if id else None, application, errors, kept), 422
    db.session.commit()
    flash(_("【%(name)s】 was handed in.", name=found.text))
    return go(url_for("console.signatures.show", signature=public("signature", found.id)))


def _form(
    signature: Signature | None,
    application: Application,
    errors: dict[str, str] | None = None,
    kept: list[int] | None = None,
) -> str:
    template = "console/signatures/_form.html" if is_fragment() else "console/signatures/edit.html"
    return render_template(
        template, signature=signature, application=application, errors=errors or {}, kept=kept, words=content
    )
