"""Pure: texts as pages show them: marked, tinted, filled with a sample, cut into the bubbles of a phone, measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from tenants.message_templates.kinds import Kind
from tenants.message_templates.render import with_opt_out, with_signature
from tenants.message_templates.variables import PLACEHOLDER, Type, Variable, lengths
from tenants.messages import segments
from tenants.messages.segments import Segments

GRAVITY = {"block": 0, "review": 1, "record": 2}
_CLASS = {"block": "hit", "review": "hit hit-warn", "record": "hit hit-note"}
_SAMPLE_NAME = re.compile(r"姓名|name$", re.IGNORECASE)
_SAMPLES = {
    "zh": {"name": "王小明", Type.NUMBER: "128", Type.DATE: "12月8日", Type.CODE: "482913"},
    "en": {"name": "Ada Wong", Type.NUMBER: "128", Type.DATE: "8 Dec", Type.CODE: "482913"},
}


@dataclass(frozen=True)
class Mark:
    """A stretch of a text somebody must look at; level: block, review, record."""

    start: int
    end: int
    level: str


def apart(marks: Iterable[Mark]) -> list[Mark]:
    """The marks in the order of the text; of two that overlap the graver one stays."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (GRAVITY[mark.level], mark.start, -mark.end)):
        if all(mark.end <= other.start or mark.start >= other.end for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def marked(text: str, marks: Sequence[Mark] = ()) -> Markup:
    """The text with its variables tinted and its marks numbered; `marks` as `apart` gives them."""
    shown, at = Markup(), 0
    for number, mark in enumerate(marks, 1):
        shown += _tinted(text[at : mark.start])
        inside = escape(text[mark.start : mark.end])
        shown += Markup('<mark class="{}">{}<sup>{}</sup></mark>').format(_CLASS[mark.level], inside, number)
        at = mark.end
    return shown + _tinted(text[at:])


def _tinted(text: str) -> Markup:
    pieces = PLACEHOLDER.split(text)
    pieces[1::2] = [Markup('<span class="var">{{{}}}</span>').format(name) for name in pieces[1::2]]
    return Markup().join(pieces)


def place(body: str, position: int) -> tuple[int, int]:
    """The stretch a fault at `position` is about: the whole variable it begins, else one character."""
    found = PLACEHOLDER.match(body, position)
    return position, found.end() if found else position + 1


def whole(body: str, kind: Kind, signature: str, country: str = "CN") -> str:
    """The body between its signature and the opt-out words, as it will be sent."""
    return with_signature(signature, with_opt_out(body, kind, country))


def added_opt_out(body: str, kind: Kind, country: str = "CN") -> str:
    """What will be added at the end; empty when nothing is needed or the body says it."""
    return with_opt_out(body, kind, country)[len(body) :]


def sample(variable: Variable, language: str) -> str:
    """A plausible value, no longer than the variable allows."""
    samples = _SAMPLES["zh" if language == "zh" else "en"]
    if variable.type == Type.TEXT:
        value = samples["name"] if _SAMPLE_NAME.search(variable.name) else variable.name
    else:
        value = samples[variable.type]
    return value[: max(variable.max, 1)]


def bubbles(text: str, variables: Iterable[Variable], language: str, country: str = "CN") -> list[Markup]:
    """The text filled with samples and cut as it goes over the air, the samples tinted."""
    return filled(text, {variable.name: sample(variable, language) for variable in variables}, country)


def filled(text: str, values: Mapping[str, str], country: str = "CN") -> list[Markup]:
    """The text filled with values and cut as it goes over the air, the values tinted; a variable without one stays."""
    pieces = PLACEHOLDER.split(text)
    pieces[1::2] = [values.get(name) or f"{{{name}}}" for name in pieces[1::2]]
    runs = [(piece, bool(at % 2)) for at, piece in enumerate(pieces)]
    shown: list[Markup] = []
    for part in segments.split("".join(pieces), country):
        bubble, room = Markup(), len(part)
        while room and runs:
            piece, tinted = runs.pop(0)
            if len(piece) > room:
                runs.insert(0, (piece[room:], tinted))
            bubble += Markup('<span class="var">{}</span>').format(piece[:room]) if tinted else escape(piece[:room])
            room -= min(len(piece), room)
        shown.append(bubble)
    return shown


@dataclass(frozen=True)
class Measure:
    """What the shortest and the longest text a body can become are charged as in a country."""

    shortest: Segments
    longest: Segments


def measure(text: str, variables: Sequence[Variable], country: str = "CN") -> Measure:
    shortest = {variable.name: "0" * lengths(f"{{{variable.name}}}", [variable])[0] for variable in variables}
    longest = {variable.name: "0" * variable.max for variable in variables}
    return Measure(*(segments.count(_filled(text, values), country) for values in (shortest, longest)))


def _filled(text: str, values: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
