"""Pure: the limits of MMS and RCS, and what is wrong with one.

MMS: what mainland carriers take in one message, all frames and media together. RCS: what RCS Business Messaging and 5G
messaging both take.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenants.media.examining import Facts
from tenants.message_templates.kinds import Kind
from tenants.message_templates.rich import Act, Card, Mms, Rcs, Rich, Suggestion, suggestions, texts
from tenants.message_templates.variables import Fault, Type, Variable, check, faults_in, faults_of_declaration, lengths

MMS_BYTES_MAX = 1_900_000
FRAMES_MAX = 9
FRAME_BYTES = 512  # what a frame costs besides its content: headers of its parts, its place on the slide
SUBJECT_MAX = 20
FRAME_TEXT_MAX = 500
CARDS_MIN, CARDS_MAX = 2, 10
RCS_TEXT_MAX = 2_000
TITLE_MAX, CARD_TEXT_MAX = 200, 2_000
SUGGESTIONS_MAX, CARD_SUGGESTIONS_MAX = 11, 4
LABEL_MAX, VALUE_MAX = 25, 2_000
MMS_MIMES = frozenset({"image/jpeg", "image/png", "image/gif", "audio/amr", "audio/mpeg", "video/mp4", "video/3gpp"})
CARD_KINDS = frozenset({"image", "video"})
_ADDRESS = re.compile(r"https?://[^\s/?#]+\.[^\s]+", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9][0-9 -]{2,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Medium:
    """What the rules need to know of a medium."""

    facts: Facts
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """`where`: subject, frame-2, card-1, card-1-suggestion-2, suggestion-3, text, fallback, or "" for all."""

    where: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)


Media = Mapping[int, Medium]


def size_bytes(mms: Mms, media: Media, variables: Sequence[Variable] = ()) -> int:
    """What an MMS weighs at most: subject, texts filled with their longest values, media and what holds them."""
    longest = sum(lengths(text, variables)[1] * 3 for text in texts(mms))
    named = (frame.medium for frame in mms.frames if frame.medium is not None)
    held = sum(media[id].size_bytes for id in named if id in media)
    return longest + held + FRAME_BYTES * len(mms.frames)


def wrong(rich: Rich, variables: Sequence[Variable], kind: Kind, media: Media, *, signature: str = "") -> list[Wrong]:
    """Everything that keeps it from being handed in, in reading order."""
    own = _of_mms(rich, variables, kind, media) if isinstance(rich, Mms) else _of_rcs(rich, variables, kind, media)
    found = [*own, *_of_variables(rich, variables, kind)]
    if isinstance(rich, Rcs) and rich.fallback:
        found += _of_fallback(rich.fallback, variables, kind, signature)
    return found


def _of_variables(rich: Rich, variables: Sequence[Variable], kind: Kind) -> list[Wrong]:
    faults = faults_of_declaration("\n".join(texts(rich)), variables)
    if kind == Kind.VERIFICATION and not any(variable.type == Type.CODE for variable in variables):
        faults.append(Fault("code_missing"))
    return [Wrong("", fault.code, fault.values) for fault in faults]


def _of_fallback(text: str, variables: Sequence[Variable], kind: Kind, signature: str) -> list[Wrong]:
    used = [variable for variable in variables if f"{{{variable.name}}}" in text]
    faults = [fault for fault in check(text, used, kind, signature=signature) if fault.code != "code_missing"]
    return [Wrong("fallback", fault.code, fault.values) for fault in faults]


def _text(place: str, text: str, variables: Sequence[Variable], kind: Kind, most: int) -> list[Wrong]:
    found = [Wrong(place, fault.code, fault.values) for fault in faults_in(text, variables, kind)]
    longest = lengths(text, variables)[1]
    if longest > most:
        found.append(Wrong(place, "too_long", {"characters": longest, "max": most, "over": longest - most}))
    return found


def _of_mms(mms: Mms, variables: Sequence[Variable], kind: Kind, media: Media) -> list[Wrong]:
    found = _text("subject", mms.subject, variables, kind, SUBJECT_MAX)
    if not mms.subject.strip():
        found.append(Wrong("subject", "subject_empty"))
    for number, frame in enumerate(mms.frames, 1):
        place = f"frame-{number}"
        found += _text(place, frame.text, variables, kind, FRAME_TEXT_MAX)
        if not frame.text.strip() and frame.medium is None:
            found.append(Wrong(place, "frame_empty"))
        if frame.medium is not None:
            found += _of_medium(place, media.get(frame.medium), mms=True)
    if not 1 <= len(mms.frames) <= FRAMES_MAX:
        found.append(Wrong("", "frames_number", {"max": FRAMES_MAX}))
    if mms.frames and not any(frame.text.strip() for frame in mms.frames):
        found.append(Wrong("frame-1", "mms_wordless"))
    weighs = size_bytes(mms, media, variables)
    if weighs > MMS_BYTES_MAX:
        found.append(Wrong("", "mms_too_large", {"kilobytes": -(-weighs // 1_000), "max": MMS_BYTES_MAX // 1_000}))
    return found


def _of_medium(place: str, medium: Medium | None, *, mms: bool) -> list[Wrong]:
    if medium is None:
        return [Wrong(place, "medium_gone")]
    fits = medium.facts.mime in MMS_MIMES if mms else medium.facts.kind in CARD_KINDS
    return [] if fits else [Wrong(place, "medium_not_here")]


def _of_rcs(rcs: Rcs, variables: Sequence[Variable], kind: Kind, media: Media) -> list[Wrong]:
    found = _text("text", rcs.text, variables, kind, RCS_TEXT_MAX)
    if not rcs.cards and not rcs.text.strip():
        found.append(Wrong("text", "body_empty"))
    if rcs.cards and rcs.text.strip():
        found.append(Wrong("text", "text_beside_cards"))
    if len(rcs.cards) > CARDS_MAX:
        found.append(Wrong("", "cards_number", {"min": CARDS_MIN, "max": CARDS_MAX}))
    for number, card in enumerate(rcs.cards, 1):
        found += _of_card(f"card-{number}", card, variables, kind, media)
    found += _of_suggestions("", rcs.suggestions, SUGGESTIONS_MAX)
    if sum(1 for _ in suggestions(rcs)) > SUGGESTIONS_MAX and len(rcs.cards) < CARDS_MIN:
        found.append(Wrong("", "suggestions_number", {"max": SUGGESTIONS_MAX}))
    return found


def _of_card(place: str, card: Card, variables: Sequence[Variable], kind: Kind, media: Media) -> list[Wrong]:
    found = _text(place, card.title, variables, kind, TITLE_MAX) + _text(
        place, card.text, variables, kind, CARD_TEXT_MAX
    )
    if not card.title.strip() and not card.text.strip():
        found.append(Wrong(place, "card_empty"))
    if card.medium is not None:
        found += _of_medium(place, media.get(card.medium), mms=False)
    return found + _of_suggestions(f"{place}-", card.suggestions, CARD_SUGGESTIONS_MAX)


def _of_suggestions(before: str, given: Sequence[Suggestion], most: int) -> list[Wrong]:
    found = [Wrong(f"{before}suggestion-{most}", "suggestions_number", {"max": most})] if len(given) > most else []
    for number, each in enumerate(given, 1):
        if code := _suggestion_code(each):
            found.append(Wrong(f"{before}suggestion-{number}", code, {"max": LABEL_MAX}))
    return found


def _suggestion_code(each: Suggestion) -> str:
    if not 1 <= len(each.label.strip()) <= LABEL_MAX:
        return "label_length"
    if any(mark in each.label + each.value for mark in "{}【】\x00"):
        return "suggestion_fixed"
    if each.act is Act.OPEN and (not _ADDRESS.fullmatch(each.value) or len(each.value) > VALUE_MAX):
        return "suggestion_address"
    if each.act is Act.DIAL and not _NUMBER.fullmatch(each.value):
        return "suggestion_number"
    return "suggestion_value" if len(each.value) > VALUE_MAX else ""
