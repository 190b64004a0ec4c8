"""Twilio as a server: the Messages resource under Basic authorisation, and signed status calls, one a message."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from workers.channels.twilio.signing import signature
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.forms import Asked, Keys, Wanted, Wire, Wrong, message

FORM: Final = "application/x-www-form-urlencoded"
REFUSALS: Final = {
    "bad_number": (400, 21211),
    "bad_content": (400, 21617),
    "bad_extension": (400, 21606),
    "busy": (400, 21611),
    "too_fast": (429, 20429),
}
STATUSES: Final = {
    "DELIVRD": "delivered",
    "UNDELIV": "undelivered",
    "EXPIRED": "undelivered",
    "REJECTD": "failed",
    "ACCEPTD": "sent",
}
CAUSES: Final = {"101": "30003", "102": "30005", "201": "30004", "202": "30007", "301": "30036"}


def read(asked: Asked, keys: Keys) -> Wanted:
    expected = "Basic " + base64.b64encode(f"{keys.name}:{keys.secret}".encode()).decode()
    if not compare_digest(asked.headers.get("Authorization", "").encode(), expected.encode()):
        raise Wrong(401, {"code": 20003, "message": "Authenticate", "status": 401})
    given = asked.form()
    if f"/Accounts/{keys.name}/" not in asked.path:
        raise Wrong(404, {"code": 20404, "message": "not found", "status": 404})
    if not given.get("From") and not given.get("MessagingServiceSid"):
        raise Wrong(400, {"code": 21603, "message": "a sender is missing", "status": 400})
    callback = given.get("StatusCallback", "")
    found = message(given["To"], _text(given), callback.partition("?r=")[2] or None)
    files = [value for name, value in parse_qsl(asked.body.decode()) if name == "MediaUrl"]
    return Wanted([found | {"files": files} if files else found], callback=callback)


def _text(given: dict[str, str]) -> str:
    """What is read: the text, what fills the content template, or nothing beside the media."""
    filled = " ".join(str(value) for value in json.loads(given.get("ContentVariables", "{}")).values())
    text = given.get("Body") or filled
    if not text and "MediaUrl" not in given:
        raise Wrong(400, {"code": 21619, "message": "a text, media or a template is missing", "status": 400})
    return text or "-"


def answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    first = answers[0]
    if "id" in first:
        return 201, {"sid": "SM" + first["id"], "status": "queued", "error_code": None}
    status, code = REFUSALS.get(first["code"], (400, 21611))
    return status, {"code": code, "message": first["code"], "status": status}


def letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    receipt = receipts[0]
    fields = {
        "MessageSid": "SM" + receipt.shown["id"],
        "MessageStatus": STATUSES[receipt.shown["status"]],
        "To": receipt.number,
    }
    if receipt.shown["code"] in CAUSES:
        fields["ErrorCode"] = CAUSES[receipt.shown["code"]]
    signed = signature(keys.secret, receipt.url, {name: [value] for name, value in fields.items()})
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signed}
    return Letter(receipt.url, headers, urlencode(fields).encode())


WIRE: Final = Wire("/2010-04-01/Accounts/{sid}/Messages.json", read, answer, letter)
