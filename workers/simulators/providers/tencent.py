"""Tencent Cloud SMS as a server: SendSms under TC3-HMAC-SHA256, and its status calls."""

from __future__ import annotations

import json
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final

from workers.channels.tencent import signing
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.forms import Asked, Keys, Wanted, Wire, Wrong, as_template, beijing, message

REFUSALS: Final = {
    "bad_number": "InvalidParameterValue.IncorrectPhoneNumber",
    "bad_content": "FailedOperation.ContainSensitiveWord",
    "bad_template": "FailedOperation.TemplateIncorrectOrUnapproved",
    "bad_values": "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    "bad_extension": "InvalidParameterValue.InvalidParameters",
    "busy": "ResourceUnavailable",
    "too_fast": "RequestLimitExceeded",
}
CAUSES: Final = {"101": "MK:0001", "201": "REJECTD", "202": "ID:0076", "301": "EXPIRED"}
HOME: Final = "+86"


def read(asked: Asked, keys: Keys) -> Wanted:
    headers = {name.lower(): value for name, value in asked.headers.items()}
    shown = headers.get("authorization", "")
    names = shown.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    covered = {name: asked.host if name == "host" else headers.get(name, "") for name in names}
    at_s = headers.get("x-tc-timestamp", "")
    if not {"content-type", "host"} <= covered.keys() or not at_s.isdigit():
        raise _wrong("AuthFailure.InvalidAuthorization")
    scope, joined, signature = signing.tc3(covered, asked.body, keys.secret, signing.SERVICE, int(at_s))
    expected = f"{signing.ALGORITHM} Credential={keys.name}/{scope}, SignedHeaders={joined}, Signature={signature}"
    if not compare_digest(expected.encode(), shown.encode()):
        raise _wrong("AuthFailure.SignatureFailure")
    if (headers.get("x-tc-action"), headers.get("x-tc-version")) != ("SendSms", signing.VERSION):
        raise _wrong("InvalidAction")
    given = json.loads(asked.body)
    code, told = given["TemplateId"], given.get("TemplateParamSet", [])
    values = {str(place): value for place, value in enumerate(told, 1)}
    fault = keys.fault(code, lambda variables: len(variables) == len(values))
    text = f"【{given['SignName']}】" + " ".join(told)
    own = given.get("SessionContext"), given.get("ExtendCode")
    return Wanted([as_template(message(to, text, *own), code, values, fault) for to in given["PhoneNumberSet"]])


def _wrong(code: str) -> Wrong:
    return Wrong(200, {"Response": {"Error": {"Code": code, "Message": code}, "RequestId": "simulated"}})


def answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, dict[str, Any]]:
    statuses = [
        {
            "SerialNo": each.get("id", ""),
            "PhoneNumber": one["to"],
            "Fee": 1 if "id" in each else 0,
            "SessionContext": one.get("reference", ""),
            "Code": "Ok" if "id" in each else REFUSALS.get(each["code"], "ResourceUnavailable"),
            "Message": "send success" if "id" in each else each["code"],
            "IsoCode": "CN",
        }
        for each, one in zip(answers, wanted.messages, strict=True)
    ]
    return 200, {"Response": {"SendStatusSet": statuses, "RequestId": "simulated"}}


def letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    items = [
        {
            "user_receive_time": beijing(at),
            "nationcode": "86" if receipt.number.startswith(HOME) else "",
            "mobile": receipt.number.removeprefix(HOME).removeprefix("+"),
            "report_status": "SUCCESS" if receipt.shown["status"] == "DELIVRD" else "FAIL",
            "errmsg": CAUSES.get(receipt.shown["code"], receipt.shown["status"]),
            "description": "",
            "sid": receipt.shown["id"],
        }
        for receipt in receipts
    ]
    return Letter(receipts[0].url, {"Content-Type": "application/json"}, json.dumps(items).encode())


WIRE: Final = Wire("/", read, answer, letter, call_receipts_max=100)
