"""The table of the simulator channel: what is asked of the carrier, and what each answer means."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workers.channels.engine import Canned, Case, Seen, play
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Receipt, Refused
from workers.channels.simulator.codes import CAUSES, OUTCOMES, REFUSALS

SETTINGS: dict[str, object] = {"key": "key-never-told", "secret": "secret-never-told", "connections": 1, "timeout_s": 2}
ONE = Outgoing("msg_1", "+8613800138000", "【禾木】你好", "01")
TWO = Outgoing("msg_2", "+8613900139000", "Hello")
WIRE_ONE = {"to": "+8613800138000", "text": "【禾木】你好", "reference": "msg_1", "extension": "01"}
WIRE_TWO = {"to": "+8613900139000", "text": "Hello", "reference": "msg_2"}
BEARER = {"Authorization": "Bearer key-never-told", "Content-Type": "application/json"}
SINGLE = [Seen("/v1/messages", WIRE_ONE, BEARER)]
BOTH = [Seen("/v1/batch", {"messages": [WIRE_ONE, WIRE_TWO]}, BEARER)]


def single(name: str, answer: Canned, result: Any) -> Case:
    return Case(name, [ONE], [answer], SINGLE, [result])


def batch(name: str, answer: Canned, *results: Any) -> Case:
    return Case(name, [ONE, TWO], [answer], BOTH, results, {"batch": 500})


NUMBER, BUSY = Code.NUMBER_INVALID, Code.BUSY
CASES = [
    single("accepted", Canned(200, {"id": "c1"}), Accepted("c1")),
    single(
        "refused for good",
        Canned(422, {"code": "bad_number"}),
        Refused(NUMBER, False, "refused with bad_number", "bad_number"),
    ),
    single("refused for now", Canned(422, {"code": "busy"}), Refused(BUSY, True, "refused with busy", "busy")),
    single("refused, unheard of", Canned(422, {"code": "x"}), Refused(Code.UNKNOWN, False, "refused with x", "x")),
    single(
        "too fast",
        Canned(429, {"code": "too_fast"}, {"Retry-After": "1"}),
        Refused(Code.THROTTLED, True, "too fast for the carrier", "too_fast"),
    ),
    single(
        "key refused",
        Canned(401, {"code": "bad_key"}),
        Refused(Code.CONFIG, True, "the carrier refuses the key", "bad_key"),
    ),
    single(
        "wrong address",
        Canned(404, b"<html>"),
        Refused(Code.CONFIG, True, "nothing takes messages at this address (status 404)"),
    ),
    single("busy in its own words", Canned(503, {"code": "busy"}), Refused(BUSY, True, "refused with busy", "busy")),
    single("a proxy's 503", Canned(503, b"<html>"), Doubtful("unreadable answer with status 503")),
    single("500 with words", Canned(500, {"code": "busy"}), Doubtful("status 500")),
    single("redirected", Canned(307, b"", {"Location": "/x"}), Doubtful("unreadable answer with status 307")),
    single("empty", Canned(200, b""), Doubtful("unreadable answer with status 200")),
    single("garbage", Canned(200, b"\xff\xfe{"), Doubtful("unreadable answer with status 200")),
    single("a list", Canned(200, []), Doubtful("unreadable answer with status 200")),
    single("deep nesting", Canned(200, b"[" * 100_000), Doubtful("unreadable answer with status 200")),
    single("no id", Canned(200, {"ok": True}), Doubtful("the answer names neither an id nor a refusal")),
    single("an id that is none", Canned(200, {"id": 7}), Doubtful("the answer names neither an id nor a refusal")),
    single("too large", Canned(200, b"{" + b" " * (1 << 20)), Doubtful("answer too large")),
    batch(
        "each its own",
        Canned(200, {"results": [{"id": "c1"}, {"code": "barred"}]}),
        Accepted("c1"),
        Refused(Code.BLOCKED, False, "refused with barred", "barred"),
    ),
    batch(
        "fewer results than messages",
        Canned(200, {"results": [{"id": "c1"}]}),
        *[Doubtful("the answer does not fit the request")] * 2,
    ),
    batch("no results", Canned(200, {"id": "c1"}), *[Doubtful("the answer has no results")] * 2),
    batch(
        "throttled whole",
        Canned(429, {"code": "too_fast"}),
        *[Refused(Code.THROTTLED, True, "too fast for the carrier", "too_fast")] * 2,
    ),
    Case(
        "one request each, in order",
        [ONE, TWO],
        [Canned(200, {"id": "c1"}), Canned(422, {"code": "bad_content"})],
        [*SINGLE, Seen("/v1/messages", WIRE_TWO, BEARER)],
        [Accepted("c1"), Refused(Code.CONTENT, False, "refused with bad_content", "bad_content")],
    ),
    Case(
        "names the address for receipts",
        [TWO],
        [Canned(200, {"id": "c1"})],
        [Seen("/v1/messages", {**WIRE_TWO, "callback": "http://127.0.0.1:9/r"})],
        [Accepted("c1")],
        {"callback": "http://127.0.0.1:9/r"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_carriers_answers_mean_what_the_table_says(case: Case) -> None:
    play("simulator", case, SETTINGS)


def signed(items: Any, *, secret: str = "secret-never-told", at: int | None = None) -> tuple[dict[str, str], bytes]:
    body = items if isinstance(items, bytes) else json.dumps(items).encode()
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()
    return {"X-Carrier-Timestamp": stamp, "X-Carrier-Signature": digest}, body


def parse(headers: dict[str, str], body: bytes) -> list[Receipt]:
    return channels.parse_receipts("simulator", {**SETTINGS, "url": "http://127.0.0.1:9"}, headers, body)


def item(status: str = "DELIVRD", code: str = "000", **others: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "reference": "msg_1",
        "status": status,
        "code": code,
        "at": "2026-11-22T14:40:00.250+00:00",
        **others,
    }


AT = datetime(2026, 11, 22, 14, 40, 0, 250_000, tzinfo=UTC)


def test_receipts_are_read_with_their_outcome_and_cause() -> None:
    items = [item(), item("UNDELIV", "101"), item("EXPIRED", "999"), item("ACCEPTD", reference=None)]
    assert parse(*signed(items)) == [
        Receipt("c1", "msg_1", Outcome.DELIVERED, None, AT, "000"),
        Receipt("c1", "msg_1", Outcome.UNDELIVERED, Code.ABSENT, AT, "101"),
        Receipt("c1", "msg_1", Outcome.EXPIRED, Code.UNKNOWN, AT, "999"),
        Receipt("c1", None, Outcome.ACCEPTED, None, AT, "000"),
    ]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: signed([item()], secret="another"), "signature"),
        (lambda: ({}, b"[]"), "signature"),
        (lambda: (signed([item()])[0], b"[]"), "signature"),
        (lambda: ({**signed([item()])[0], "X-Carrier-Timestamp": "1"}, signed([item()])[1]), "signature"),
        (lambda: signed([item()], at=int(time.time()) - 301), "stale"),
        (lambda: signed([item()], at=int(time.time()) + 330), "stale"),
        (lambda: signed(b"not json"), "malformed"),
        (lambda: signed(b"[" * 100_000), "malformed"),
        (lambda: signed({"id": "c1"}), "malformed"),
        (lambda: signed(["text"]), "malformed"),
        (lambda: signed([item("WHATEVER")]), "malformed"),
        (lambda: signed([item(at="yesterday")]), "malformed"),
        (lambda: signed([item(at="2026-11-22T14:40:00")]), "malformed"),
        (lambda: signed([item()] * 501), "too_many"),
    ],
)
def test_a_call_that_is_not_the_carriers_is_refused(
    call: Callable[[], tuple[dict[str, str], bytes]], code: str
) -> None:
    with pytest.raises(BadReceipt) as caught:
        parse(*call())
    assert caught.value.code == code


def test_the_code_tables_cover_everything_the_carrier_can_say() -> None:
    from workers.simulators.carrier.scripts import SCRIPTS

    steps = [step for script in SCRIPTS.values() for step in script.receipts]
    assert {script.refusal for script in SCRIPTS.values()} - {""} <= REFUSALS.keys()
    assert {step.status for step in steps} <= OUTCOMES.keys()
    assert {step.code for step in steps} - {"000"} <= CAUSES.keys()
