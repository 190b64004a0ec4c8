"""An MMS or RCS as a phone shows it, for whoever looks at it: a writer, a sender, one of our reviewers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from tenants import media
from tenants.core.files import File
from tenants.message_templates import Kind
from tenants.message_templates.rich import Card, Mms, Rcs, Rich, Suggestion, media_of
from tenants.message_templates.rich_render import whole
from web import texts
from web.public import public

Where = Callable[[File], str]


@dataclass(frozen=True)
class Picture:
    """A medium and where its bytes are."""

    file: File
    href: str


@dataclass(frozen=True)
class Slide:
    text: Markup
    picture: Picture | None


@dataclass(frozen=True)
class ShownCard:
    title: Markup
    text: Markup
    picture: Picture | None
    suggestions: Sequence[Suggestion]


@dataclass(frozen=True)
class Shown:
    """What the phone draws: `subject` and `slides` of an MMS, the rest of an RCS. `fallback`: its SMS, in parts."""

    product: str
    subject: Markup | str = ""
    slides: Sequence[Slide] = ()
    text: Markup | str = ""
    cards: Sequence[ShownCard] = ()
    suggestions: Sequence[Suggestion] = ()
    fallback: Sequence[Markup] = ()
    orientation: str = "vertical"
    height: str = "medium"


def in_library(file: File) -> str:
    """Where the business itself looks at one of its media."""
    return url_for("console.media.show", medium=public("file", file.id))


def shown(
    rich: Rich, values: Mapping[str, str], *, signature: str, kind: Kind, country: str = "CN",
    files: Mapping[int, File] | None = None, where: Where = in_library,
) -> Shown:  # fmt: skip
    """As it is sent, filled with `values`; a variable without one stays in its braces."""
    sent = whole(rich, signature, kind, country)
    found = media.some(media_of(rich)) if files is None else files
    pictures = {id: Picture(file, where(file)) for id, file in found.items()}

    def said(text: str) -> Markup:
        return Markup().join(texts.filled(text, values, country))

    if isinstance(sent, Mms):
        slides = [Slide(said(frame.text), pictures.get(frame.medium or 0)) for frame in sent.frames]
        return Shown("mms", said(sent.subject), slides)
    assert isinstance(sent, Rcs)
    cards = [_card(card, said, pictures) for card in sent.cards]
    fallback = texts.filled(sent.fallback, values, country) if sent.fallback else []
    return Shown(
        "rcs", text=said(sent.text), cards=cards, suggestions=sent.suggestions, fallback=fallback,
        orientation=sent.orientation, height=sent.height,
    )  # fmt: skip


def _card(card: Card, said: Callable[[str], Markup], pictures: Mapping[int, Picture]) -> ShownCard:
    return ShownCard(said(card.title), said(card.text), pictures.get(card.medium or 0), card.suggestions)
