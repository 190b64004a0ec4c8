"""Pure: what the platforms' calls tell, in JSON or in XML: states of messages, and what people answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from workers.channels.base import BadReceipt, Inbound, Receipt
from workers.channels.calls import ITEMS_MAX, items, malformed
from workers.channels.maap.cards import answered
from workers.channels.maap.codes import SILENT, STATES
from workers.channels.maap.envelopes import anywhere, every
from workers.channels.mainland import BEIJING, e164
from workers.protocols.errors import RemoteProtocolError
from workers.protocols.markup import Element, read

INFO: Final = ("address", "messageId", "deliveryStatus", "status", "description", "text", "dateTime", "errorCode")
SAID: Final = ("senderAddress", "destinationAddress", "messageId", "dateTime", "contentType", "bodyText")
XML_STATES: Final = ("deliveryInfo", "messageStatusNotification")


def opened(body: bytes) -> dict[str, Any]:
    """A call as JSON would tell it."""
    if not body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = items(body, 1)
        if not found:
            raise BadReceipt("malformed")
        return found[0]
    try:
        root = read(body)
    except RemoteProtocolError as error:
        raise BadReceipt("malformed") from error
    infos = [_fields(each, INFO) for each in every(root) if each.name in XML_STATES]
    if infos:
        return {"deliveryInfoList": infos}
    said = _fields(root, SAID)
    text = said.pop("bodyText", "")
    return said | {"messageList": [{"contentType": said.get("contentType", "text/plain"), "contentText": text}]}


def _fields(holder: Element, names: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name in names if (text := anywhere(holder, name))}


def receipts(call: Mapping[str, Any]) -> list[Receipt]:
    """Nothing for a call that brings an answer."""
    if "messageList" in call:
        return []
    with malformed():
        found = call.get("deliveryInfoList") or call.get("deliveryInfo") or call
        infos = found if isinstance(found, list) else [found]
        if len(infos) > ITEMS_MAX:
            raise BadReceipt("too_many")
        read_all = [_receipt(each, call) for each in infos]
    return [each for each in read_all if each is not None]


def _receipt(info: Mapping[str, Any], call: Mapping[str, Any]) -> Receipt | None:
    word = str(info.get("deliveryStatus") or info["status"])
    if word.lower() in SILENT:
        return None
    outcome, code = STATES[word.lower()]
    message_id = str(info["messageId"])
    if not message_id:
        raise ValueError("a state of no message")
    carrier_code = str(info.get("description") or info.get("errorCode") or word)
    return Receipt(
        message_id, message_id, outcome, code, _at(info.get("dateTime") or call.get("dateTime")), carrier_code
    )


def replies(call: Mapping[str, Any]) -> list[Inbound]:
    if "messageList" not in call:
        return []
    with malformed():
        said = [answered(str(each["contentType"]), each["contentText"]) for each in call["messageList"][:ITEMS_MAX]]
        text = "\n".join(text for text, _ in said if text)
        postback = next((behind for _, behind in said if behind), "")
        if not text:
            return []
        number, to = _plain(str(call["senderAddress"])), call.get("destinationAddress") or ""
        to = to[0] if isinstance(to, list) else to
        ref = str(call.get("messageId") or "")
        return [Inbound(e164(number), text, _at(call.get("dateTime")), _plain(str(to)), ref, postback)]


def _plain(uri: str) -> str:
    """`tel:+86…` or `sip:name@host;user=phone` without what is around it."""
    return uri.removeprefix("tel:").removeprefix("sip:").partition(";")[0].partition("@")[0]


def _at(text: object) -> datetime:
    if not text:
        return datetime.now(UTC)
    found = datetime.fromisoformat(str(text))
    return (found if found.tzinfo else found.replace(tzinfo=BEIJING)).astimezone(UTC)
