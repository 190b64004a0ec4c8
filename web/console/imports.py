"""Imports in three steps: hand a file in, agree upon its columns, watch it come in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from tenants import contacts
from tenants.contacts import CONSENTS, Purpose, Refused, State
from tenants.contacts.columns import Mapping
from tenants.contacts.models import Import
from tenants.contacts.sniffing import DELIMITERS
from tenants.core import audit
from tenants.core.db import db
from tenants.core.errors import Invalid, NotAllowed, NotFound
from tenants.core.phone import Phone, parse
from web import mapping
from web.auth import Policy, allow, viewer
from web.downloads import sheet
from web.filters import tel
from web.forms import go, is_fragment, said
from web.public import public, resolve
from web.wording import contacts as words
from web.words import say

bp = Blueprint("imports", __name__, url_prefix="/imports")


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    return render_template("console/imports/index.html", imports=contacts.imports(), words=words, say=say)


@bp.get("/new")
@allow(Policy.MEMBER)
def new() -> str:
    return _upload(request.args.get("purpose", ""))


@bp.post("")
@allow(Policy.MEMBER)
def create() -> Any:
    """Keep the file; what is wrong with it as a whole is said beside the field."""
    file, purpose = request.files.get("file"), request.form.get("purpose", "")
    try:
        if file is None or not file.filename:
            raise Invalid({"file": "file_missing"})
        found = contacts.start_import(
            file.stream, name=PurePath(file.filename).name, purpose=_purpose(purpose), by=viewer().identity_id
        )
    except Invalid as error:
        db.session.rollback()
        return _upload(purpose, said(error)), 422
    db.session.commit()
    return go(_here(found))


@bp.get("/<import_>")
@allow(Policy.MEMBER)
def show(import_: str) -> str:
    """The step the import has reached."""
    found = contacts.get_import(resolve("import", import_))
    return _columns(found) if found.state == State.UPLOADED else _watched(found, "console/imports/show.html")


@bp.get("/<import_>/live")
@allow(Policy.MEMBER)
def live(import_: str) -> Response | str:
    """The figures, asked for each second while they change."""
    found = contacts.get_import(resolve("import", import_))
    if request.args.get("seen") == _version(found):
        return Response(status=204)
    return _watched(found, "console/imports/_live.html")


@bp.post("/<import_>/reading")
@allow(Policy.MEMBER)
def read_as(import_: str) -> str:
    """Read the file in another way: the columns are guessed anew."""
    id, form = resolve("import", import_), request.form
    delimiter = form.get("delimiter", "")
    found = contacts.read_as(
        id, encoding=form.get("encoding", ""), delimiter=delimiter if delimiter in DELIMITERS else "",
        has_header=form.get("header") == "yes",
    )  # fmt: skip
    db.session.commit()
    return _columns(found)


@bp.post("/<import_>/columns")
@allow(Policy.MEMBER)
def begin(import_: str) -> Any:
    """The columns are right: begin."""
    id, form = resolve("import", import_), request.form
    chosen = mapping.read_columns(form)
    try:
        found = contacts.confirm_mapping(
            id, chosen, target=mapping.read_target(form), consent=mapping.read_consent(form), by=viewer().identity_id
        )
    except Invalid as error:
        db.session.rollback()
        return _columns(contacts.get_import(id), chosen, said(error)), 422
    db.session.commit()
    return go(_here(found))


@bp.post("/<import_>/stop")
@allow(Policy.MEMBER)
def stop(import_: str) -> Response:
    """Stop where it is, or throw an upload away that was never begun."""
    found = contacts.stop_import(resolve("import", import_), by=viewer().identity_id)
    db.session.commit()
    flash(_("The import was stopped."))
    campaign = request.args.get("campaign")
    if campaign and found.purpose == Purpose.AUDIENCE and not found.created_n:
        return go(url_for("console.composer.edit", campaign=campaign))
    return go(_here(found))


@bp.get("/<import_>/refused.csv")
@allow(Policy.MEMBER)
def refused(import_: str) -> Response:
    """All refused rows, to be corrected and imported again: for owners, and for whoever brought the file."""
    found, person = contacts.get_import(resolve("import", import_)), viewer()
    if person.role != "owner" and found.created_by != person.identity_id:
        raise NotAllowed
    audit.record("import.download", actor_id=person.identity_id, object=f"import:{found.id}")
    db.session.commit()
    header = [_("Row no."), _("Why it was left out"), *map(contacts.harmless, contacts.labels(found))]
    return sheet(f"{PurePath(found.name).stem}-{_('left out')}.csv", header, _cells(found))


def _cells(found: Import) -> Iterator[list[str]]:
    for each in contacts.every_refusal(found.id):
        yield [str(each.row_no), _reason(found, each), *map(contacts.harmless, each.cells)]


def _reason(found: Import, each: Refused) -> str:
    if not each.detail:
        return words.problem(each.code)
    if each.code == "duplicate":
        return words.problem(each.code, row=each.detail)
    at = int(each.detail)
    return words.problem(each.code, column=contacts.labels(found)[at], value=each.cells[at])


def _purpose(text: str) -> Purpose:
    if text not in set(Purpose):
        raise NotFound
    return Purpose(text)


def _here(found: Import) -> str:
    return url_for("console.imports.show", import_=public("import", found.id), campaign=request.args.get("campaign"))


def _trail(purpose: str) -> list[tuple[str, str]]:
    """Where one came from: the draft these people are for, the opt-outs, or the contacts."""
    campaign = request.args.get("campaign")
    if purpose == Purpose.AUDIENCE and campaign:
        edit = url_for("console.composer.edit", campaign=campaign)
        return [(_("Campaigns"), url_for("console.campaigns.index")), (_("Draft"), edit)]
    rooms = {Purpose.OPTOUTS: (_("Opt-outs"), url_for("console.optouts.index"))}
    room = rooms.get(Purpose(purpose), (_("Contacts"), url_for("console.contacts.index")))
    return [room, (_("Imports"), url_for(".index"))]


def _version(found: Import) -> str:
    return f"{found.state}-{found.rows_n}"


def _upload(purpose: str, errors: dict[str, str] | None = None) -> str:
    template = "console/imports/_upload.html" if is_fragment() else "console/imports/new.html"
    return render_template(template, purpose=_purpose(purpose or Purpose.CONTACTS), errors=errors or {}, words=words)


def _columns(found: Import, chosen: Mapping | None = None, errors: dict[str, str] | None = None) -> str:
    """The second step; a file that is no table shows its first lines instead."""
    form, layout, rows = request.form, None, []
    if not found.error:
        layout = contacts.layout_of(found)
        rows = mapping.shown(found, layout, chosen or Mapping.from_json(found.mapping))
    return render_template(
        "console/imports/_columns.html" if is_fragment() else "console/imports/columns.html",
        found=found, here=public("import", found.id), layout=layout, rows=rows, words=words, errors=errors or {},
        lines=contacts.first_lines(found) if not any(row.target == "phone" for row in rows) else [],
        lists=contacts.lists(), consents=CONSENTS, purpose=found.purpose, campaign=request.args.get("campaign"),
        trail=_trail(found.purpose), list_=form.get("list", ""),
        list_name=form.get("list_name", PurePath(found.name).stem[:60]),
        consent=form.get("consent", ""), note_text=form.get("note", ""),
        error_said=say(found.error) if found.error else "",
    )  # fmt: skip


def _watched(found: Import, template: str) -> str:
    code = request.args.get("problem", "")
    rows = contacts.refusals(found.id, code if code in found.problems else "")
    return render_template(
        template, found=found, here=public("import", found.id), words=words, version=_version(found), problem=code,
        rows=[(row, _typed(row), _reason(found, row)) for row in rows], left=contacts.time_left(found),
        going=found.state in {State.MAPPED, State.RUNNING}, refused_n=found.invalid_n + found.duplicate_n,
        list_=contacts.get_list(found.list_id) if found.list_id and _has_list(found) else None,
        columns=_mapped(found), campaign=request.args.get("campaign"), trail=_trail(found.purpose),
        error_said=say(found.error) if found.error else "",
        may_download=viewer().role == "owner" or found.created_by == viewer().identity_id,
    )  # fmt: skip


def _has_list(found: Import) -> bool:
    return any(each.id == found.list_id for each in contacts.lists())


def _mapped(found: Import) -> list[tuple[str, str, str]]:
    """Column in the file, what it became, under which name."""
    chosen = Mapping.from_json(found.mapping).columns if found.mapping else ()
    return [
        (label, column.type if column.target == "field" else column.target, column.field)
        for label, column in zip(contacts.labels(found), chosen, strict=True)
    ]


def _typed(row: Refused) -> str:
    """What stood in the phone column; a number that would have been one stays masked."""
    phone = parse(row.typed)
    return tel(phone.e164) if isinstance(phone, Phone) else row.typed
