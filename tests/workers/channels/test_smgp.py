"""The tables of the smgp channel, and its meeting with the simulated carrier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workers.channels.linked import ACCOUNT, NOON, SECRET, Says, meet, opened, speak
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Receipt, Refused, SendResult
from workers.channels.links import Said
from workers.channels.smgp.codes import DOUBTS, REFUSALS
from workers.protocols import receipts as text
from workers.protocols.smgp import auth, pdus, receipts
from workers.protocols.text import GB18030

SETTINGS: dict[str, object] = {
    "host": "smgw.example", "account": ACCOUNT, "secret": SECRET, "source": "10690001", "service_id": "NOTICE",
}  # fmt: skip
HOME = "+8618900189000"
HELLO = Outgoing("msg_1-1", HOME, "【禾木】你好", "07")
LONG = Outgoing("msg_2-1", HOME, "长" * 71)
EMOJI = Outgoing("msg_3-1", HOME, "【禾木】" + "你好😀" * 40)
ID = bytes.fromhex("70789011221357468587")
MSG_SRC = (0x10, b"900002\0\0")

SAYS = [
    Says(
        "a Chinese text with an extension",
        HELLO,
        [{"msg_type": 6, "need_report": 1, "src_term_id": "1069000107", "recipients": ("18900189000",), "msg_format": 8,
          "service_id": "NOTICE", "fee_type": "00", "fee_code": "000000", "fixed_fee": "000000", "valid_time": "",
          "content": "【禾木】你好".encode("utf-16-be"), "tlvs": ()}],
    ),
    Says("with the country's prefix", HELLO, [{"recipients": ("8618900189000",)}], {"number_form": "international"}),
    Says("GB18030", HELLO, [{"msg_format": 15, "content": "【禾木】你好".encode("gbk")}], {"text": "15"}),
    Says(
        "two parts",
        LONG,
        [{"tlvs": ((2, b"\1"), (9, b"\2"), (10, b"\1"), MSG_SRC),
          "content": b"\5\0\3\7\2\1" + "长".encode("utf-16-be") * 67},
         {"tlvs": ((2, b"\1"), (9, b"\2"), (10, b"\2"), MSG_SRC)}],
        {"msg_src": "900002"},
    ),
    Says("fees", HELLO, [{"fee_type": "01", "fee_code": "10", "fixed_fee": "5"}],
         {"fee_type": "01", "fee_code": "10", "fixed_fee": "5"}),
    Says("validity, by the clocks of China", HELLO, [{"valid_time": "261122121000032+"}], {"validity_s": 600}),
]  # fmt: skip


@pytest.mark.parametrize("case", SAYS, ids=lambda case: case.name)
def test_a_message_becomes_these_requests(case: Says) -> None:
    speak("smgp", case, SETTINGS)


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (pdus.SubmitResp(ID), Accepted(ID.hex())),
        (pdus.SubmitResp(), Doubtful("the answer has no id")),
        (pdus.SubmitResp(status=1), refused(Code.THROTTLED, True, "1")),
        (pdus.SubmitResp(status=47), refused(Code.NUMBER_INVALID, False, "47")),
        (pdus.SubmitResp(status=46), refused(Code.SENDER, True, "46")),
        (pdus.SubmitResp(status=69), refused(Code.CONFIG, True, "69")),
        (pdus.SubmitResp(status=75), refused(Code.CREDIT, True, "75")),
        (pdus.SubmitResp(status=39), Doubtful("answered with 39")),
        (pdus.SubmitResp(status=200), refused(Code.UNKNOWN, False, "200")),
    ],
)
def test_an_answer_means_what_the_table_says(answer: Any, result: SendResult) -> None:
    adapter, settings = opened("smgp", SETTINGS)
    assert adapter.result(settings, answer, 1) == result
    assert adapter.late(settings, answer) and not adapter.late(settings, pdus.ActiveTestResp())


def test_every_status_of_the_standard_is_in_the_table() -> None:
    named = (1, 2, 10, 11, 12, 20, 21, 22, *range(30, 50), *range(56, 77))
    assert {*REFUSALS, *DOUBTS} == {str(status) for status in named}


def report(stat: str, error: str = "000", done: str = "2611221159") -> pdus.Deliver:
    told = text.Receipt(ID.hex(), stat, error, "2611221150", done)
    return pdus.Deliver(bytes(10), is_report=1, src_term_id="18900189000", content=receipts.write(told))


AT = datetime(2026, 11, 22, 3, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pdu", "outcome", "code", "shown"),
    [
        (report("DELIVRD"), Outcome.DELIVERED, None, ""),
        (report("ACCEPTD"), Outcome.ACCEPTED, None, ""),
        (report("UNKNOWN"), Outcome.ACCEPTED, None, ""),
        (report("EXPIRED"), Outcome.EXPIRED, Code.EXPIRED, "EXPIRED"),
        (report("UNDELIV", "012"), Outcome.UNDELIVERED, Code.ABSENT, "UNDELIV:012"),
        (report("REJECTD"), Outcome.REJECTED, Code.BLOCKED, "REJECTD"),
        (report("MK:0001"), Outcome.UNDELIVERED, Code.ABSENT, "MK:0001"),
        (report("WHATEVR"), Outcome.UNDELIVERED, Code.UNKNOWN, "WHATEVR"),
    ],
)
def test_a_receipt_means_what_the_table_says(pdu: Any, outcome: Outcome, code: Code | None, shown: str) -> None:
    adapter, settings = opened("smgp", SETTINGS)
    assert adapter.news(settings, pdu, NOON) == Receipt(ID.hex(), None, outcome, code, AT, shown, HOME)


@pytest.mark.parametrize("pdu", [report(""), replace(report("DELIVRD"), content=b"sub:001")])
def test_an_unreadable_receipt_is_refused(pdu: pdus.Deliver) -> None:
    adapter, settings = opened("smgp", SETTINGS)
    with pytest.raises(BadReceipt):
        adapter.news(settings, pdu, NOON)


def test_a_reply_names_who_wrote_in_which_coding() -> None:
    adapter, settings = opened("smgp", SETTINGS)
    given = pdus.Deliver(ID, 0, 15, "", "18900189000", "1069000107", "退订".encode("gbk"))
    news = adapter.news(settings, given, NOON)
    assert isinstance(news, Said)
    assert (news.number, news.extension, news.coding, news.provider_ref) == (HOME, "1069000107", GB18030, ID.hex())
    assert news.coding.decode(news.part.body) == "退订"
    with pytest.raises(BadReceipt):
        adapter.news(settings, replace(given, tlvs=((2, b"\1"),), content=b"\x7f"), NOON)


def test_what_was_not_stored_is_asked_for_again() -> None:
    adapter, settings = opened("smgp", SETTINGS)
    assert adapter.thanks(settings, report("DELIVRD"), stored=True) == pdus.DeliverResp()
    assert adapter.thanks(settings, report("DELIVRD"), stored=False) == pdus.DeliverResp(status=1)
    assert adapter.thanks(settings, pdus.Exit(), stored=True) == pdus.ExitResp()
    assert adapter.news(settings, pdus.Exit(), NOON) is None


def test_a_separate_login_sends_on_some_links_and_hears_on_others() -> None:
    adapter, settings = opened("smgp", SETTINGS | {"mode": "separate", "links": 2})
    lines = adapter.lines(settings)
    assert [(line.number, line.sends) for line in lines] == [(0, True), (1, True), (2, False)]
    logins = [adapter.login(settings, line, NOON) for line in lines]
    assert [login.login_mode for login in logins] == [0, 0, 1]
    assert all(auth.knows_secret(login, SECRET) for login in logins)


@pytest.mark.parametrize("mode", ["both", "separate"])
def test_it_meets_a_carrier(tmp_path: Path, mode: str) -> None:
    replies = [("18900189000", "1069000107", "退订" * 40)]
    met = meet("smgp", tmp_path, [HELLO, EMOJI], SETTINGS | {"mode": mode}, receipts=4, replies=replies)
    assert [line["text"] for line in met.entries("message")] == [HELLO.text, EMOJI.text]
    refs = {result.provider_ref for found in met.results.values() for result in found if isinstance(result, Accepted)}
    assert {each.provider_ref for each in met.receipts} == refs and len(refs) == 4
    assert {each.outcome for each in met.receipts} == {Outcome.DELIVERED}
    assert met.replies == [(HOME, "1069000107", "退订" * 40)]


def test_a_wrong_secret_is_no_login(tmp_path: Path) -> None:
    met = meet("smgp", tmp_path, [], SETTINGS | {"secret": "wrong"})
    assert met.entries("link")[0]["what"] == "refused"
