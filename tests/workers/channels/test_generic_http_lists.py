"""generic_http with many messages in one request: each answer is told apart, and what is not named stays in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.workers.channels.engine import Canned, Case, Seen, play
from tests.workers.simulators.processes import receiver
from tests.workers.simulators.providers.test_providers import channel, provider
from workers import channels
from workers.channels import Accepted, Code, Doubtful, Outgoing, Refused

SETTINGS: dict[str, object] = {
    "body": '{"all": [{{items}}]}',
    "item": '{"to": "{{number}}", "text": "{{text}}"}',
    "batch": 2,
    "answers_at": "all",
    "answer_number": "to",
    "success_at": "state",
    "success_is": "ok",
    "id_at": "id",
    "code_at": "code | error",
    "refusals": "7 = number_invalid\n8 = carrier_busy again",
    "proof_secret": "proof-never-told",
    "connections": 1,
    "timeout_s": 2,
}
ONE, TWO, THREE = (Outgoing(f"msg_{each}-1", f"+861380013800{each}", '【禾木】"你好"') for each in (1, 2, 3))
AGAIN = Outgoing("msg_4-1", ONE.number, "【禾木】")
UNNAMED = Doubtful("the answer does not name this message")
BUSY = Refused(Code.BUSY, True, "refused with 8", "8")


def good(message: Outgoing, id: str) -> dict[str, Any]:
    return {"to": message.number, "state": "ok", "id": id}


def answer(*told: dict[str, Any]) -> Canned:
    return Canned(200, {"all": list(told)})


def seen(*messages: Outgoing) -> Seen:
    return Seen("/", {"all": [{"to": each.number.removeprefix("+"), "text": each.text} for each in messages]})


BOTH = ([ONE, TWO], [seen(ONE, TWO)])
CASES = [
    Case("by number", BOTH[0], [answer(good(TWO, "b"), good(ONE, "a"))], BOTH[1], [Accepted("a"), Accepted("b")]),
    Case(
        "one of them refused",
        BOTH[0],
        [answer({"to": ONE.number, "state": "no", "code": 7}, good(TWO, "b"))],
        BOTH[1],
        [Refused(Code.NUMBER_INVALID, False, "refused with 7", "7"), Accepted("b")],
    ),
    Case("one left out", BOTH[0], [answer(good(TWO, "b"))], BOTH[1], [UNNAMED, Accepted("b")]),
    Case(
        "one named twice",
        BOTH[0],
        [answer(good(ONE, "a"), good(ONE, "c"), good(TWO, "b"))],
        BOTH[1],
        [UNNAMED, Accepted("b")],
    ),
    Case("none named", BOTH[0], [answer()], BOTH[1], [UNNAMED, UNNAMED]),
    Case(
        "in our order",
        BOTH[0],
        [answer(good(TWO, "a"), good(ONE, "b"))],
        BOTH[1],
        [Accepted("a"), Accepted("b")],
        {"answer_number": ""},
    ),
    Case(
        "in our order, one too few",
        BOTH[0],
        [answer(good(TWO, "a"))],
        BOTH[1],
        [UNNAMED, UNNAMED],
        {"answer_number": ""},
    ),
    Case("all refused", BOTH[0], [Canned(400, {"error": 8})], BOTH[1], [BUSY, BUSY]),
    Case(
        "a proxy's page",
        BOTH[0],
        [Canned(502, b"<html>")],
        BOTH[1],
        [Doubtful("unreadable answer with status 502")] * 2,
    ),
    Case(
        "cut into requests, no number twice in one",
        [ONE, TWO, AGAIN, THREE],
        [answer(good(ONE, "a"), good(TWO, "b")), answer(good(THREE, "c")), answer(good(AGAIN, "d"))],
        [seen(ONE, TWO), seen(THREE), seen(AGAIN)],
        [Accepted("a"), Accepted("b"), Accepted("d"), Accepted("c")],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_answer_of_a_list_means_what_it_says(case: Case) -> None:
    play("generic_http", case, SETTINGS)


def test_who_cannot_be_sent_to_holds_nobody_up() -> None:
    filed = Outgoing("msg_5-1", THREE.number, "【禾木】1", None, "禾木", "T2", (("code", "1"),))
    item = '{"to": "{{number}}", "text": "{{template}}"}'
    told = [Refused(Code.TEMPLATE, True, "the message has no template of this provider"), Accepted("c")]
    request = Seen("/", {"all": [{"to": filed.number.removeprefix("+"), "text": "T2"}]})
    case = Case("one without", [ONE, filed], [answer(good(THREE, "c"))], [request], told, {"item": item})
    play("generic_http", case, SETTINGS)


@pytest.mark.parametrize("wrong", [{"body": "{}"}, {"item": ""}])
def test_a_list_needs_its_place_and_its_form(wrong: dict[str, object]) -> None:
    settings = {**SETTINGS, "url": "http://127.0.0.1:9/", **wrong}
    assert channels.check("generic_http", settings) == {"item": "unreadable"}
    with capture_logs():
        (told,) = channels.send("generic_http", settings, [ONE])
    assert isinstance(told, Refused) and told.code is Code.CONFIG, "and nothing leaves"


def test_a_list_over_a_socket_is_taken_whole(tmp_path: Path) -> None:
    messages = [Outgoing(f"ref-{each}", f"+86138001{each:03}000", "【禾木】你好") for each in range(250)]
    with receiver() as received, provider("infobip", tmp_path, received) as running:
        kind, settings = channel("infobip", running.url, received.url)
        results = channels.send(kind, {**settings, "batch": 100}, messages)
        taken = {line["reference"]: line["id"] for line in running.entries("submit")}
    assert [result.provider_ref for result in results if isinstance(result, Accepted)] == [
        taken[message.reference] for message in messages
    ]
