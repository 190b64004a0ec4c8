"""A template while it is written: what the form says, and what the page says back after each pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tenants import message_templates, moderation
from tenants.message_templates import Draft, Kind, Type, Variable
from tenants.message_templates.drafting import SAVED_MAX
from tenants.message_templates.variables import MAX_OF
from web import texts, words
from web.texts import Mark, Measure
from web.wording import content

NAME_READ_MAX = 100
SIGNATURE_READ_MAX = 40


def read(form: MultiDict[str, str]) -> Draft:
    """The draft in a form. Variables are those the body names: as chosen in the form, else guessed from their names."""
    body = form.get("body", "").replace("\r\n", "\n")[: SAVED_MAX + 1]
    given = map(chosen, form.getlist("variable"), form.getlist("type"), form.getlist("max"))
    known = [variable for variable in given if variable is not None]
    name = " ".join(form.get("name", "").split())[:NAME_READ_MAX]
    variables = message_templates.declared_in(body, known)
    return Draft(name, form.get("kind", ""), form.get("language", ""), body, variables)


def chosen(name: str, type: str, most: str) -> Variable | None:
    """A variable as its row of the form has it."""
    if type not in set(Type):
        return None
    kind = Type(type)
    wanted = int(most) if most.isascii() and most.isdigit() and len(most) < 4 else MAX_OF[kind]
    return Variable(name, kind, min(max(wanted, 1), MAX_OF[kind]) if kind is Type.TEXT else MAX_OF[kind])


@dataclass(frozen=True)
class Remark:
    """Something about the text; `number` is where it is marked, 0 for nowhere. level: block (must be corrected),
    review (a person will look), record (worth knowing)."""

    number: int
    level: str
    said: str
    excerpt: str = ""


@dataclass(frozen=True)
class Live:
    """What the page shows beside a draft."""

    draft: Draft
    signature: str
    opt_out: str
    marked: Markup
    remarks: Sequence[Remark]
    mainland: Measure
    abroad: Measure
    bubbles: Sequence[Markup]


def live(draft: Draft, signature: str) -> Live:
    """Measure, check and fill a draft, as sent under `signature`."""
    kind = Kind(draft.kind) if draft.kind in set(Kind) else Kind.NOTICE
    signature = signature.strip()[:SIGNATURE_READ_MAX]
    sent = texts.whole(draft.body, kind, signature)
    abroad = texts.whole(draft.body, kind, signature, "")
    marked, remarks = _remarks(draft, kind, signature)
    return Live(
        draft, signature, texts.added_opt_out(draft.body, kind), marked, remarks,
        texts.measure(sent, draft.variables), texts.measure(abroad, draft.variables, ""),
        texts.bubbles(sent, draft.variables, draft.language),
    )  # fmt: skip


def _remarks(draft: Draft, kind: Kind, signature: str) -> tuple[Markup, list[Remark]]:
    """The body with what is wrong or notable in it marked, and a sentence for each."""
    found: list[tuple[Mark | None, str]] = []
    for fault in message_templates.check(draft.body, list(draft.variables), kind, signature=signature):
        said = words.say(fault.code, **fault.values)
        at = Mark(*texts.place(draft.body, fault.position), "block") if fault.position is not None else None
        found.append((at, said))
    for hit in moderation.judge(draft.body, kind).hits:
        found.append((Mark(hit.start, hit.end, hit.level), content.named(content.CATEGORIES, hit.category)))
    marks = texts.apart(mark for mark, _said in found if mark is not None)
    remarks = [Remark(0, "block", said) for mark, said in found if mark is None and draft.body]
    for number, mark in enumerate(marks, 1):
        excerpt = draft.body[mark.start : mark.end]
        remarks += [Remark(number, mark.level, said, excerpt) for other, said in found if other == mark]
    return texts.marked(draft.body, marks), remarks
