"""The table of the mm7 channel, what its requests hold, and the calls of its relay."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from tenants.message_templates.rich import Card, Frame, Medium, Mms, Rcs
from tests.workers.channels.engine import Canned, Got, asked
from tests.workers.protocols.mm7.test_hostile import HOSTILE
from workers import channels
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outgoing, Refused
from workers.channels.mm7.codes import DOUBTS, REFUSALS, STATUSES
from workers.protocols.mm7 import letters
from workers.protocols.mm7.messages import (
    DeliverReq,
    DeliverRsp,
    DeliveryReportReq,
    Message,
    ReadReplyReq,
    RSErrorRsp,
    SubmitReq,
    SubmitRsp,
    read,
    write,
)
from workers.protocols.mm7.mime import Part

SETTINGS: dict[str, object] = {
    "url": "http://127.0.0.1:1/mm7",
    "user": "qunfa",
    "secret": "relay-never-told",
    "vasp_id": "920001",
    "service_code": "S01",
    "source": "10690001",
    "token": "token-never-told",
    "batch": 1,
    "connections": 1,
    "timeout_s": 2,
}
PHOTO = Medium(7, "a.jpg", "image/jpeg", b"\xff\xd8photo")
FILM = Medium(8, "b.mp4", "video/mp4", b"film")
SHOWN = Mms("青禾 & 你", (Frame("你好", 7), Frame("", 8), Frame("再见", 7)))
ONE = Outgoing("msg_1-1", "+8613800138000", "你好", rich=SHOWN, media=(PHOTO, FILM))
TEXT = Outgoing("msg_1-1", "+8613800138000", "【青禾】你好", extension="77")
NAMED = {"transaction": "msg_1-1", "schema": "REL-6-MM7-1-4", "version": "6.8.0"}
QUERY = "token=token-never-told"


def rsp(status: str, message_id: str = "", **others: str) -> Canned:
    given: dict[str, Any] = {**NAMED, **others}
    return Canned(200, write(SubmitRsp(status=status, status_text="…", message_id=message_id, **given)))


def fault(status: str) -> Canned:
    return Canned(500, write(RSErrorRsp(status=status, status_text="…", **NAMED)))


def said(*messages: Outgoing, answers: Any, **others: object) -> tuple[list[Any], list[Got]]:
    return asked(
        "mm7", {**SETTINGS, **others}, answers, lambda chosen: channels.send("mm7", chosen, messages), path="/mm7"
    )


def submitted(got: Got) -> tuple[SubmitReq, list[Part]]:
    found, parts = letters.opened(got.body)
    assert isinstance(found, SubmitReq)
    return found, parts


def refused(code: Code, retryable: bool, word: str) -> Refused:
    return Refused(code, retryable, f"refused with {word}", word)


CASES = [
    ("no id", rsp("1000"), Doubtful("the answer has no MessageID")),
    ("another's answer", rsp("1000", "m1", transaction="msg_2-1"), Doubtful("the answer is not to this request")),
    ("a request for an answer", Canned(200, write(DeliverReq(**NAMED))), Doubtful("the answer is not to this request")),
    ("in part", rsp("1100", "m1"), Doubtful("answered with 1100")),
    ("bad number", rsp("2002"), refused(Code.NUMBER_INVALID, False, "2002")),
    ("a fault", fault("4006"), refused(Code.BUSY, True, "4006")),
    ("a failure inside", fault("3000"), Doubtful("answered with 3000")),
    ("unheard of", rsp("9999"), refused(Code.UNKNOWN, False, "9999")),
    (
        "a fault of nobody's",
        Canned(500, b"<e:Envelope xmlns:e='x'><e:Body><e:Fault/></e:Body></e:Envelope>"),
        Doubtful("a fault without a status"),
    ),
    ("a page", Canned(200, b"<html><p>welcome</html>"), Doubtful("unreadable answer with status 200")),
    ("nothing", Canned(200), Doubtful("unreadable answer with status 200")),
    ("a proxy", Canned(503, b"<html/>"), Doubtful("unreadable answer with status 503")),
    ("wrong key", Canned(401, b"no"), Refused(Code.CONFIG, True, "the carrier does not know our name", "401")),
    (
        "wrong address",
        Canned(404, b"no"),
        Refused(Code.CONFIG, True, "nothing takes messages at this address (status 404)"),
    ),
    ("laughter", Canned(200, HOSTILE["billion laughs"]), Doubtful("unreadable answer with status 200")),
]


@pytest.mark.parametrize(("name", "canned", "result"), CASES, ids=[case[0] for case in CASES])
def test_the_relays_answers_mean_what_the_table_says(name: str, canned: Canned, result: Any) -> None:
    assert said(ONE, answers=[canned])[0] == [result]


@pytest.mark.parametrize("status", sorted({*REFUSALS, *DOUBTS}))
def test_every_status_is_refused_or_in_doubt_in_either_form(status: str) -> None:
    for canned in (rsp(status), fault(status)):
        result = said(ONE, answers=[canned])[0][0]
        if status in DOUBTS:
            assert isinstance(result, Doubtful)
        else:
            assert isinstance(result, Refused) and (result.code, result.retryable) == REFUSALS[status]


@pytest.mark.parametrize("encoding", ["binary", "base64"])
def test_frames_leave_as_pages_with_each_file_once(encoding: str) -> None:
    results, got = said(ONE, answers=[rsp("1000", "m1")], encoding=encoding)
    assert isinstance(results[0], Accepted) and results[0].provider_ref.startswith("m1/")
    assert got[0].path == "/mm7" and got[0].header("SOAPAction") == '""'
    assert got[0].header("Authorization") == "Basic " + base64.b64encode(b"qunfa:relay-never-told").decode()
    found, parts = submitted(got[0])
    assert (found.transaction, found.recipients, found.subject) == ("msg_1-1", ("8613800138000",), "青禾 & 你")
    assert (found.vasp_id, found.service_code, found.sender, found.report) == ("920001", "S01", "10690001", True)
    assert [(part.kind, part.name) for part in parts] == [
        ("application/smil", "index.smil"),
        ("image/jpeg", "1.jpg"),
        ("text/plain", "1.txt"),
        ("video/mp4", "2.mp4"),
        ("text/plain", "3.txt"),
    ]
    assert [part.content for part in parts[1:]] == [PHOTO.content, "你好".encode(), FILM.content, "再见".encode()]
    assert parts[0].text.count("<par ") == 3 and parts[0].text.count('src="1.jpg"') == 2


def test_a_text_is_one_page_and_its_extension_ends_the_sender() -> None:
    found, parts = submitted(said(TEXT, answers=[rsp("1000", "m1")], number_form="plus")[1][0])
    assert (found.sender, found.recipients, found.subject) == ("1069000177", ("+8613800138000",), "")
    assert [part.text for part in parts[1:]] == ["【青禾】你好"]


def test_messages_that_show_the_same_share_a_request() -> None:
    others = [replace(ONE, reference=f"msg_{index}-1", number=f"+861380013800{index}") for index in (1, 2)]
    other = replace(ONE, reference="msg_9-1", rich=Mms("别的", (Frame("x"),)))
    again = replace(ONE, reference="msg_8-1")
    answers = [rsp("1000", "m1"), rsp("1000", "m2", transaction="msg_9-1"), rsp("1000", "m3", transaction="msg_8-1")]
    results, got = said(ONE, *others, other, again, answers=answers, batch=10)
    assert [submitted(each)[0].recipients for each in got] == [
        ("8613800138000", "8613800138001", "8613800138002"),
        ("8613800138000",),
        ("8613800138000",),
    ]
    refs = [result.provider_ref for result in results]
    assert len(set(refs)) == 5 and [ref.partition("/")[0] for ref in refs] == ["m1", "m1", "m1", "m2", "m3"]


UNFIT = [
    (replace(ONE, rich=Rcs(cards=(Card("x"),))), Code.CONFIG),
    (replace(ONE, media=(PHOTO,)), Code.CONTENT),
    (replace(ONE, media=(PHOTO, replace(FILM, mime="application/pdf"))), Code.CONTENT),
    (replace(ONE, rich=Mms("", (Frame(),))), Code.CONTENT),
]


@pytest.mark.parametrize(("message", "code"), UNFIT)
def test_what_this_channel_cannot_say_is_left_to_another(message: Outgoing, code: Code) -> None:
    results, got = said(message, answers=[])
    assert isinstance(results[0], Refused) and (results[0].code, results[0].retryable) == (code, True)
    assert got == []


def report(status: str, recipient: str = "8613800138000", **others: str) -> bytes:
    given: dict[str, Any] = {**NAMED, "message_id": "m1", "reported_at": "2026-11-22T14:41:00+08:00", **others}
    return write(DeliveryReportReq(recipient=recipient, status=status, **given))


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_a_report_has_an_outcome(status: str) -> None:
    found = channels.parse_receipts("mm7", SETTINGS, {}, report(status), QUERY)[0]
    assert (found.outcome, found.code) == STATUSES[status]
    assert found.at.isoformat() == "2026-11-22T06:41:00+00:00"


@pytest.mark.parametrize("recipient", ["8613800138000", "+8613800138000", "13800138000", "+8613800138000/TYPE=PLMN"])
def test_a_report_names_the_message_however_its_number_is_written(recipient: str) -> None:
    sent = said(ONE, answers=[rsp("1000", "m1")])[0][0].provider_ref
    found = channels.parse_receipts("mm7", SETTINGS, {}, report("Retrieved", recipient), QUERY)[0]
    assert found.provider_ref == sent
    other = channels.parse_receipts("mm7", SETTINGS, {}, report("Retrieved", "8613800138001"), QUERY)[0]
    assert other.provider_ref != sent


def test_times_without_a_zone_are_of_the_mainland_and_the_error_is_kept() -> None:
    body = report("Expired", reported_at="2026-11-22T14:41:00", error="4446")
    found = channels.parse_receipts("mm7", SETTINGS, {}, body, QUERY)[0]
    assert (found.at.isoformat(), found.carrier_code) == ("2026-11-22T06:41:00+00:00", "4446")
    assert channels.parse_receipts("mm7", SETTINGS, {}, report("Expired", reported_at=""), QUERY)


def deliver(parts: list[Part], **others: Any) -> bytes:
    given: dict[str, Any] = {**NAMED, "sender": "8613800138000", "recipients": ("10690001",), **others}
    return letters.packed(DeliverReq(**given), parts, "b0undary")[1]


def test_a_subscribers_message_is_its_texts_or_its_subject() -> None:
    both = [Part("text/plain; charset=gbk", "退订".encode("gbk")), Part("image/png", b"x"), Part("text/plain", b"2")]
    for body, text in (
        (deliver(both, subject="题"), "退订\n2"),
        (deliver([], subject="TD"), "TD"),
        (deliver([Part("image/png", b"x")]), ""),
    ):
        found = channels.parse_inbound("mm7", SETTINGS, {}, body, QUERY)[0]
        assert (found.number, found.text, found.extension) == ("+8613800138000", text, "10690001")
        assert channels.parse_receipts("mm7", SETTINGS, {}, body, QUERY) == []
    assert channels.parse_inbound("mm7", SETTINGS, {}, report("Retrieved"), QUERY) == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (report("Retrieved"), "DeliveryReportRsp"),
        (deliver([Part("text/plain", b"x")]), "DeliverRsp"),
        (write(ReadReplyReq(**NAMED)), "ReadReplyRsp"),
        (write(DeliverRsp(**NAMED)), "VASPErrorRsp"),
    ],
)
def test_calls_are_answered_in_an_envelope(body: bytes, named: str) -> None:
    told = channels.acknowledgement("mm7", SETTINGS, body)
    answer: Message = read(told.text.encode())
    assert (answer.named, answer.transaction, told.content_type) == (named, "msg_1-1", "text/xml")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_calls_are_refused(name: str) -> None:
    for parse in (channels.parse_receipts, channels.parse_inbound):
        with pytest.raises(BadReceipt) as caught:
            parse("mm7", SETTINGS, {}, HOSTILE[name], QUERY)
        assert caught.value.code == "malformed"


@pytest.mark.parametrize(
    ("body", "query", "code"),
    [
        (report("Retrieved"), "", "signature"),
        (report("Retrieved"), "token=guessed", "signature"),
        (report("Vanished"), QUERY, "malformed"),
        (report("Retrieved", ""), QUERY, "malformed"),
        (report("Retrieved", message_id=""), QUERY, "malformed"),
        (report("Retrieved", reported_at="soon"), QUERY, "malformed"),
    ],
)
def test_a_report_that_is_not_the_relays_is_refused(body: bytes, query: str, code: str) -> None:
    with pytest.raises(BadReceipt) as caught:
        channels.parse_receipts("mm7", SETTINGS, {}, body, query)
    assert caught.value.code == code


def test_a_message_of_nobody_or_in_no_coding_is_refused() -> None:
    for body in (deliver([], sender=""), deliver([Part("text/plain; charset=utf-8", b"\xff")])):
        with pytest.raises(BadReceipt):
            channels.parse_inbound("mm7", SETTINGS, {}, body, QUERY)
