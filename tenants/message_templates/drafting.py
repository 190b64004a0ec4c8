"""Writing templates. Whatever is being written may be saved; what is wrong with it is said when it is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.message_templates.kinds import Kind
from tenants.message_templates.models import Template, TemplateVersion
from tenants.message_templates.rich import Mms, Product, Rcs, Rich, texts, to_json
from tenants.message_templates.starters import BY_KEY
from tenants.message_templates.states import State
from tenants.message_templates.variables import Variable

NAME_MAX = 40
SAVED_MAX = 2000  # characters of a body; what may be sent is less, and said while one writes
SAVED_VARIABLES_MAX = 50
SAVED_RICH_MAX = 30_000  # characters of all texts of an MMS or RCS
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Draft:
    """A template as its writer has it. With `rich` it is an MMS or RCS and `body` is not looked at."""

    name: str
    kind: str
    language: str
    body: str
    variables: Sequence[Variable]
    rich: Rich | None = None

    @property
    def product(self) -> Product:
        return Product.SMS if self.rich is None else Product.MMS if isinstance(self.rich, Mms) else Product.RCS

    @property
    def text(self) -> str:
        """What is kept as the body: see TemplateVersion."""
        if isinstance(self.rich, Rcs):
            return self.rich.fallback
        return self.body if self.rich is None else "\n".join(text for text in texts(self.rich) if text)

    def check(self) -> None:
        faults: dict[str, Any] = {}
        if not 1 <= len(self.name) <= NAME_MAX:
            faults["name"] = ("template_name_length", {"max": NAME_MAX})
        if self.kind not in set(Kind):
            faults["kind"] = "template_kind_unknown"
        if self.language not in LANGUAGES:
            faults["language"] = "template_language_unknown"
        long = len(str(to_json(self.rich))) > SAVED_RICH_MAX if self.rich else len(self.body) > SAVED_MAX
        if long or len(self.variables) > SAVED_VARIABLES_MAX:
            faults["body"] = ("template_body_length", {"max": SAVED_RICH_MAX if self.rich else SAVED_MAX})
        if faults:
            raise Invalid(faults)

    def columns(self) -> dict[str, Any]:
        variables = [variable.to_json() for variable in self.variables]
        return {"body": self.text, "variables": variables, "rich": to_json(self.rich)}


def create(draft: Draft, *, by: int) -> Template:
    """A new template whose version 1 is this draft."""
    draft.check()
    at = now()
    template = Template(
        name=draft.name, product=draft.product, kind=draft.kind, language=draft.language, created_by=by,
        created_at=at, updated_at=at,
    )  # fmt: skip
    db.session.add(template)
    db.session.flush()
    db.session.add(TemplateVersion(template_id=template.id, version=1, created_by=by, created_at=at, **draft.columns()))
    audit.record("template.create", actor_id=by, object=f"template:{template.id}")
    return template


def save(template_id: int, version: int, draft: Draft, *, by: int) -> int:
    """Write down an edit that began from `version`: in place while that is a draft, else as the next version.

    The version now holding it. Someone else's newer version is never overwritten: WrongState.
    """
    draft.check()
    template = locked(template_id)
    if template.latest != version:
        raise WrongState("template_changed")
    row = db.session.get_one(TemplateVersion, (template_id, version), with_for_update=True, populate_existing=True)
    if row.state == State.DRAFT:
        for column, value in draft.columns().items():
            setattr(row, column, value)
    else:
        template.latest += 1
        db.session.add(
            TemplateVersion(
                template_id=template_id, version=template.latest, created_by=by, created_at=now(), **draft.columns()
            )
        )
    template.name, template.updated_at = draft.name, now()
    if (template.product, template.kind, template.language) != (draft.product, draft.kind, draft.language):
        _change_kind(template, draft)
    audit.record("template.save", actor_id=by, object=f"template:{template_id}", version=template.latest)
    return template.latest


def _change_kind(template: Template, draft: Draft) -> None:
    """What was judged as a notice cannot become an advertisement: kind and language stay from the first review on."""
    if template.latest > 1:
        raise WrongState("template_kind_fixed")
    template.product, template.kind, template.language = draft.product, draft.kind, draft.language


def copy_starter(key: str, language: str, *, by: int) -> Template:
    """A draft of one's own, begun from a starter."""
    starter = BY_KEY.get(key)
    if starter is None or language not in LANGUAGES:
        raise NotFound
    wording = starter.wording(language)
    return create(Draft(wording.name, starter.kind, language, wording.body, wording.variables), by=by)


def archive(template_id: int, *, by: int) -> None:
    """Put a template away: it is offered no more; what is being sent with it goes on."""
    _put(template_id, away=True, by=by)


def restore(template_id: int, *, by: int) -> None:
    _put(template_id, away=False, by=by)


def _put(template_id: int, *, away: bool, by: int) -> None:
    template = locked(template_id)
    if (template.archived_at is not None) == away:
        return
    template.archived_at = now() if away else None
    audit.record("template.archive" if away else "template.restore", actor_id=by, object=f"template:{template_id}")


def locked(template_id: int) -> Template:
    found = db.session.get(Template, template_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found
