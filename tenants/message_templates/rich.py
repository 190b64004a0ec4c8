"""Pure: what a message can be besides text: an MMS of frames, or an RCS card with suggestions.

Texts may hold variables as templates do; `medium` is the id of a file in the tenant's media library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any


class Product(StrEnum):
    """What is sold: each has its own prices and channels."""

    SMS = "sms"
    MMS = "mms"
    RCS = "rcs"


class Act(StrEnum):
    """What a suggestion does when it is tapped."""

    REPLY = "reply"
    OPEN = "open"
    DIAL = "dial"


@dataclass(frozen=True, slots=True)
class Frame:
    """One page of an MMS: a text, a medium, or both."""

    text: str = ""
    medium: int | None = None


@dataclass(frozen=True, slots=True)
class Mms:
    subject: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`value`: what comes back for a reply, the address to open, or the number to dial."""

    act: Act
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Card:
    title: str = ""
    text: str = ""
    medium: int | None = None
    suggestions: tuple[Suggestion, ...] = ()


class Orientation(StrEnum):
    """Where a single card has its medium: above the words or beside them."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


class Height(StrEnum):
    """How high the media of cards are drawn."""

    SHORT = "short"
    MEDIUM = "medium"
    TALL = "tall"


@dataclass(frozen=True, slots=True)
class Rcs:
    """A text, one card, or a carousel of several. `fallback` is the SMS sent where RCS does not reach."""

    text: str = ""
    cards: tuple[Card, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    fallback: str = ""
    orientation: Orientation = Orientation.VERTICAL
    height: Height = Height.MEDIUM


Rich = Mms | Rcs


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium on its way to a carrier: its bytes, and the public address it can be fetched from, if there is one."""

    id: int
    name: str
    mime: str
    content: bytes
    url: str = ""


def texts(rich: Rich) -> list[str]:
    """Every text that may hold variables, in reading order; empty ones too."""
    if isinstance(rich, Mms):
        return [rich.subject, *(frame.text for frame in rich.frames)]
    return [rich.text, *(text for card in rich.cards for text in (card.title, card.text)), rich.fallback]


def rewritten(rich: Rich, change: Callable[[str], str]) -> Rich:
    """The same with each of its `texts` changed."""
    if isinstance(rich, Mms):
        frames = tuple(replace(frame, text=change(frame.text)) for frame in rich.frames)
        return Mms(change(rich.subject), frames)
    cards = tuple(replace(card, title=change(card.title), text=change(card.text)) for card in rich.cards)
    return replace(rich, text=change(rich.text), cards=cards, fallback=change(rich.fallback))


def suggestions(rich: Rich) -> Iterator[Suggestion]:
    """Every suggestion, those of cards first."""
    if isinstance(rich, Rcs):
        for card in rich.cards:
            yield from card.suggestions
        yield from rich.suggestions


def words(rich: Rich) -> str:
    """Everything a recipient may read or be led to, one below the other: what is judged."""
    tapped = [part for each in suggestions(rich) for part in (each.label, each.value)]
    *shown, last = texts(rich)
    return "\n".join(part for part in [*shown, *tapped, last] if part)


def media_of(rich: Rich) -> list[int]:
    """The media it names, each once, in order."""
    holders = rich.frames if isinstance(rich, Mms) else rich.cards
    return list(dict.fromkeys(each.medium for each in holders if each.medium is not None))


def to_json(rich: Rich | None) -> dict[str, Any]:
    """As it is stored; `media` beside it, so that a medium in use can be found."""
    return {} if rich is None else {**asdict(rich), "media": media_of(rich)}


def from_json(product: str, data: Mapping[str, Any]) -> Rich | None:
    """What `to_json` wrote; None for an SMS."""
    if product == Product.MMS:
        return Mms(data.get("subject", ""), tuple(Frame(**frame) for frame in data.get("frames", ())))
    if product != Product.RCS:
        return None
    return Rcs(
        data.get("text", ""),
        tuple(Card(**{**card, "suggestions": _suggestions(card)}) for card in data.get("cards", ())),
        _suggestions(data),
        data.get("fallback", ""),
        Orientation(data.get("orientation", Orientation.VERTICAL)),
        Height(data.get("height", Height.MEDIUM)),
    )


def _suggestions(data: Mapping[str, Any]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(Act(each["act"]), each["label"], each["value"]) for each in data.get("suggestions", ()))
