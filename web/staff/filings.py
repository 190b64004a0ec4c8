"""Filings as staff hand them to carriers: what waits, what each channel asks for, the sheets out and the answers in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tenants import filings, routing
from tenants.accounts import listing
from tenants.core import audit, files, scopes
from tenants.core.db import db
from tenants.core.errors import Invalid, WrongState
from tenants.core.operators import MAINLAND
from tenants.filings import Kind, State, answers, deciding
from tenants.filings.deciding import SHOWN, Decision, Waiting
from tenants.filings.reading import BYTES_MAX, number
from web import words
from web.auth import Policy, allow, viewer
from web.downloads import attachment, sheet
from web.forms import go, said
from web.staff import notices
from web.wording import content
from web.wording import filings as wording

bp = Blueprint("filings", __name__, url_prefix="/filings")

TABS = (State.PREPARED, State.SUBMITTED, State.FILED, State.REJECTED, State.EXPIRED)


def _names() -> dict[int, str]:
    return {channel.id: channel.name for channel in routing.tending.listed()}


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    """What waits, by state; one channel with one operator is one sheet."""
    return _desk({})


def _desk(errors: dict[str, str]) -> str:
    wanted = request.args.get("state", "")
    state = State(wanted) if wanted in TABS else State.PREPARED
    channel_id, operator = request.args.get("channel", type=int), _operator(request.args.get("operator", ""))
    rows = deciding.queue(state, channel_id, operator, before=request.args.get("after", 0, type=int))
    sheets = deciding.sheets()
    chosen = [(place, each) for place, each in sorted(sheets.items()) if place[0] == state]
    codeless = _codeless(rows) if state == State.FILED else set()
    return render_template(
        "staff/filings/index.html", state=state, rows=rows, sheets=chosen, channel=channel_id, operator=operator,
        tabs=TABS, more=len(rows) == SHOWN, errors=errors, codeless=codeless,
        operators=[(each, content.OPERATORS[each]) for each in MAINLAND],
        totals={tab: sum(each.filings for place, each in sheets.items() if place[0] == tab) for tab in TABS[:2]},
        answers=answers.listed()[:8], businesses=listing.business_names(each.filing.tenant_id for each in rows),
        **_shown(),
    )  # fmt: skip


def _codeless(rows: Iterable[Waiting]) -> set[int]:
    """The filings of templates that cannot leave for want of a code."""
    lacking = [each.filing for each in rows if each.subject.kind == Kind.TEMPLATE and not each.filing.template_code]
    coded = filings.rules.by_code({each.channel_id for each in lacking})
    return {each.id for each in lacking if (each.channel_id, each.operator) in coded}


def _operator(text: str) -> str:
    return text if text in MAINLAND else ""


def _shown() -> dict[str, Any]:
    return {"names": _names(), "wording": wording, "content": content, "words": words, "number": number}


@bp.get("/sheet")
@allow(Policy.STAFF)
def export() -> Response:
    """A carrier's application sheet: everything of a channel and operator in one state, with columns for the answer."""
    channel_id, operator = request.args.get("channel", 0, type=int), _operator(request.args.get("operator", ""))
    state = State.SUBMITTED if request.args.get("state") == State.SUBMITTED else State.PREPARED
    rows = deciding.sheet(state, channel_id, operator, request.args.get("through", 2**62, type=int))
    audit.record("filing.sheet", actor_id=viewer().identity_id, object=f"channel:{channel_id}", rows=len(rows))
    db.session.commit()
    return sheet(f"filings-{channel_id}-{operator}.csv", _header(), _cells(rows))


def _header() -> list[str]:
    return [
        _("Our number"), _("Kind"), _("Operator"), _("Signature"), _("Company, as registered"),
        _("Registration number"), _("Papers valid until"), _("Text of the template"), _("Link or number"),
        _("Where it ends"), _("ICP number"), _("Whose it is"), _("Result"), _("Reason"), _("Carrier’s filing number"),
        _("Valid until"), _("Template code"),
    ]  # fmt: skip


def _cells(rows: Iterable[Waiting]) -> Iterator[list[str]]:
    for each in rows:
        subject, facts, kind = each.subject, each.subject.facts, each.subject.kind
        papers = subject if kind == Kind.QUALIFICATION else each.papers
        yield [
            number(each.filing.id), str(wording.KINDS[kind]), str(content.OPERATORS[each.filing.operator]),
            subject.title if kind == Kind.SIGNATURE else "",
            papers.title if papers else facts.get("company", ""),
            papers.key if papers else facts.get("registration_no", ""),
            papers.valid_until.isoformat() if papers and papers.valid_until else "",
            facts.get("body", ""), subject.title if kind == Kind.LINK else "", facts.get("target", ""),
            facts.get("icp_number", ""), facts.get("owner", ""), "", "", "", "",
            each.filing.template_code,
        ]  # fmt: skip


@bp.post("/submitted")
@allow(Policy.STAFF)
def submit() -> Response:
    """The sheet was handed to the carrier: exactly what stood on it, not what was prepared since."""
    channel_id, operator = request.form.get("channel", 0, type=int), _operator(request.form.get("operator", ""))
    through = request.form.get("through", 0, type=int)
    n = filings.deciding.submit(channel_id, operator, through, by=viewer().identity_id)
    db.session.commit()
    flash(ngettext("%(num)s filing is with the carrier.", "%(num)s filings are with the carrier.", n))
    return go(url_for(".index", state=State.SUBMITTED, channel=channel_id, operator=operator))


@bp.get("/<int:filing>")
@allow(Policy.STAFF)
def show(filing: int) -> str:
    return _one(deciding.get(filing), Decision(True), {})


@bp.post("/<int:filing>/decide")
@allow(Policy.STAFF)
def decide(filing: int) -> Any:
    """Write one answer down by hand."""
    form, found = request.form, deciding.get(filing)
    before = found.filing.state
    reason, carrier_no, code = (form.get(name, "").strip() for name in ("reason", "carrier_no", "template_code"))
    decision = Decision(form.get("decision") == "filed", reason, carrier_no, template_code=code)
    try:
        until = form.get("valid_until", "")
        decision = replace(decision, valid_until=date.fromisoformat(until) if until else None)
        found = deciding.decide(filing, decision, by=viewer().identity_id)
    except ValueError:
        return _one(found, decision, {"valid_until": words.say("answer_date_unknown")}), 422
    except Invalid as error:
        db.session.rollback()
        return _one(deciding.get(filing), decision, said(error)), 422
    except WrongState:
        db.session.rollback()
        return _one(deciding.get(filing), decision, {"decision": _("It no longer waits for an answer.")}), 409
    if found.filing.state != before:
        told = (found.subject.kind, found.subject.title, found.filing.operator, decision)
        notices.filings_decided(found.filing.tenant_id, [told])
    db.session.commit()
    flash(_("The answer for %(number)s was written down.", number=number(filing)))
    return go(url_for(".index", state=State.SUBMITTED))


@bp.post("/<int:filing>/code")
@allow(Policy.STAFF)
def enter_code(filing: int) -> Any:
    """Write down what the provider calls a template that was filed without it."""
    typed = request.form.get("template_code", "").strip()
    try:
        deciding.enter_code(filing, typed, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _one(deciding.get(filing), Decision(True, template_code=typed), said(error)), 422
    db.session.commit()
    flash(_("The code was written down."))
    return go(url_for(".show", filing=filing))


def _one(found: Waiting, decision: Decision, errors: dict[str, str]) -> str:
    papers = found.papers or (found.subject if found.subject.kind == Kind.QUALIFICATION else None)
    line = (found.filing.channel_id, found.filing.operator)
    by_code = found.subject.kind == Kind.TEMPLATE and line in filings.rules.by_code([line[0]])
    return render_template(
        "staff/filings/show.html", found=found, papers=papers, decision=decision, errors=errors, by_code=by_code,
        businesses=listing.business_names([found.filing.tenant_id]),
        **_shown(),
    )  # fmt: skip


@bp.get("/<int:filing>/documents/<int:number>")
@allow(Policy.STAFF)
def document(filing: int, number: int) -> Response:
    """The `number`th document of the papers, counted from one; each opening is written down."""
    found = deciding.get(filing)
    papers = found.papers or found.subject
    if not 1 <= number <= len(papers.evidence):
        abort(404)
    tenant_id = found.filing.tenant_id
    audit.record(
        "filing.document", actor_id=viewer().identity_id, object=f"filing:{filing}", tenant_id=tenant_id, number=number
    )
    db.session.commit()
    with scopes.tenant(tenant_id):
        return attachment(files.get(papers.evidence[number - 1]["id"]))


@bp.get("/rules")
@allow(Policy.STAFF)
def rules() -> str:
    """What each channel asks to have filed, operator by operator."""
    return render_template(
        "staff/filings/rules.html", channels=(listed := routing.tending.listed()), needs=filings.rules.all_needs(),
        by_code=filings.rules.by_code([each.id for each in listed]), kinds=tuple(Kind), operators=MAINLAND, **_shown(),
    )  # fmt: skip


@bp.post("/rules/<int:channel>")
@allow(Policy.STAFF)
def set_rules(channel: int) -> Response:
    found = routing.tending.get(channel)
    wanted: dict[str, list[str]] = {operator: request.form.getlist(operator) for operator in MAINLAND}
    filings.rules.set_needs(channel, wanted, by=viewer().identity_id)
    db.session.commit()
    flash(_("“%(name)s” asks for that from now on.", name=found.name))
    return go(url_for(".rules"))


@bp.post("/answers")
@allow(Policy.STAFF)
def upload() -> Any:
    """Keep an answer file and show what it would do."""
    channel_id, operator = request.form.get("channel", 0, type=int), request.form.get("operator", "")
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid({"file": "file_empty"})
        routing.tending.get(channel_id)
        data = file.stream.read(BYTES_MAX + 1)
        kept = answers.keep(channel_id, operator, file.filename, data, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _desk(said(error)), 422
    db.session.commit()
    return go(url_for(".answer", answer=kept.id))


@bp.get("/answers/<int:answer>")
@allow(Policy.STAFF)
def answer(answer: int) -> str:
    found = answers.get(answer)
    return render_template("staff/filings/answer.html", answer=found, outcome=answers.outcome(found), **_shown())


@bp.post("/answers/<int:answer>/apply")
@allow(Policy.STAFF)
def apply(answer: int) -> Response:
    """Write everything down and tell the applicants, once."""
    told = answers.apply(answer, by=viewer().identity_id)
    for each in told:
        notices.filings_decided(each.tenant_id, each.decided)
    db.session.commit()
    n = sum(len(each.decided) for each in told)
    flash(ngettext("%(num)s answer was written down.", "%(num)s answers were written down.", n))
    return go(url_for(".answer", answer=answer))
