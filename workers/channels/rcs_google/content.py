"""Pure: a message as RCS Business Messaging writes it: a text, one card or a carousel, with suggestions.

https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages
"""

from __future__ import annotations

from typing import Any, Final

from tenants.message_templates.rich import Act, Card, Height, Orientation, Suggestion
from workers.channels import rich
from workers.channels.base import Outgoing, Settings

ACTIONS: Final[dict[Act, tuple[str, str]]] = {
    Act.OPEN: ("openUrlAction", "url"),
    Act.DIAL: ("dialAction", "phoneNumber"),
}


def content(settings: Settings, message: Outgoing) -> dict[str, Any]:
    """The `contentMessage`; a SendError when this message cannot be one."""
    found = rich.rcs(message)
    if found is None:
        return {"text": message.text}
    cards = [_card(settings, message, card, found.height) for card in found.cards]
    said: dict[str, Any] = {"text": found.text}
    if len(cards) == 1:
        said = {"richCard": {"standaloneCard": {**_standing(found.orientation), "cardContent": cards[0]}}}
    elif cards:
        said = {"richCard": {"carouselCard": {"cardWidth": "MEDIUM", "cardContents": cards}}}
    return said | _suggested(found.suggestions)


def _standing(orientation: Orientation) -> dict[str, str]:
    beside = {"thumbnailImageAlignment": "LEFT"} if orientation is Orientation.HORIZONTAL else {}
    return {"cardOrientation": orientation.upper(), **beside}


def _card(settings: Settings, message: Outgoing, card: Card, height: Height) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if card.title:
        said["title"] = card.title
    if card.text:
        said["description"] = card.text
    medium = rich.card_medium(message, card)
    if medium is not None:
        info = {"fileUrl": rich.address(settings, medium), "forceRefresh": False}
        said["media"] = {"height": height.upper(), "contentInfo": info}
    return said | _suggested(card.suggestions)


def _suggested(suggestions: tuple[Suggestion, ...]) -> dict[str, Any]:
    return {"suggestions": [_suggestion(each) for each in suggestions]} if suggestions else {}


def _suggestion(each: Suggestion) -> dict[str, Any]:
    said: dict[str, Any] = {"text": each.label, "postbackData": each.value}
    if each.act is Act.REPLY:
        return {"reply": said}
    action, name = ACTIONS[each.act]
    return {"action": said | {action: {name: each.value}}}
