"""The providers of the generic channel's presets as servers: Huawei, Vonage, Sinch, Infobip."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlencode

from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.forms import Asked, Keys, Wanted, Wire, Wrong, message

TOKEN: Final = re.compile(
    r'UsernameToken Username="(?P<name>[^"]+)",PasswordDigest="(?P<digest>[^"]+)",'
    r'Nonce="(?P<nonce>[^"]+)",Created="(?P<created>[^"]+)"'
)
VONAGE_REFUSALS: Final = {"bad_number": "6", "bad_content": "12", "busy": "10", "too_fast": "1"}
INFOBIP_REFUSALS: Final = {
    "bad_number": "REJECTED_DESTINATION",
    "bad_content": "REJECTED_CONTENT",
    "busy": "REJECTED_SYSTEM_ERROR",
    "too_fast": "REJECTED_SYSTEM_ERROR",
}
WORDS: Final = {  # the carrier's word → Vonage's, Sinch's, Infobip's
    "DELIVRD": ("delivered", "Delivered", "DELIVERED"),
    "UNDELIV": ("failed", "Failed", "UNDELIVERABLE"),
    "EXPIRED": ("expired", "Expired", "EXPIRED"),
    "REJECTD": ("rejected", "Rejected", "REJECTED"),
    "ACCEPTD": ("accepted", "Dispatched", "PENDING"),
}


def same(given: str, expected: str, status: int, content: dict[str, Any]) -> None:
    if not compare_digest(given.encode(), expected.encode()):
        raise Wrong(status, content)


def huawei_read(asked: Asked, keys: Keys) -> Wanted:
    shown = TOKEN.fullmatch(asked.headers.get("X-WSSE", ""))
    if shown is None or shown["name"] != keys.name:
        raise Wrong(401, {"code": "E000101", "description": "authentication failed"})
    digest = sha256(f"{shown['nonce']}{shown['created']}{keys.secret}".encode()).hexdigest()
    expected = base64.b64encode(digest.encode()).decode()
    same(shown["digest"], expected, 401, {"code": "E000103", "description": "the digest is wrong"})
    given = asked.form()
    text = f"【{given['signature']}】" + " ".join(json.loads(given["templateParas"]))
    return Wanted([message(given["to"], text, given.get("extend"))], callback=given.get("statusCallback", ""))


def huawei_answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    first = answers[0]
    status = "000000" if "id" in first else {"bad_number": "E200041"}.get(first["code"], "E200015")
    code = "000000" if "id" in first else "E000510"
    result = {"originTo": wanted.messages[0]["to"], "smsMsgId": first.get("id", ""), "status": status}
    return 200, {"code": code, "description": "", "result": [result]}


def huawei_letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    shown = receipts[0].shown
    fields = {"smsMsgId": shown["id"], "status": shown["status"], "updateTime": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if "reference" in shown:
        fields["extend"] = shown["reference"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Letter(receipts[0].url, headers, urlencode(fields).encode())


def vonage_read(asked: Asked, keys: Keys) -> Wanted:
    given = asked.form()
    refusal = {"message-count": "1", "messages": [{"status": "4", "error-text": "Bad Credentials"}]}
    same(f"{given.get('api_key')}:{given.get('api_secret')}", f"{keys.name}:{keys.secret}", 200, refusal)
    found = message("+" + given["to"], given["text"], given.get("client-ref"))
    return Wanted([found], callback=given.get("callback", ""))


def vonage_answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    first = answers[0]
    told = {"message-id": first["id"], "status": "0"} if "id" in first else {"status": _refusal(first)}
    return 200, {"message-count": "1", "messages": [told]}


def _refusal(answer: dict[str, Any]) -> str:
    return VONAGE_REFUSALS.get(answer["code"], "10")


def vonage_letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    shown = receipts[0].shown
    return _json(
        receipts[0].url,
        {
            "msisdn": receipts[0].number.removeprefix("+"),
            "messageId": shown["id"],
            "status": WORDS[shown["status"]][0],
            "err-code": "0" if shown["code"] == "000" else "3",
            "client-ref": shown.get("reference"),
            "message-timestamp": at.strftime("%Y-%m-%d %H:%M:%S +0000"),
        },
    )


def sinch_read(asked: Asked, keys: Keys) -> Wanted:
    same(asked.headers.get("Authorization", ""), f"Bearer {keys.secret}", 401, {"code": "unauthorized", "text": "…"})
    given = json.loads(asked.body)
    found = [message(number, given["body"], given.get("client_reference")) for number in given["to"]]
    return Wanted(found, together=True, callback=given.get("callback_url", ""))


def sinch_answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    first = answers[0]
    if "id" in first:
        return 201, {"id": first["id"], "to": [one["to"].removeprefix("+") for one in wanted.messages]}
    if first["code"] == "too_fast":
        return 429, {}
    return 400, {"code": "syntax_invalid_parameter_format", "text": first["code"]}


def sinch_letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    shown = receipts[0].shown
    return _json(
        receipts[0].url,
        {
            "type": "recipient_delivery_report_sms",
            "batch_id": shown["id"],
            "recipient": receipts[0].number.removeprefix("+"),
            "code": 0 if shown["code"] == "000" else 404,
            "status": WORDS[shown["status"]][1],
            "at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "client_reference": shown.get("reference"),
        },
    )


def infobip_read(asked: Asked, keys: Keys) -> Wanted:
    refusal = {"requestError": {"serviceException": {"messageId": "UNAUTHORIZED", "text": "Invalid login details"}}}
    same(asked.headers.get("Authorization", ""), f"App {keys.secret}", 401, refusal)
    given = json.loads(asked.body)["messages"]
    found = [message("+" + each["destinations"][0]["to"], each["text"], each.get("callbackData")) for each in given]
    return Wanted(found, callback=given[0].get("notifyUrl", ""))


def infobip_answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    told = []
    for answer, asked in zip(answers, wanted.messages, strict=True):
        status = {"groupName": "PENDING", "name": "PENDING_ACCEPTED"}
        if "id" not in answer:
            status = {"groupName": "REJECTED", "name": INFOBIP_REFUSALS.get(answer["code"], "REJECTED_SYSTEM_ERROR")}
        told.append({"to": asked["to"].removeprefix("+"), "messageId": answer.get("id", "none"), "status": status})
    return 200, {"messages": told}


def infobip_letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    results = [
        {
            "messageId": receipt.shown["id"],
            "doneAt": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "callbackData": receipt.shown.get("reference"),
            "status": {"groupName": WORDS[receipt.shown["status"]][2]},
            "error": {"name": "NO_ERROR" if receipt.shown["code"] == "000" else "EC_ABSENT_SUBSCRIBER"},
        }
        for receipt in receipts
    ]
    return _json(receipts[0].url, {"results": results})


def _json(url: str, content: dict[str, Any]) -> Letter:
    return Letter(url, {"Content-Type": "application/json"}, json.dumps(content).encode())


WIRES: Final = {
    "huawei": Wire("/sms/batchSendSms/v1", huawei_read, huawei_answer, huawei_letter),
    "vonage": Wire("/sms/json", vonage_read, vonage_answer, vonage_letter),
    "sinch": Wire("/xms/v1/{plan}/batches", sinch_read, sinch_answer, sinch_letter),
    "infobip": Wire("/sms/2/text/advanced", infobip_read, infobip_answer, infobip_letter, call_receipts_max=100),
}
