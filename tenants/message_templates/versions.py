"""Reading templates: one version as others see it, those ready to be sent, the list and the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from tenants import media
from tenants.core.db import db
from tenants.core.errors import NotFound, WrongState
from tenants.message_templates.models import Template, TemplateVersion
from tenants.message_templates.rich import Rich, from_json, media_of, words
from tenants.message_templates.rich_rules import Medium
from tenants.message_templates.states import State
from tenants.message_templates.variables import Variable

LISTED_MAX = 500


@dataclass(frozen=True)
class Version:
    """One version of a template: what is sent is `body` (of an MMS or RCS: `rich`) with its `variables` filled in, in
    this `kind`'s rules."""

    template_id: int
    version: int
    name: str
    kind: str
    language: str
    body: str
    variables: tuple[Variable, ...]
    state: str
    reason: str
    created_at: datetime
    decided_at: datetime | None
    product: str = "sms"
    rich: Rich | None = None

    @property
    def words(self) -> str:
        """Everything a recipient may read, variables in braces."""
        return self.body if self.rich is None else words(self.rich)


@dataclass(frozen=True)
class Listed:
    """A line of the list: the newest version, and which one is sent at present (0: none)."""

    latest: Version
    current: int
    updated_at: datetime


def _select(version: ColumnElement[int]) -> Select[Template, TemplateVersion]:
    same = (TemplateVersion.template_id == Template.id) & (TemplateVersion.version == version)
    return select(Template, TemplateVersion).join(TemplateVersion, same)


def of(template: Template, row: TemplateVersion) -> Version:
    return Version(
        template.id, row.version, template.name, template.kind, template.language, row.body,
        tuple(Variable.from_json(variable) for variable in row.variables), row.state, row.reason, row.created_at,
        row.decided_at, template.product, from_json(template.product, row.rich),
    )  # fmt: skip


def get(template_id: int) -> Template:
    found = db.session.get(Template, template_id)
    if found is None:
        raise NotFound
    return found


def version(template_id: int, version: int) -> Version:
    """One version, whatever its state."""
    found = db.session.get(TemplateVersion, (template_id, version))
    if found is None:
        raise NotFound
    return of(get(template_id), found)


def usable() -> list[Version]:
    """The approved version of each template that has one and is not archived, by name."""
    wanted = _select(Template.__table__.c.current).where(
        Template.archived_at.is_(None), TemplateVersion.state == State.APPROVED
    )
    rows = db.session.execute(wanted.order_by(Template.name, Template.id).limit(LISTED_MAX))
    return [of(template, row) for template, row in rows]


def listed(*, archived: bool = False) -> list[Listed]:
    """The templates, last changed first."""
    shown = Template.archived_at.is_not(None) if archived else Template.archived_at.is_(None)
    wanted = _select(Template.__table__.c.latest).where(shown)
    rows = db.session.execute(wanted.order_by(Template.updated_at.desc(), Template.id.desc()).limit(LISTED_MAX))
    return [Listed(of(template, row), template.current, template.updated_at) for template, row in rows]


def archived_count() -> int:
    return db.session.scalars(select(func.count()).where(Template.archived_at.is_not(None))).one()


def history(template_id: int) -> Sequence[Version]:
    """All versions, newest first."""
    template = get(template_id)
    rows = db.session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template_id)
        .order_by(TemplateVersion.version.desc())
        .limit(LISTED_MAX)
    )
    return [of(template, row) for row in rows]


def known_media(rich: Rich) -> dict[int, Medium]:
    """What the rules ask of the media it names; one that is gone is missing."""
    found = media.some(media_of(rich))
    return {id: Medium(media.facts_of(file), file.size_bytes) for id, file in found.items()}


def using(medium_id: int) -> list[str]:
    """The names of the templates with a version that names a medium."""
    names = TemplateVersion.rich["media"].contains([medium_id])
    same = TemplateVersion.template_id == Template.id
    wanted = select(Template.name).join(TemplateVersion, same).where(names).distinct().order_by(Template.name)
    return list(db.session.scalars(wanted.limit(LISTED_MAX)))


def discard_medium(medium_id: int, *, by: int) -> None:
    """Delete a medium that no version of any template names: what was approved must stay as it was."""
    if names := using(medium_id):
        raise WrongState("medium_used", name=names[0], count=len(names))
    media.discard(medium_id, by=by)
