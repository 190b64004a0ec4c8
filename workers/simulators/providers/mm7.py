"""A relay of multimedia messages as a server: MM7 under Basic or Digest, its delivery reports and deliveries."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final

from workers.channels.mainland import e164
from workers.protocols.errors import ProtocolError
from workers.protocols.mm7 import letters
from workers.protocols.mm7.messages import (
    DeliverReq,
    DeliveryReportReq,
    RSErrorRsp,
    SubmitReq,
    SubmitRsp,
    write,
)
from workers.protocols.mm7.mime import Part
from workers.protocols.mm7.smil import TEXT_TYPE, TYPE
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.forms import Asked, Keys, Said, Wanted, Wire, Wrong, message

OWN: Final[dict[str, str]] = {"schema": "REL-6-MM7-1-4", "version": "6.8.0"}
RELAY: Final = "simulated"
REFUSALS: Final = {
    "bad_number": ("2002", "Address Error"),
    "bad_content": ("2004", "Multimedia content refused"),
    "bad_extension": ("2000", "Client error"),
    "busy": ("4006", "Service unavailable"),
    "too_fast": ("4006", "Service unavailable"),
}
STATUSES: Final = {
    "DELIVRD": "Retrieved",
    "UNDELIV": "Unreachable",
    "EXPIRED": "Expired",
    "REJECTD": "Rejected",
    "ACCEPTD": "Deferred",
}


def read(asked: Asked, keys: Keys) -> Wanted:
    _known(asked, keys)
    try:
        submit, parts = letters.opened(asked.body)
    except ProtocolError as error:
        raise _wrong("", "2007", str(error)) from error
    if not isinstance(submit, SubmitReq):
        raise _wrong(submit.transaction, "4003", "Unsupported operation")
    shown = [part for part in parts if part.kind != TYPE]
    if not submit.recipients or len(shown) == len(parts) or not _fits(parts):
        raise _wrong(submit.transaction, "4004", "Validation error")
    text = "\n".join(part.text for part in shown if part.kind == "text/plain") or submit.subject or "-"
    files = [f"{part.type} {len(part.content)}" for part in shown if part.kind != "text/plain"]
    found = [
        message(e164(number), text, submit.transaction) | {"files": files, "subject": submit.subject}
        for number in submit.recipients
    ]
    return Wanted(found, together=True, about=submit)


def _known(asked: Asked, keys: Keys) -> None:
    shown = asked.headers.get("Authorization", "")
    if keys.gate is not None:
        if challenges := keys.gate.refusal(shown, "POST", asked.path, asked.body):
            raise Wrong(401, "<html><body>Unauthorized</body></html>", challenges)
        return
    expected = "Basic " + base64.b64encode(f"{keys.name}:{keys.secret}".encode()).decode()
    if not compare_digest(shown.encode(), expected.encode()):
        raise _wrong("", "4001", "Improper identification")


def _fits(parts: list[Part]) -> bool:
    """Whether the presentation shows every part there is, as phones want it."""
    smil = next(part.text for part in parts if part.kind == TYPE)
    return all(f'src="{part.name}"' in smil for part in parts if part.kind != TYPE)


def _wrong(transaction: str, status: str, text: str) -> Wrong:
    return Wrong(500, write(RSErrorRsp(transaction=transaction, status=status, status_text=text, **OWN)).decode())


def answer(answers: list[dict[str, Any]], wanted: Wanted) -> tuple[int, str]:
    submit: SubmitReq = wanted.about
    named = {"transaction": submit.transaction, "schema": submit.schema, "version": submit.version}
    if "id" in answers[0]:
        told = SubmitRsp(status="1000", status_text="Success", message_id=answers[0]["id"], **named)
        return 200, write(told).decode()
    status, text = REFUSALS.get(answers[0]["code"], ("3000", "Server error"))
    if status == "4006":  # as a fault, the others in the answer's own form
        return 500, write(RSErrorRsp(status=status, status_text=text, **named)).decode()
    return 200, write(SubmitRsp(status=status, status_text=text, **named)).decode()


def letter(receipts: list[Waiting], at: datetime, keys: Keys) -> Letter:
    shown = receipts[0].shown
    report = DeliveryReportReq(
        transaction=secrets.token_hex(8),
        relay=RELAY,
        message_id=shown["id"],
        recipient=receipts[0].number.removeprefix("+"),
        reported_at=at.isoformat(timespec="seconds"),
        status=STATUSES[shown["status"]],
        error="" if shown["code"] == "000" else shown["code"],
        **OWN,
    )
    return Letter(receipts[0].url, {"Content-Type": letters.XML, "SOAPAction": '""'}, write(report))


def reply(said: Said, url: str, keys: Keys) -> Letter:
    delivered = DeliverReq(
        transaction=secrets.token_hex(8),
        relay=RELAY,
        sender=said.number.removeprefix("+"),
        recipients=(said.to,),
        content=letters.HREF,
        **OWN,
    )
    parts = [Part(TEXT_TYPE, said.text.encode(), "1.txt", "1.txt")]
    kind, body = letters.packed(delivered, parts, secrets.token_hex(16))
    return Letter(url, {"Content-Type": kind, "SOAPAction": '""'}, body)


WIRE: Final = Wire("/mm7", read, answer, letter, reply=reply)
