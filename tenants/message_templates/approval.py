"""A version's way from draft to decision. Only `_move` changes its state, along the table in states.py."""

from __future__ import annotations

from sqlalchemy import func, select

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.message_templates import rich_rules, variables
from tenants.message_templates.drafting import locked
from tenants.message_templates.kinds import Kind
from tenants.message_templates.models import TemplateVersion
from tenants.message_templates.states import TRANSITIONS, State
from tenants.message_templates.versions import Version, known_media, of


def submit(template_id: int, version: int) -> Version:
    """Hand a draft in. Called by moderation, which puts it into the queue in the same transaction."""
    template, row = locked(template_id), _row(template_id, version)
    if template.archived_at is not None:
        raise WrongState("template_archived")
    if row.state != State.DRAFT:
        raise WrongState(state=row.state)
    handed_in = of(template, row)
    if _faulty(handed_in):
        raise Invalid({"body": "template_faulty"})
    _move(row, State.IN_REVIEW)
    template.updated_at = now()
    return of(template, row)


def _faulty(version: Version) -> bool:
    kind = Kind(version.kind)
    if version.rich is None:
        return bool(variables.check(version.body, version.variables, kind))
    return bool(rich_rules.wrong(version.rich, version.variables, kind, known_media(version.rich)))


def decide(template_id: int, version: int, approved: bool, reason: str, by: int) -> None:
    """Approve or reject a version; the same decision again changes nothing. The newest approved one is sent."""
    template, row = locked(template_id), _row(template_id, version)
    wanted = State.APPROVED if approved else State.REJECTED
    if row.state == wanted:
        return
    _move(row, wanted)
    row.reason, row.decided_at = reason, now()
    template.updated_at = now()
    if approved:
        template.current = max(template.current, version)
    audit.record(f"template.{wanted}", actor_id=by, object=f"template:{template_id}", version=version)


def reopen(template_id: int, version: int, *, by: int) -> None:
    """Staff took their decision back: in review again, and what was approved before is sent; once more: no change."""
    template, row = locked(template_id), _row(template_id, version)
    if row.state == State.IN_REVIEW:
        return
    _move(row, State.IN_REVIEW)
    row.reason, row.decided_at, template.updated_at = "", None, now()
    db.session.flush()
    own = (TemplateVersion.template_id == template_id, TemplateVersion.state == State.APPROVED)
    template.current = db.session.scalar(select(func.max(TemplateVersion.version)).where(*own)) or 0
    audit.record("template.reopen", actor_id=by, object=f"template:{template_id}", version=version)


def _move(row: TemplateVersion, wanted: State) -> None:
    TRANSITIONS.check(State(row.state), wanted)
    row.state = wanted


def _row(template_id: int, version: int) -> TemplateVersion:
    found = db.session.get(TemplateVersion, (template_id, version), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found
