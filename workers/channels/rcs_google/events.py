"""Pure: what the calls of RCS Business Messaging tell: receipts, replies, and the set-up of the webhook.

https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workers.channels.base import BadReceipt, Inbound, Receipt, Settings
from workers.channels.calls import items, malformed, same
from workers.channels.rcs_google.codes import EVENTS
from workers.channels.rcs_google.signing import signature


def verified(settings: Settings, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """What a call tells. The one that sets the webhook up has no data, only the token it must be answered with."""
    content = call(body)
    if "clientToken" in content:
        same(str(content["clientToken"]), settings.text("client_token"))
        return {}
    with malformed():
        data = base64.b64decode(content["message"]["data"], validate=True)
    same(headers.get("X-Goog-Signature", ""), signature(settings.text("client_token"), data))
    return items(data, 1)[0]


def call(body: bytes) -> dict[str, Any]:
    found = items(body, 1)
    if not found:
        raise BadReceipt("malformed")
    return found[0]


def receipts(event: Mapping[str, Any]) -> list[Receipt]:
    """Nothing for typing, set-up, or an answer of the person: no news of delivery."""
    word = str(event.get("eventType"))
    if word not in EVENTS:
        return []
    outcome, code = EVENTS[word]
    with malformed():
        return [Receipt(str(event["messageId"]), None, outcome, code, _sent_at(event), word)]


def replies(event: Mapping[str, Any], agent_id: str) -> list[Inbound]:
    """A text, a chosen reply with what stood behind it, the address of a file, a place. Tapping an action is none."""
    with malformed():
        chosen = event.get("suggestionResponse") or {}
        postback = str(chosen.get("postbackData") or "")
        text = event.get("text") or _file(event) or _place(event)
        if not text and chosen.get("type", "REPLY") == "REPLY":
            text = chosen.get("text") or postback
        if not text:
            return []
        number, ref = str(event["senderPhoneNumber"]), str(event.get("messageId") or "")
        return [Inbound(number, str(text), _sent_at(event), agent_id, ref, postback)]


def _file(event: Mapping[str, Any]) -> str:
    return str(((event.get("userFile") or {}).get("payload") or {}).get("fileUri") or "")


def _place(event: Mapping[str, Any]) -> str:
    place = event.get("location")
    return f"{place['latitude']},{place['longitude']}" if place else ""


def _sent_at(event: Mapping[str, Any]) -> datetime:
    """Nanoseconds are more than we read: what follows the seconds is left out."""
    text = str(event.get("sendTime") or "")
    return datetime.fromisoformat(text[:19] + "+00:00") if text else datetime.now(UTC)
