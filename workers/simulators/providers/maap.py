"""A platform of 5G messages as a server: JSON under an access token, XML under a digest of the date; and its calls."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import datetime
from typing import Any, Final

from workers.channels.maap.kinds import CHOSEN, MESSAGE, TEXT
from workers.channels.maap.signing import authorization
from workers.protocols.errors import ProtocolError
from workers.protocols.markup import Element, said, written
from workers.protocols.markup import read as read_markup
from workers.protocols.mm7.mime import split
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.forms import Asked, Keys, Said, Told, Wanted, Wire, Wrong, message

CHATBOT: Final = "/bot/v1/{chatbot}"
JSON: Final = "json"
XML: Final = "xml"
LIFE_S: Final = 7_200
REFUSALS: Final = {
    "bad_number": (400, "SVC0004"),
    "bad_content": (400, "SVC0002"),
    "bad_extension": (400, "SVC0002"),
    "busy": (429, "SVC1000"),
    "too_fast": (429, "SVC1000"),
}
STATES: Final = {
    "DELIVRD": "delivered",
    "UNDELIV": "failed",
    "EXPIRED": "failed",
    "REJECTD": "failed",
    "ACCEPTD": "sent",
}


def token_of(keys: Keys) -> str:
    return hmac.new(keys.secret.encode(), keys.name.encode(), "sha256").hexdigest()


def read(asked: Asked, keys: Keys) -> Wanted:
    if not asked.path.startswith("/bot/"):
        return _in_xml(asked, keys)
    given = json.loads(asked.body)
    if asked.path.endswith("/accessToken"):
        if not hmac.compare_digest(
            f"{given['appId']} {given['appKey']}".encode(), f"{keys.name} {keys.secret}".encode()
        ):
            raise Wrong(200, {"errorCode": 40001, "errorMessage": "appId or appKey is wrong"})
        raise Told(200, {"accessToken": token_of(keys), "expires": LIFE_S, "errorCode": 0, "errorMessage": ""})
    shown = asked.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode(), f"accessToken {token_of(keys)}".encode()) or "Date" not in asked.headers:
        raise Wrong(401, _fault("POL0001"))
    if asked.path.endswith("/revoke"):
        raise Told(200, {"errorCode": 0, "errorMessage": ""})
    text, files = _shown([(each["contentType"], each["contentText"]) for each in given["messageList"]])
    numbers = [number.removeprefix("tel:") for number in given["destinationAddress"]]
    return Wanted([message(number, text, given["messageId"]) | {"files": files} for number in numbers], about=JSON)


def _in_xml(asked: Asked, keys: Keys) -> Wanted:
    expected = authorization(keys.name, keys.secret, asked.headers.get("Date", ""))
    if not hmac.compare_digest(asked.headers.get("Authorization", "").encode(), expected.encode()):
        raise Wrong(401, _in_words("POL0001"))
    try:
        root = read_markup(asked.body)
        told = root.find("outboundIMMessage") or Element("none")
        kind, body = told.said("contentType"), told.said("bodyText")
        parts = (
            [(part.kind, part.text) for part in split(body.encode())]
            if kind.startswith("multipart")
            else [(kind, body)]
        )
    except ProtocolError as error:
        raise Wrong(400, _in_words("SVC0002")) from error
    text, files = _shown([(kind, json.loads(each) if kind != TEXT else each) for kind, each in parts])
    number = root.said("destinationAddress").removeprefix("tel:")
    # Without a reference: this platform names messages by its own ids alone.
    return Wanted([message(number, text, None) | {"files": files}], about=XML)


def _shown(contents: list[tuple[str, Any]]) -> tuple[str, list[str]]:
    """What a person reads, and what the cards show."""
    lines, files = list[str](), list[str]()
    for kind, content in contents:
        if kind == TEXT:
            lines.append(content)
        elif kind == MESSAGE:
            found = next(iter(content["message"].values()))["content"]
            for card in found if isinstance(found, list) else [found]:
                lines += [card[name] for name in ("title", "description") if name in card]
                files += [f"{card['media']['mediaContentType']} {card['media']['mediaUrl']}"] if "media" in card else []
    return "\n".join(lines) or "-", files


def answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any] | str]:
    first = answers[0]
    if "id" not in first:
        status, code = REFUSALS.get(first["code"], (500, "SVC0001"))
        return status, _fault(code) if wanted.about == JSON else _in_words(code)
    if wanted.about == XML:
        return 200, written("response", written("code", "00000") + written("messageId", said(first["id"])))
    return 200, {"messageId": wanted.messages[0]["reference"], "errorCode": 0, "errorMessage": ""}


def _fault(code: str) -> dict[str, Any]:
    return {"requestError": {"serviceException": {"messageId": code, "text": code}}}


def _in_words(code: str) -> str:
    return written("requestError", written("serviceException", written("messageId", code)))


def letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    infos = [
        {
            "messageId": receipt.shown.get("reference") or receipt.shown["id"],
            "senderAddress": f"tel:{receipt.number}",
            "status": STATES[receipt.shown["status"]],
            "errorCode": "0" if receipt.shown["code"] == "000" else receipt.shown["code"],
            "dateTime": at.isoformat(timespec="seconds"),
        }
        for receipt in receipts
    ]
    return _json(receipts[0].url, {"deliveryInfoList": infos})


def reply(said: Said, url: str, keys: Keys) -> Letter:
    answered = {"response": {"reply": {"displayText": said.text, "postback": {"data": said.postback}}}}
    kind, content = (CHOSEN, answered) if said.postback else (TEXT, said.text)
    return _json(
        url,
        {
            "messageId": secrets.token_hex(16),
            "senderAddress": f"tel:{said.number}",
            "destinationAddress": [said.to],
            "messageList": [{"contentType": kind, "contentText": content}],
        },
    )


def _json(url: str, content: dict[str, Any]) -> Letter:
    return Letter(url, {"Content-Type": "application/json"}, json.dumps(content, ensure_ascii=False).encode())


WIRE: Final = Wire(
    f"{CHATBOT}/messages",
    read,
    answer,
    letter,
    call_receipts_max=100,
    also=(f"{CHATBOT}/accessToken", f"{CHATBOT}/revoke", "/messaging/{traffic}/v1/outbound/{chatbot}/requests"),
    reply=reply,
)
