"""Pure: what adapters share in reading MMS and RCS: the media a message names, and where carriers fetch them.

All of it raises a SendError that says the message did not leave and another channel may take it.
"""

from __future__ import annotations

from typing import Final

from tenants.message_templates.rich import Card, Medium, Mms, Rcs
from workers.channels.base import Code, Field, Misconfigured, Outgoing, RequestRefused, Settings

MEDIA_URL: Final = Field(
    "media_url",
    "url",
    "Public address of media",
    required=False,
    public=True,
    help="Goes before addresses that begin with a slash",
)


def mms(message: Outgoing) -> Mms | None:
    """The frames of a message; None for one that is a text."""
    if isinstance(message.rich, Rcs):
        raise _unfit("an RCS message cannot leave through this channel")
    return message.rich


def rcs(message: Outgoing) -> Rcs | None:
    """The cards of a message; None for one that is a text."""
    if isinstance(message.rich, Mms):
        raise _unfit("an MMS cannot leave through this channel")
    if message.rich and message.rich.text and message.rich.cards:
        raise RequestRefused(Code.CONTENT, "a text beside cards", retryable=True)
    return message.rich


def medium(message: Outgoing, wanted: int) -> Medium:
    """The medium a frame or a card names."""
    found = next((each for each in message.media if each.id == wanted), None)
    if found is None:
        raise RequestRefused(Code.CONTENT, "a medium of the message is missing", retryable=True)
    return found


def address(settings: Settings, found: Medium) -> str:
    """Where a carrier fetches a medium."""
    url = settings.text(MEDIA_URL.name).rstrip("/") + found.url if found.url.startswith("/") else found.url
    if not url.startswith(("https://", "http://")):
        raise Misconfigured("a medium has no public address")
    return url


def card_medium(message: Outgoing, card: Card) -> Medium | None:
    return None if card.medium is None else medium(message, card.medium)


def _unfit(reason: str) -> RequestRefused:
    return RequestRefused(Code.CONFIG, reason, retryable=True)
