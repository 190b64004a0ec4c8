"""Alibaba Cloud SMS as a server: SendSms and SendBatchSms under either signature, SmsReport calls."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from workers.channels.aliyun import signing
from workers.channels.mainland import e164, local
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.forms import Asked, Keys, Wanted, Wire, Wrong, as_template, beijing, message

REFUSALS: Final = {
    "bad_number": "isv.MOBILE_NUMBER_ILLEGAL",
    "bad_content": "isv.SMS_CONTENT_ILLEGAL",
    "bad_template": "isv.SMS_TEMPLATE_ILLEGAL",
    "bad_values": "isv.TEMPLATE_MISSING_PARAMETERS",
    "bad_extension": "isv.EXTEND_CODE_ERROR",
    "busy": "isp.SYSTEM_ERROR",
    "too_fast": "Throttling.User",
}
CAUSES: Final = {
    "101": "MOBILE_NOT_ON_SERVICE",
    "201": "MOBILE_IN_BLACK",
    "202": "CONTENT_KEYWORD",
    "301": "EXPIRED",
}


def read(asked: Asked, keys: Keys) -> Wanted:
    headers = {name.lower(): value for name, value in asked.headers.items()}
    given = asked.form()
    if "authorization" in headers:
        action = _signed_now(asked, headers, keys)
    else:
        action = _signed_once(given, keys)
    if action == "SendSms":
        numbers = given["PhoneNumbers"].split(",")
        values, extension = json.loads(given["TemplateParam"]), given.get("SmsUpExtendCode")
        rows = [(number, given["SignName"], values, given.get("OutId"), extension) for number in numbers]
    elif action == "SendBatchSms":
        columns = (json.loads(given[name]) for name in ("PhoneNumberJson", "SignNameJson", "TemplateParamJson"))
        found = list(zip(*columns, strict=True))
        extensions = json.loads(given.get("SmsUpExtendCodeJson", "null")) or [""] * len(found)
        rows = [(*each, None, extension) for each, extension in zip(found, extensions, strict=True)]
    else:
        raise _wrong(404, "InvalidAction.NotFound")
    return Wanted([_message(given["TemplateCode"], keys, *row) for row in rows], together=True)


def _message(
    code: str, keys: Keys, number: str, signature: str, values: dict[str, str], *own: str | None
) -> dict[str, Any]:
    """One that wants a value for each variable; more than the template has are not looked at. Of a template nothing
    arrives here but its variables. `own`: reference and extension."""
    text = f"【{signature}】" + " ".join(map(str, values.values()))
    fault = keys.fault(code, lambda variables: all(values.get(name) for name in variables))
    return as_template(message(e164(number), text, *own), code, values, fault)


def _signed_now(asked: Asked, headers: dict[str, str], keys: Keys) -> str:
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    covered = {name: asked.host if name == "host" else headers[name] for name in names.split(";")}
    needed = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
    names, signature = signing.acs3("POST", "", covered, asked.body, keys.secret)
    expected = f"{signing.ALGORITHM} Credential={keys.name},SignedHeaders={names},Signature={signature}"
    if not needed <= covered.keys() or covered["x-acs-content-sha256"] != sha256(asked.body).hexdigest():
        raise _wrong(400, "IncompleteSignature")
    if not compare_digest(expected.encode(), headers["authorization"].encode()):
        raise _wrong(400, "SignatureDoesNotMatch")
    return covered["x-acs-action"]


def _signed_once(given: dict[str, str], keys: Keys) -> str:
    shown = given.pop("Signature", "")
    expected = signing.v1("POST", given, keys.secret)
    if given.get("AccessKeyId") != keys.name or not compare_digest(shown.encode(), expected.encode()):
        raise _wrong(400, "SignatureDoesNotMatch")
    return given["Action"]


def _wrong(status: int, code: str) -> Wrong:
    return Wrong(status, {"Code": code, "Message": code, "RequestId": "simulated"})


def answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    first = answers[0]
    if "id" in first:
        return 200, {"Code": "OK", "Message": "OK", "BizId": first["id"], "RequestId": "simulated"}
    code = REFUSALS.get(first["code"], "isp.SYSTEM_ERROR")
    status = 400 if code.startswith("Throttling") else 200
    return status, {"Code": code, "Message": first["code"], "RequestId": "simulated"}


def letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    items = [
        {
            "phone_number": local(receipt.number),
            "send_time": beijing(at),
            "report_time": beijing(at),
            "success": receipt.shown["status"] == "DELIVRD",
            "err_code": _err_code(receipt),
            "err_msg": "",
            "sms_size": "1",
            "biz_id": receipt.shown["id"],
            "out_id": receipt.shown.get("reference", ""),
        }
        for receipt in receipts
    ]
    return Letter(receipts[0].url, {"Content-Type": "application/json"}, json.dumps(items).encode())


def _err_code(receipt: Waiting) -> str:
    status = str(receipt.shown["status"])
    return "DELIVERED" if status == "DELIVRD" else CAUSES.get(receipt.shown["code"], status)


WIRE: Final = Wire("/", read, answer, letter, call_receipts_max=100)
