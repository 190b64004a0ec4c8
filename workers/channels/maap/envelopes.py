"""Pure: the form of China Mobile: XML of OMA's network interface, under a password digested with the date.

https://www.openmobilealliance.org/release/REST_NetAPI_Messaging/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from workers.channels.base import Outgoing, Settings
from workers.channels.maap.cards import contents
from workers.channels.maap.plain import CAPABILITY, fallback
from workers.protocols.markup import Element, said, written
from workers.protocols.mm7.mime import Part, joined

NAMESPACE: Final = "urn:oma:xml:rest:netapi:messaging:1"
REPORTS: Final = ("Delivered", "Failed", "Interworking")
BOUNDARY: Final = "next-7f2c9e51b04d"


def address(settings: Settings) -> str:
    root, chatbot = settings.text("url").rstrip("/"), quote(settings.text("chatbot"), safe="")
    return f"{root}/messaging/{settings.text('traffic')}/v1/outbound/{chatbot}/requests"


def request(settings: Settings, message: Outgoing, conversation: str) -> bytes:
    kind, body = _body(settings, message)
    text = fallback(settings, message)
    inner = [
        ("contentType", kind),
        ("conversationID", conversation),
        ("contributionID", conversation),
        *(("reportRequest", each) for each in REPORTS),
        ("storeSupported", "true"),
        ("shortMessageSupported", "true" if text else "false"),
        *([("smsBodyText", text)] if text else []),
    ]
    able = "".join(written(name, said(value)) for name, value in CAPABILITY.items())
    told = "".join(written(name, said(value)) for name, value in inner)
    told += written("serviceCapability", able) + written("bodyText", said(body))
    number, chatbot = f"tel:{message.number}", settings.text("chatbot")
    whole = [
        written("address", said(number)),
        written("destinationAddress", said(number)),
        written("senderAddress", said(chatbot)),
        written("outboundIMMessage", told),
        written("clientCorrelator", said(message.reference)),
    ]
    root = written("msg:outboundMessageRequest", "".join(whole), {"xmlns:msg": NAMESPACE})
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + root).encode()


def _body(settings: Settings, message: Outgoing) -> tuple[str, str]:
    """One content as it is; a message with its suggestions as parts of one body."""
    found = [
        (kind, each if isinstance(each, str) else json.dumps(each, ensure_ascii=False))
        for kind, each in contents(settings, message)
    ]
    if len(found) == 1:
        return found[0]
    parts = [Part(kind, each.encode()) for kind, each in found]
    return f'multipart/mixed; boundary="{BOUNDARY}"', joined(parts, BOUNDARY, "8bit").decode()


def anywhere(root: Element, name: str) -> str:
    """The first text under a name, however deep: platforms wrap their answers differently."""
    return next((each.text for each in every(root) if each.name == name and each.text), "")


def every(root: Element) -> Iterator[Element]:
    yield root
    for child in root.children:
        yield from every(child)


def answer(root: Element) -> tuple[str, str]:
    """The code and the message's id of an answer; a resource that was made is a success."""
    resource = anywhere(root, "resourceURL")
    code = anywhere(root, "code") or ("00000" if resource else anywhere(root, "messageId"))
    ref = anywhere(root, "messageId") if code in ("0", "00000") else ""
    return code, ref or resource.removesuffix("/status").rpartition("/")[2]
