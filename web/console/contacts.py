"""Contacts: lists and the people on them. Numbers are masked; looking at a whole one is written down."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tenants import contacts
from tenants.contacts import Person
from tenants.contacts.editing import PAGE
from tenants.contacts.models import ContactList
from tenants.core.db import db
from tenants.core.errors import Invalid
from web.auth import Policy, allow, viewer
from web.forms import go, is_fragment, said
from web.places import place
from web.public import public, resolve
from web.wording import contacts as words

bp = Blueprint("contacts", __name__, url_prefix="/contacts")

FIELD = "field:"  # before the name of a custom field in the form


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    """A page of everybody, or of one list."""
    list_ = _list(request.args.get("list", ""))
    after = request.args.get("after", "")
    rows = contacts.people(list_id=list_.id if list_ else None, after=resolve("contact", after) if after else 0)
    return _page(rows, list_=list_, paged=bool(after))


@bp.post("/find")
@allow(Policy.MEMBER)
def find() -> Response | str:
    """Look a number up. It is sent as a form, since addresses end in logs."""
    number = request.form.get("number", "").strip()
    rows = contacts.people(number=number) if number else contacts.people()
    if number and rows:
        return go(url_for(".show", contact=public("contact", rows[0].id)))
    return _page(rows, number=number)


@bp.get("/new")
@allow(Policy.MEMBER)
def new() -> str:
    return _form(None, "", "", {}, [request.args.get("list", "")])


@bp.post("")
@allow(Policy.MEMBER)
def add() -> Any:
    form = request.form
    try:
        made = contacts.add_person(
            form.get("number", ""), form.get("name", ""), _list_ids(form), by=viewer().identity_id
        )  # fmt: skip
    except Invalid as error:
        db.session.rollback()
        return _form(None, form.get("number", ""), form.get("name", ""), {}, form.getlist("lists"), said(error)), 422
    db.session.commit()
    flash(_("The contact was added."))
    return go(url_for(".show", contact=public("contact", made)))


@bp.get("/<contact>")
@allow(Policy.MEMBER)
def show(contact: str) -> str:
    person = contacts.get_person(resolve("contact", contact))
    on = [public("list", id) for id in contacts.lists_of(person.id)]
    return _form(person, "", person.name, person.fields, on)


@bp.post("/<contact>")
@allow(Policy.MEMBER)
def edit(contact: str) -> Any:
    id, form = resolve("contact", contact), request.form
    fields = {key.removeprefix(FIELD): value for key, value in form.items() if key.startswith(FIELD)}
    try:
        contacts.edit_person(id, form.get("name", ""), fields, _list_ids(form), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        person = contacts.get_person(id)
        return _form(person, "", form.get("name", ""), fields, form.getlist("lists"), said(error)), 422
    db.session.commit()
    flash(_("The contact was saved."))
    return go(url_for(".show", contact=contact))


@bp.post("/<contact>/number")
@allow(Policy.OWNER)
def show_number(contact: str) -> str:
    """The whole number, for as long as this page stays open."""
    number = contacts.show_number(resolve("contact", contact), by=viewer().identity_id)
    db.session.commit()
    return render_template("console/contacts/_number.html", number=number)


@bp.post("/<contact>/delete")
@allow(Policy.MEMBER)
def delete(contact: str) -> Response:
    contacts.delete_person(resolve("contact", contact), by=viewer().identity_id)
    db.session.commit()
    flash(_("The contact was deleted."))
    return go(url_for(".index"))


@bp.get("/lists/new")
@allow(Policy.MEMBER)
def new_list() -> str:
    return _list_form(None, "")


@bp.post("/lists")
@allow(Policy.MEMBER)
def create_list() -> Any:
    name = request.form.get("name", "")
    try:
        made = contacts.create_list(name, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _list_form(None, name, said(error)), 422
    db.session.commit()
    return go(url_for(".index", list=public("list", made.id)))


@bp.get("/lists/<list_>/edit")
@allow(Policy.MEMBER)
def edit_list(list_: str) -> str:
    found = contacts.get_list(resolve("list", list_))
    return _list_form(found, found.name)


@bp.post("/lists/<list_>")
@allow(Policy.MEMBER)
def rename_list(list_: str) -> Any:
    id, name = resolve("list", list_), request.form.get("name", "")
    try:
        contacts.rename_list(id, name, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _list_form(contacts.get_list(id), name, said(error)), 422
    db.session.commit()
    return go(url_for(".index", list=list_))


@bp.post("/lists/<list_>/delete")
@allow(Policy.MEMBER)
def delete_list(list_: str) -> Response:
    contacts.delete_list(resolve("list", list_), by=viewer().identity_id)
    db.session.commit()
    flash(_("The list was deleted. Its people are still among your contacts."))
    return go(url_for(".index"))


def _list(key: str) -> ContactList | None:
    return contacts.get_list(resolve("list", key)) if key else None


def _list_ids(form: MultiDict[str, str]) -> list[int]:
    return [resolve("list", key) for key in form.getlist("lists")]


def _page(rows: list[Person], *, list_: ContactList | None = None, number: str = "", paged: bool = False) -> str:
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return render_template(
        "console/contacts/index.html", people=rows, list_=list_, number=number, paged=paged, lists=contacts.lists(),
        key=public("list", list_.id) if list_ else None, people_n=contacts.count_people(), place=place, words=words,
        next=public("contact", rows[-1].id) if more else None,
    )  # fmt: skip


def _form(
    person: Person | None, number: str, name: str, fields: dict[str, str], on: list[str],
    errors: dict[str, str] | None = None,
) -> str:  # fmt: skip
    return render_template(
        "console/contacts/_form.html" if is_fragment() else "console/contacts/edit.html",
        person=person, number=number, name=name, fields=fields, on=on, errors=errors or {}, lists=contacts.lists(),
        here=public("contact", person.id) if person else "", place=place, may_see=viewer().role == "owner",
        brought=contacts.get_import(person.import_id) if person and person.import_id else None, words=words,
    )  # fmt: skip


def _list_form(found: ContactList | None, name: str, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "console/contacts/_list_form.html" if is_fragment() else "console/contacts/list.html",
        list_=found, key=public("list", found.id) if found else "", name=name, errors=errors or {},
    )  # fmt: skip
