"""Pure: the form of China Telecom and China Unicom: JSON under an access token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from workers.channels.base import Outgoing, Settings
from workers.channels.maap.cards import contents

REPORTS: Final = ("sent", "delivered", "displayed", "failed", "deliveredToNetwork")
CAPABILITY: Final = {"capabilityId": "ChatbotSA", "version": '+g.gsma.rcs.botversion="#=1"'}


def address(settings: Settings, call: str) -> str:
    return f"{settings.text('url').rstrip('/')}/bot/v1/{quote(settings.text('chatbot'), safe='')}/{call}"


def token_request(settings: Settings) -> dict[str, str]:
    return {"appId": settings.text("app_id"), "appKey": settings.text("app_key")}


def request(settings: Settings, message: Outgoing, conversation: str) -> dict[str, Any]:
    """One message. Its id is our reference, which comes back in every report."""
    asked: dict[str, Any] = {
        "messageId": message.reference,
        "messageList": [{"contentType": kind, "contentText": said} for kind, said in contents(settings, message)],
        "destinationAddress": [f"tel:{message.number}"],
        "senderAddress": settings.text("chatbot"),
        "conversationId": conversation,
        "contributionId": conversation,
        "reportRequest": list(REPORTS),
        "serviceCapability": [CAPABILITY],
        "storeSupported": True,
        "smsSupported": False,
    }
    text = fallback(settings, message)
    return asked | ({"smsSupported": True, "smsContent": text} if text else {})


def fallback(settings: Settings, message: Outgoing) -> str:
    """The SMS the carrier sends where the message does not arrive, when that is left to it."""
    shown = getattr(message.rich, "fallback", "") if message.rich else message.text
    return str(shown) if settings.text("fallback") == "carrier" else ""


def revocation(number: str, message_id: str) -> dict[str, Any]:
    return {"messageId": message_id, "destinationAddress": [f"tel:{number}"], "status": "RevokeRequested"}


def code(answer: Mapping[str, Any]) -> str:
    """The code of an answer, wherever this platform puts it."""
    fault = answer.get("requestError")
    inner = next((each for each in fault.values() if isinstance(each, dict)), {}) if isinstance(fault, dict) else {}
    found = inner.get("messageId", answer.get("errorCode", answer.get("code")))
    return "" if found is None else str(found)


def written(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
