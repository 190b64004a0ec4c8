"""Any provider over HTTP: what it is sent, how its answers and receipts are read, all by settings."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar

from workers.channels.base import (
    Accepted,
    Acknowledgement,
    BadReceipt,
    Code,
    Doubtful,
    Field,
    Inbound,
    Misconfigured,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    SendResult,
    Settings,
)
from workers.channels.calls import ITEMS_MAX, form, same, token
from workers.channels.generic_http import reading
from workers.channels.generic_http.codes import STATUSES
from workers.channels.generic_http.form import BATCH_MAX, FIELDS, TOKEN
from workers.channels.generic_http.rendering import BODIES, ITEMS, lines, names, percent, plain, render
from workers.channels.http import Http, Reply, nth, spread
from workers.channels.mainland import SIGNED, Filled, e164, fill, local
from workers.channels.meaning import verdict


class GenericHttpAdapter:
    """One message a request, or a list of them; what the tables of the channel do not explain stays in doubt."""

    kind: ClassVar[str] = "generic_http"
    batch_max: ClassVar[int] = BATCH_MAX
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = FIELDS

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        _check(settings)
        request = partial(_request, settings, http)
        batch = settings.number("batch") if settings.text("item") else 1
        return await spread(messages, request, batch=batch, connections=settings.number("connections"), alike=nth())

    def by_code(self, settings: Settings) -> bool:
        return _names_template(settings) and not (settings.text("template") and settings.text("variable"))

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        return [_receipt(settings, item) for item in _items(settings, headers, body, query)]

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        if not settings.text("reply_number") or not settings.text("reply_text"):
            raise BadReceipt("unsupported")
        return [_inbound(settings, item) for item in _items(settings, headers, body, query)]

    def check(self, settings: Settings) -> dict[str, str]:
        """Fields that cannot be read, asked when they are saved."""
        faults = {name: "unreadable" for name, read in READERS.items() if not _readable(read, settings.text(name))}
        return faults if _lists(settings) == bool(settings.text("item")) else {**faults, "item": "unreadable"}

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        text = settings.text("answer")
        return Acknowledgement(text, "application/json" if text.startswith("{") else "text/plain")


def _readable(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except Misconfigured:
        return False
    return True


def _found(place: str) -> object:
    return reading.find(place, None)


# Fields that are little languages of their own, and who reads each.
READERS: dict[str, Callable[[str], object]] = {
    "success_status": reading.statuses, "success_is": reading.compiled, "success_at": _found, "id_at": _found,
    "answer_number": _found, "code_at": _found, "refusals": reading.refusals, "receipt_words": reading.outcomes,
    "receipt_codes": reading.causes,
}  # fmt: skip


def _check(settings: Settings) -> None:
    """Misconfigured, before anything leaves, when a table or an expression cannot be read."""
    for name, read in READERS.items():
        read(settings.text(name))
    if _lists(settings) != bool(settings.text("item")):
        raise Misconfigured("a list needs both the form of one message and {{items}} in the body")


def _lists(settings: Settings) -> bool:
    return ITEMS in names(settings.text("body"))


async def _request(settings: Settings, http: Http, part: Sequence[Outgoing]) -> list[SendResult]:
    """One request with all of them that can be filled. What stands outside the list is of the first."""
    filled = [_filled(settings, message) for message in part]
    able = [(message, each) for message, each in zip(part, filled, strict=True) if isinstance(each, Filled)]
    told: Iterator[SendResult] = iter(())
    if able:
        told = iter(_results(settings, [message for message, _ in able], await _ask(settings, http, able)))
    return [next(told) if isinstance(each, Filled) else each for each in filled]


def _filled(settings: Settings, message: Outgoing) -> Filled | Refused:
    filled = fill(
        message,
        signature=settings.text("signature"),
        template=settings.text("template"),
        variable=settings.text("variable"),
    )
    if isinstance(filled, Filled) or _names_template(settings):
        return filled
    return Filled(_signature(settings, message), "", message.values)


async def _ask(settings: Settings, http: Http, able: Sequence[tuple[Outgoing, Filled]]) -> Reply:
    content_type, escaped = BODIES[settings.text("body_type")]
    each = [_given(settings, message, filled) for message, filled in able]
    given = each[0]
    if item := settings.text("item"):
        given = {**given, ITEMS: ",".join(render(item, one, escaped) for one in each)}
    headers = {name: render(value, given, plain) for name, value in lines(settings.text("headers"), ":").items()}
    if settings.text("body") and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = content_type
    return await http.request(
        settings.text("method"),
        render(settings.text("url"), given, percent),
        headers=headers,
        body=render(settings.text("body"), given, escaped).encode(),
        limit_s=settings.number("timeout_s"),
    )


def _names_template(settings: Settings) -> bool:
    return "template" in names("".join(settings.text(name) for name in ("url", "headers", "body", "item")))


def _signature(settings: Settings, message: Outgoing) -> str:
    begins = SIGNED.match(message.text)
    return message.signature or (begins[1] if begins else settings.text("signature"))


def _given(settings: Settings, message: Outgoing, filled: Filled) -> dict[str, str]:
    """Every placeholder there is."""
    now, nonce = datetime.now(UTC), secrets.token_hex(16)
    user, secret, instant = settings.text("user"), settings.text("secret"), now.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = sha256(f"{nonce}{instant}{secret}".encode()).hexdigest()
    callback = settings.text("callback")
    if callback and settings.text("proof") == TOKEN and not settings.text("proof_name"):
        callback += ("&" if "?" in callback else "?") + "token=" + percent(settings.text("proof_secret"))
    return {
        "to": message.number,
        "number": message.number.removeprefix("+"),
        "local": local(message.number),
        "text": message.text,
        "body": SIGNED.sub("", message.text, count=1) if SIGNED.match(message.text) else message.text,
        "reference": message.reference,
        "extension": message.extension or "",
        "signature": filled.signature,
        "template": filled.template,
        "values": json.dumps([value for _, value in filled.values], ensure_ascii=False),
        "fields": json.dumps(dict(filled.values), ensure_ascii=False),
        "callback": callback,
        "sender": settings.text("sender"),
        "user": user,
        "secret": secret,
        "secret_2": settings.text("secret_2"),
        "basic": base64.b64encode(f"{user}:{secret}".encode()).decode(),
        "now": instant,
        "now_s": str(int(now.timestamp())),
        "nonce": nonce,
        "wsse": base64.b64encode(digest.encode()).decode(),  # WS-Security's UsernameToken, with SHA-256
    }


def _results(settings: Settings, messages: Sequence[Outgoing], reply: Reply) -> list[SendResult]:
    content, text = reading.parsed(reply.body), reply.body.decode("utf-8", "replace")
    if not settings.text("item"):
        return [_result(settings, messages[0], reply.status, content, text)]
    answers = reading.answers(
        settings.text("answers_at"), settings.text("answer_number"), content, [message.number for message in messages]
    )
    if not any(answers) and reply.status not in reading.statuses(settings.text("success_status")):
        return [_result(settings, message, reply.status, content, text) for message in messages]
    return [
        Doubtful("the answer does not name this message")
        if answer is None
        else _result(settings, message, reply.status, answer, json.dumps(answer, ensure_ascii=False))
        for message, answer in zip(messages, answers, strict=True)
    ]


def _result(settings: Settings, message: Outgoing, status: int, content: Any, text: str) -> SendResult:
    code = reading.find(settings.text("code_at"), content, text)
    if status in reading.statuses(settings.text("success_status")) and _succeeded(settings, content, text):
        ref = reading.find(settings.text("id_at"), content, text) if settings.text("id_at") else message.reference
        return Accepted(ref) if ref else Doubtful("the answer has no id")
    if code is not None:
        refusals, doubts = reading.refusals(settings.text("refusals"))
        return verdict(code, refusals, doubts, broken=status >= 500)
    if status in STATUSES and (isinstance(content, dict) or status in (404, 405)):
        ours, retryable = STATUSES[status]
        return Refused(ours, retryable, f"refused with status {status}", str(status))
    return Doubtful(f"unreadable answer with status {status}")


def _succeeded(settings: Settings, content: Any, text: str) -> bool:
    where, what = settings.text("success_at"), settings.text("success_is")
    if not where:
        return True
    found = reading.find(where, content, text)
    return found is not None and (not what or reading.compiled(what).fullmatch(found) is not None)


def _items(settings: Settings, headers: Mapping[str, str], body: bytes, query: str) -> list[Any]:
    """What a call tells, once it is proved to be the provider's."""
    _prove(settings, headers, body, query)
    kind = settings.text("receipt_form")
    if kind == "json":
        content = reading.parsed(body)
    else:
        fields = form(query if kind == "query" else body.decode("utf-8", "replace"))
        content = {name: values[0] for name, values in fields.items()}
    found = reading.many(settings.text("receipt_list"), content)
    if len(found) > ITEMS_MAX:
        raise BadReceipt("too_many")
    if not all(isinstance(item, dict) for item in found):
        raise BadReceipt("malformed")
    return found


def _prove(settings: Settings, headers: Mapping[str, str], body: bytes, query: str) -> None:
    proof, name, secret = settings.text("proof"), settings.text("proof_name").lower(), settings.text("proof_secret")
    shown = next((value for key, value in headers.items() if key.lower() == name), "") if name else ""
    if proof == TOKEN:
        if name:
            same(shown, secret)
        else:
            token(query, secret)
        return
    if settings.text("receipt_form") == "query":  # a signature of the body would cover nothing
        raise BadReceipt("signature")
    digest = hmac.digest(secret.encode(), body, proof.removeprefix("hmac-"))
    shown = shown.partition("=")[2] if shown.startswith(proof.removeprefix("hmac-") + "=") else shown
    hexadecimal = len(shown) == 2 * len(digest)
    same(shown.lower() if hexadecimal else shown, digest.hex() if hexadecimal else base64.b64encode(digest).decode())


def _receipt(settings: Settings, item: dict[str, Any]) -> Receipt:
    def told(name: str) -> str:
        return reading.find(settings.text(name), item) or ""

    ref, reference, word = told("receipt_id"), told("receipt_reference"), told("receipt_status").lower()
    if not word or not (ref or reference):
        raise BadReceipt("malformed")
    words = reading.outcomes(settings.text("receipt_words"))
    # A word nobody explained to us ends nothing: time or a later receipt does.
    outcome = words.get(word) or words.get("*", Outcome.ACCEPTED)
    carrier_code = told("receipt_code")
    good = outcome in (Outcome.DELIVERED, Outcome.ACCEPTED)
    return Receipt(
        provider_ref=ref or reference,
        reference=reference or None,
        outcome=outcome,
        code=None if good else reading.causes(settings.text("receipt_codes")).get(carrier_code, Code.UNKNOWN),
        at=reading.instant(told("receipt_at"), settings.number("zone_h")),
        carrier_code=carrier_code or word,
    )


def _inbound(settings: Settings, item: dict[str, Any]) -> Inbound:
    number, text = (reading.find(settings.text(name), item) for name in ("reply_number", "reply_text"))
    if not number or text is None:
        raise BadReceipt("malformed")
    at = reading.instant(reading.find(settings.text("receipt_at"), item), settings.number("zone_h"))
    return Inbound(e164(number), text, at, reading.find(settings.text("reply_to"), item) or "")
