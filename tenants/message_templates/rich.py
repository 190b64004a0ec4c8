"""Pure: what a message can be besides text: an MMS of frames, or an RCS card with suggestions.

Texts may hold variables as templates do; `medium` is the id of a file in the tenant's media library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Rcs:
    """A text, one card, or a carousel of several. `fallback` is the SMS sent where RCS does not reach."""

    text: str = ""
    cards: tuple[Card, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    fallback: str = ""


Rich = Mms | Rcs


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium on its way to a carrier: its bytes, and the public address it can be fetched from, if there is one."""

    id: int
    name: str
    mime: str
    content: bytes
    url: str = ""
