"""Pure: what chatbots say, as GSMA RCC.07 writes it: texts, cards and carousels with suggestions; what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tenants.message_templates.rich import Act, Card, Height, Suggestion
from workers.channels import rich
from workers.channels.base import Outgoing, Settings
from workers.channels.maap.kinds import CHOSEN, MESSAGE, SUGGESTIONS, TEXT

Content = tuple[str, Any]  # its type, and a text or what stands in JSON


def contents(settings: Settings, message: Outgoing) -> list[Content]:
    """A message, and beside it its suggestions; a SendError when it cannot be said."""
    found = rich.rcs(message)
    if found is None:
        return [(TEXT, message.text)]
    cards = [_card(settings, message, card, found.height) for card in found.cards]
    said: Content = (TEXT, found.text)
    if len(cards) == 1:
        layout = {"cardOrientation": found.orientation.upper()}
        said = (MESSAGE, {"message": {"generalPurposeCard": {"layout": layout, "content": cards[0]}}})
    elif cards:
        layout = {"cardWidth": "MEDIUM_WIDTH"}
        said = (MESSAGE, {"message": {"generalPurposeCardCarousel": {"layout": layout, "content": cards}}})
    beside = [(SUGGESTIONS, {"suggestions": _suggested(found.suggestions)})] if found.suggestions else []
    return [said, *beside]


def _card(settings: Settings, message: Outgoing, card: Card, height: Height) -> dict[str, Any]:
    said: dict[str, Any] = {}
    medium = rich.card_medium(message, card)
    if medium is not None:
        said["media"] = {
            "mediaUrl": rich.address(settings, medium),
            "mediaContentType": medium.mime,
            "mediaFileSize": len(medium.content),
            "height": f"{height.upper()}_HEIGHT",
        }
    if card.title:
        said["title"] = card.title
    if card.text:
        said["description"] = card.text
    return said | ({"suggestions": _suggested(card.suggestions)} if card.suggestions else {})


def _suggested(suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    return [_suggestion(each) for each in suggestions]


def _suggestion(each: Suggestion) -> dict[str, Any]:
    said: dict[str, Any] = {"displayText": each.label, "postback": {"data": each.value}}
    if each.act is Act.REPLY:
        return {"reply": said}
    if each.act is Act.OPEN:
        return {"action": {"urlAction": {"openUrl": {"url": each.value}}} | said}
    return {"action": {"dialerAction": {"dialPhoneNumber": {"phoneNumber": each.value}}} | said}


def answered(kind: str, content: Any) -> tuple[str, str]:
    """What a person said, and what stood behind it; nothing for an action tapped or a report of the phone."""
    kind = kind.partition(";")[0].strip().lower()
    if kind == TEXT:
        return str(content), ""
    if kind != CHOSEN:
        return "", ""
    found = json.loads(content) if isinstance(content, str) else content
    reply: Mapping[str, Any] = found["response"].get("reply") or {}
    postback = str((reply.get("postback") or {}).get("data") or "")
    return str(reply.get("displayText") or postback), postback
