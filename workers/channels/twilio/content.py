"""Pure: what a message says in Twilio's terms: a text with media, or a content template with its variables.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
https://www.twilio.com/docs/content

Cards with suggestions and carousels are content templates there, made beforehand; one card is a text with a picture.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from tenants.message_templates.rich import Mms, Rcs
from workers.channels import rich
from workers.channels.base import Code, Outgoing, RequestRefused, Settings

MEDIA_MAX: Final = 10
SID: Final = "HX"

Fields = list[tuple[str, str]]


def content(settings: Settings, message: Outgoing) -> Fields:
    """The fields of the request that hold the message; a SendError when it cannot be said."""
    if message.template.startswith(SID):  # any other is another provider's
        return _template(message.template, dict(message.values))
    text, media = _said(message)
    if settings.text("template") and not media:
        return _template(settings.text("template"), {settings.text("variable"): text})
    if len(media) > MEDIA_MAX:
        raise RequestRefused(Code.CONTENT, f"more than {MEDIA_MAX} media", retryable=True)
    addresses = [rich.address(settings, rich.medium(message, each)) for each in media]
    return [*([("Body", text)] if text else []), *(("MediaUrl", each) for each in addresses)]


def _template(sid: str, values: dict[str, str]) -> Fields:
    return [("ContentSid", sid), ("ContentVariables", json.dumps(values, ensure_ascii=False))]


def _said(message: Outgoing) -> tuple[str, list[int]]:
    """The text, and the media that go with it, each once."""
    found = message.rich
    if isinstance(found, Mms):
        texts = [found.subject, *(frame.text for frame in found.frames)]
        return _lines(texts), _once([frame.medium for frame in found.frames])
    if isinstance(found, Rcs):
        if len(found.cards) > 1 or found.suggestions or any(card.suggestions for card in found.cards):
            raise RequestRefused(Code.TEMPLATE, "suggestions and carousels need a content template", retryable=True)
        texts = [found.text, *(line for card in found.cards for line in (card.title, card.text))]
        return _lines(texts), _once([card.medium for card in found.cards])
    return message.text, []


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(text for text in texts if text)


def _once(media: Sequence[int | None]) -> list[int]:
    return list(dict.fromkeys(each for each in media if each is not None))
