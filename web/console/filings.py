"""Filings: what each operator knows of the business, papers and links written down, and asking for what is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tenants import filings
from tenants.campaigns import ways
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.filings import Details, Kind, Papers, Subject
from tenants.filings.asking import Lines, Row
from tenants.signatures import Upload
from web import words
from web.auth import Policy, allow, viewer
from web.downloads import attachment
from web.forms import go, is_fragment, said
from web.public import public, resolve
from web.wording import content
from web.wording import filings as wording

bp = Blueprint("filings", __name__, url_prefix="/filings")

# A kind of subject → the kind of its public id.
NAMED = {Kind.QUALIFICATION: "papers", Kind.SIGNATURE: "signature", Kind.TEMPLATE: "template", Kind.LINK: "lead"}
PAGES = {
    Kind.QUALIFICATION: "console.filings.papers", Kind.SIGNATURE: "console.signatures.show",
    Kind.TEMPLATE: "console.message_templates.show", Kind.LINK: "console.filings.lead",
}  # fmt: skip


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    """Everything by operator; what is new is taken over, so that it has an address."""
    lines = ways.possible()
    rows = filings.overview(lines)
    db.session.commit()
    return render_template(
        "console/filings/index.html", groups=_groups(rows), needed=any(filings.rules.needs(_ids(lines))),
        askable=sum(row.askable for row in rows), rows=rows, operators=tuple(lines), **_shown(),
    )  # fmt: skip


def _ids(lines: Lines) -> set[int]:
    return {id for ids in lines.values() for id in ids}


def _groups(rows: list[Row]) -> list[tuple[Kind, list[Row]]]:
    kept = filings.current(rows)
    return [(kind, [row for row in kept if row.subject.kind == kind]) for kind in Kind]


def _shown() -> dict[str, Any]:
    return {"wording": wording, "content": content, "words": words, "page_of": page_of, "asking": asking}


def page_of(subject: Subject) -> str:
    """Where something that is filed is shown."""
    kind = Kind(subject.kind)
    name = NAMED[kind]
    values: dict[str, Any] = {name: public(name, subject.ref_id)}
    return url_for(PAGES[kind], **values, v=subject.version if kind == Kind.TEMPLATE else None)


def asking(subject: Subject) -> str:
    """Where asking for it is sent."""
    kind = Kind(subject.kind)
    name = public(NAMED[kind], subject.ref_id)
    return url_for("console.filings.ask", kind=str(kind), subject=name, version=subject.version)


@bp.post("/ask/<any(qualification, signature, template, link):kind>/<subject>")
@allow(Policy.MEMBER)
def ask(kind: str, subject: str) -> Any:
    """File it wherever it is needed."""
    asked = Kind(kind)
    id = resolve(NAMED[asked], subject)
    version = request.args.get("version", type=int) if asked == Kind.TEMPLATE else None
    try:
        n = filings.ask(asked, id, version, ways.possible(), by=viewer().identity_id)
    except Invalid:
        # Something was taken away meanwhile: the list says what is missing.
        db.session.rollback()
        return go(url_for(".index"))
    db.session.commit()
    flash(_prepared(n))
    return go(_back())


@bp.post("/ask")
@allow(Policy.MEMBER)
def ask_all() -> Any:
    """File everything that is complete."""
    n = filings.ask_all(ways.possible(), by=viewer().identity_id)
    db.session.commit()
    flash(_prepared(n))
    return go(url_for(".index"))


def _prepared(n: int) -> str:
    if not n:
        return str(_("Nothing was left to be asked for."))
    return str(ngettext("%(num)s filing was prepared.", "%(num)s filings were prepared.", n))


def _back() -> str:
    """The page the button stood on; only ever one of ours."""
    wanted = request.form.get("back", "")
    return wanted if wanted.startswith("/") and not wanted.startswith("//") else url_for(".index")


@bp.get("/papers/new")
@allow(Policy.MEMBER)
def new_papers() -> str:
    return _papers(None, Papers(request.args.get("company", ""), request.args.get("number", "")))


@bp.post("/papers")
@allow(Policy.MEMBER)
def add_papers() -> Any:
    return _save_papers(None)


@bp.get("/papers/<papers>")
@allow(Policy.MEMBER)
def papers(papers: str) -> str:
    found = filings.get(Kind.QUALIFICATION, resolve("papers", papers))
    return _papers(found, Papers(found.title, found.key, found.valid_until))


@bp.post("/papers/<papers>")
@allow(Policy.MEMBER)
def amend_papers(papers: str) -> Any:
    return _save_papers(filings.get(Kind.QUALIFICATION, resolve("papers", papers)))


@bp.get("/papers/<papers>/documents/<int:number>")
@allow(Policy.MEMBER)
def document(papers: str, number: int) -> Response:
    """The `number`th document, counted from one."""
    return attachment(filings.document(resolve("papers", papers), number))


def _save_papers(old: Subject | None) -> Any:
    form, by = request.form, viewer().identity_id
    valid_until, unread = _date(form.get("valid_until", ""))
    said_of = Papers(form.get("company", ""), form.get("registration_no", ""), valid_until)
    uploads = [Upload(file.filename, file.stream) for file in request.files.getlist("evidence") if file.filename]
    kept = form.getlist("kept", type=int)
    try:
        if unread:
            raise Invalid({"valid_until": "answer_date_unknown"})
        if old is None:
            made = filings.add_papers(said_of, uploads, by=by)
        else:
            made = filings.amend_papers(old.ref_id, said_of, uploads, kept=kept, by=by)
    except Invalid as error:
        db.session.rollback()
        return _papers(old, said_of, said(error), kept), 422
    db.session.commit()
    flash(_("The papers of “%(name)s” were saved. File them where they are needed.", name=made.title))
    return go(url_for(".index"))


def _date(text: str) -> tuple[date | None, bool]:
    """The day of a date field, and whether something was there that is none."""
    try:
        return (date.fromisoformat(text), False) if text else (None, False)
    except ValueError:
        return None, True


def _papers(
    found: Subject | None, papers: Papers, errors: dict[str, str] | None = None, kept: list[int] | None = None
) -> str:
    template = "console/filings/_papers.html" if is_fragment() else "console/filings/papers.html"
    return render_template(
        template, found=found, papers=papers, errors=errors or {}, kept=kept, **_told(found), **_shown()
    )  # fmt: skip


def _told(found: Subject | None) -> dict[str, Any]:
    """How far it is with each operator, and what became of it before."""
    if found is None:
        return {"row": None, "rounds": [], "history": []}
    kind = Kind(found.kind)
    return {
        "row": filings.rows_of(kind, found.ref_id, None, ways.possible()),
        "rounds": filings.rounds(kind, found.ref_id),
        "history": filings.history(kind, found.ref_id),
    }


@bp.get("/links/<lead>")
@allow(Policy.MEMBER)
def lead(lead: str) -> str:
    found = filings.get(Kind.LINK, resolve("lead", lead))
    facts = found.facts
    said_of = Details(facts.get("owner", ""), facts.get("icp_number", ""), facts.get("target", ""))
    return _lead(found, said_of)


@bp.post("/links/<lead>")
@allow(Policy.MEMBER)
def describe(lead: str) -> Any:
    """Whose it is and where it ends."""
    found = filings.get(Kind.LINK, resolve("lead", lead))
    details = Details(*(request.form.get(name, "") for name in ("owner", "icp_number", "target")))
    try:
        filings.describe_link(found.ref_id, details, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _lead(found, details, said(error)), 422
    db.session.commit()
    flash(_("“%(name)s” was saved. File it where it is needed.", name=found.title))
    return go(url_for(".index"))


def _lead(found: Subject, details: Details, errors: dict[str, str] | None = None) -> str:
    template = "console/filings/_link.html" if is_fragment() else "console/filings/link.html"
    return render_template(
        template, found=found, details=details, errors=errors or {}, **_told(found), **_shown(),
        used_in=[each for each in filings.listed(Kind.TEMPLATE) if found.key in each.stands_on],
    )  # fmt: skip


def beside(kind: Kind, ref_id: int, version: int | None = None) -> dict[str, Any]:
    """What the page of a signature or a template shows of its filing; nothing before it is approved."""
    lines = ways.possible()
    try:
        rows = filings.together(kind, ref_id, version, lines)
    except NotFound:
        rows = []
    return {"rows": rows, "operators": tuple(lines), **_shown()}
