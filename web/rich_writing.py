"""An MMS or RCS template while it is written: what the form says, how its buttons change it, what the page says back.

Frames, cards and suggestions are lists of fields of the same names, in order. A button that adds, moves or removes one
sends the whole form and gets it back changed; nothing is saved by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tenants import media, message_templates, moderation
from tenants.core.errors import NotFound
from tenants.core.files import File
from tenants.message_templates import Draft, Kind
from tenants.message_templates.rich import (
    Act,
    Card,
    Frame,
    Height,
    Mms,
    Orientation,
    Product,
    Rcs,
    Rich,
    Suggestion,
    media_of,
    texts,
    words,
)
from tenants.message_templates.rich_rules import (
    CARD_KINDS,
    CARD_SUGGESTIONS_MAX,
    CARDS_MAX,
    CARDS_MIN,
    FRAMES_MAX,
    MMS_BYTES_MAX,
    SUGGESTIONS_MAX,
    size_bytes,
    wrong,
)
from web import rich_showing, writing
from web import texts as phone_texts
from web import words as sentences
from web.public import public, resolve
from web.rich_showing import Shown
from web.texts import Mark, Measure
from web.wording import content
from web.writing import Remark

TEXT_READ_MAX = 4_000
# A button's value: what to do, with which list, at which place (from 1), under which card (0: the message).
ACT = re.compile(r"(add|remove|up|down|upload)-(frame|card|suggestion)(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
T = TypeVar("T")


def read(form: MultiDict[str, str], product: Product) -> Draft:
    """The draft in a form."""
    rich: Rich = _mms(form) if product is Product.MMS else _rcs(form)
    known = [each for each in map(writing.chosen, *map(form.getlist, ("variable", "type", "max"))) if each is not None]
    variables = message_templates.declared_in("\n".join(texts(rich)), known)
    name = " ".join(form.get("name", "").split())[: writing.NAME_READ_MAX]
    return Draft(name, form.get("kind", ""), form.get("language", ""), "", variables, rich)


def begun(product: Product, language: str) -> Draft:
    """What a writer begins with."""
    rich: Rich = Mms("", (Frame(), Frame())) if product is Product.MMS else Rcs(cards=(Card(),))
    return Draft("", Kind.NOTICE, language, "", [], rich)


def _text(text: str) -> str:
    return text.replace("\r\n", "\n")[:TEXT_READ_MAX]


def _medium(text: str) -> int | None:
    try:
        return resolve("file", text) if text else None
    except NotFound:
        return None


def _mms(form: MultiDict[str, str]) -> Mms:
    pairs = zip(form.getlist("frame_text"), form.getlist("frame_medium"), strict=False)
    frames = tuple(Frame(_text(text), _medium(medium)) for text, medium in pairs)
    return Mms(_text(form.get("subject", "")), frames[: FRAMES_MAX + 1])


def _rcs(form: MultiDict[str, str]) -> Rcs:
    under: dict[int, list[Suggestion]] = {}
    given = zip(*(form.getlist(f"tap_{part}") for part in ("at", "act", "label", "value")), strict=False)
    for at, act, label, value in list(given)[: SUGGESTIONS_MAX + CARDS_MAX * (CARD_SUGGESTIONS_MAX + 1)]:
        if act in set(Act) and at.isascii() and at.isdigit():
            under.setdefault(int(at), []).append(
                Suggestion(Act(act), label.strip()[:100], value.strip()[:TEXT_READ_MAX])
            )
    parts = zip(*(form.getlist(f"card_{part}") for part in ("title", "text", "medium")), strict=False)
    cards = [
        Card(_text(title), _text(text), _medium(medium), tuple(under.get(number, ())))
        for number, (title, text, medium) in enumerate(parts, 1)
    ][: CARDS_MAX + 1]
    layout = form.get("layout", "card")
    if layout == "text":
        cards = []
    elif layout == "card":
        cards = (cards or [Card()])[:1]
    else:
        cards += [Card()] * (CARDS_MIN - len(cards))
    orientation, height = form.get("orientation", ""), form.get("height", "")
    return Rcs(
        _text(form.get("text", "")) if layout == "text" else "", tuple(cards), tuple(under.get(0, ())),
        _text(form.get("fallback", "")) if form.get("falls_back") else "",
        Orientation(orientation) if orientation in set(Orientation) and layout == "card" else Orientation.VERTICAL,
        Height(height) if height in set(Height) else Height.MEDIUM,
    )  # fmt: skip


def acted(draft: Draft, act: str) -> Draft:
    """The draft after a button was pressed; unchanged by one that means nothing here."""
    found = ACT.fullmatch(act)
    if found is None or draft.rich is None:
        return draft
    what, kind, place, under = found[1], found[2], int(found[3] or 0), int(found[4] or 0)
    rich = draft.rich
    if isinstance(rich, Mms):
        changed: Rich = (
            replace(rich, frames=_moved(rich.frames, what, place, Frame(), FRAMES_MAX)) if kind == "frame" else rich
        )
    elif kind == "card":
        changed = replace(rich, cards=_moved(rich.cards, what, place, Card(), CARDS_MAX))
    elif under and under <= len(rich.cards):
        card = rich.cards[under - 1]
        taps = _moved(card.suggestions, what, place, Suggestion(Act.OPEN, "", ""), CARD_SUGGESTIONS_MAX)
        cards = (*rich.cards[: under - 1], replace(card, suggestions=taps), *rich.cards[under:])
        changed = replace(rich, cards=cards)
    else:
        taps = _moved(rich.suggestions, what, place, Suggestion(Act.REPLY, "", ""), SUGGESTIONS_MAX)
        changed = replace(rich, suggestions=taps)
    return replace(draft, rich=changed)


def _moved(given: tuple[T, ...], what: str, place: int, empty: T, most: int) -> tuple[T, ...]:
    pieces, at = list(given), place - 1
    if what == "add" and len(pieces) < most:
        pieces.append(empty)
    elif 0 <= at < len(pieces):
        if what == "remove":
            del pieces[at]
        elif what == "up" and at:
            pieces[at - 1 : at + 1] = pieces[at], pieces[at - 1]
        elif what == "down" and at + 1 < len(pieces):
            pieces[at : at + 2] = pieces[at + 1], pieces[at]
    return tuple(pieces)


def with_medium(draft: Draft, act: str, medium: int) -> Draft:
    """The draft with a medium that was just uploaded in its place."""
    found = ACT.fullmatch(act)
    at = int(found[3] or 0) - 1 if found else -1
    rich = draft.rich
    if isinstance(rich, Mms) and 0 <= at < len(rich.frames):
        frames = list(rich.frames)
        frames[at] = replace(frames[at], medium=medium)
        return replace(draft, rich=replace(rich, frames=tuple(frames)))
    if isinstance(rich, Rcs) and 0 <= at < len(rich.cards):
        cards = list(rich.cards)
        cards[at] = replace(cards[at], medium=medium)
        return replace(draft, rich=replace(rich, cards=tuple(cards)))
    return draft


@dataclass(frozen=True)
class RichLive:
    """What the page shows beside a draft of an MMS or RCS."""

    draft: Draft
    signature: str

    @property
    def rich(self) -> Rich:
        assert self.draft.rich is not None, "an SMS has a writer of its own"
        return self.draft.rich

    @property
    def kind(self) -> Kind:
        return Kind(self.draft.kind) if self.draft.kind in set(Kind) else Kind.NOTICE

    @property
    def layout(self) -> str:
        """text, card or carousel, of an RCS."""
        cards = len(self.rich.cards) if isinstance(self.rich, Rcs) else 0
        return "text" if not cards else "card" if cards == 1 else "carousel"

    @cached_property
    def library(self) -> list[File]:
        """The media that may stand here."""
        everything = media.listed()
        return everything if isinstance(self.rich, Mms) else [f for f in everything if f.facts["kind"] in CARD_KINDS]

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        return [("", ""), *((public("file", file.id), file.name) for file in self.library)]

    @cached_property
    def files(self) -> dict[int, File]:
        return media.some(media_of(self.rich))

    @cached_property
    def wrong(self) -> dict[str, list[str]]:
        """Where something is wrong → what, in words; "" for the whole."""
        known = message_templates.known_media(self.rich)
        found: dict[str, list[str]] = {}
        for each in wrong(self.rich, list(self.draft.variables), self.kind, known, signature=self.signature):
            said = sentences.say(each.code, **each.values)
            if said not in found.setdefault(each.where, []):
                found[each.where].append(said)
        return found

    @cached_property
    def size(self) -> int:
        """What an MMS weighs, in bytes."""
        known = message_templates.known_media(self.rich)
        return size_bytes(self.rich, known, self.draft.variables) if isinstance(self.rich, Mms) else 0

    size_max = MMS_BYTES_MAX

    @cached_property
    def samples(self) -> dict[str, str]:
        return {each.name: phone_texts.sample(each, self.draft.language) for each in self.draft.variables}

    @cached_property
    def shown(self) -> Shown:
        return rich_showing.shown(self.rich, self.samples, signature=self.signature, kind=self.kind, files=self.files)

    @cached_property
    def fallback(self) -> Measure | None:
        """What the SMS of an RCS is charged as."""
        if not isinstance(self.rich, Rcs) or not self.rich.fallback:
            return None
        sent = phone_texts.whole(self.rich.fallback, self.kind, self.signature)
        return phone_texts.measure(sent, self.draft.variables)

    @cached_property
    def _remarked(self) -> tuple[Markup, list[Remark]]:
        said = words(self.rich)
        hits = moderation.judge(said, self.kind).hits
        marks = phone_texts.apart(Mark(hit.start, hit.end, hit.level) for hit in hits)
        named = {(hit.start, hit.end): content.named(content.CATEGORIES, hit.category) for hit in hits}
        remarks = [
            Remark(number, mark.level, named[mark.start, mark.end], said[mark.start : mark.end])
            for number, mark in enumerate(marks, 1)
        ]
        return phone_texts.marked(said, marks), remarks

    @property
    def marked(self) -> Markup:
        return self._remarked[0]

    @property
    def remarks(self) -> Sequence[Remark]:
        return self._remarked[1]

    def place(self, where: str) -> str:
        """A place of `wrong` in words."""
        named = {
            "subject": _("Subject"), "text": _("Message text"), "fallback": _("Text of the SMS"), "frame": _("Frame"),
            "card": _("Card"), "suggestion": _("Button"),
        }  # fmt: skip
        pieces = re.findall(r"([a-z]+)(?:-(\d+))?", where)
        return " · ".join(f"{named.get(name, name)} {number}".strip() for name, number in pieces)
