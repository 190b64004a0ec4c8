"""The tables of the cmpp channel, and its meeting with the simulated carrier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workers.channels.linked import ACCOUNT, NOON, SECRET, Says, meet, opened, speak
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Receipt, Refused, SendResult
from workers.channels.cmpp.codes import DOUBTS, REFUSALS
from workers.channels.links import Said
from workers.protocols.cmpp import auth, pdus, receipts
from workers.protocols.text import GB18030, UCS2

SETTINGS: dict[str, object] = {
    "host": "ismg.example", "account": ACCOUNT, "secret": SECRET, "source": "10690001", "service_id": "10086",
}  # fmt: skip
HOME = "+8613800138000"
HELLO = Outgoing("msg_1-1", HOME, "【禾木】你好", "07")
PLAIN = Outgoing("msg_2-1", HOME, "hello")
LONG = Outgoing("msg_3-1", HOME, "长" * 71)
EMOJI = Outgoing("msg_4-1", HOME, "【禾木】" + "你好😀" * 40)

SAYS = [
    Says(
        "a Chinese text with an extension",
        HELLO,
        [{"src_id": "1069000107", "recipients": ("13800138000",), "msg_fmt": 8, "service_id": "10086",
          "content": "【禾木】你好".encode("utf-16-be"), "msg_src": ACCOUNT, "registered_delivery": 1,
          "fee_user_type": 2, "fee_type": "01", "fee_code": "000000", "fee_terminal_id": "", "valid_time": "",
          "pk_total": 1, "pk_number": 1, "tp_udhi": 0, "msg_id": 0}],
    ),
    Says("with the country's prefix", HELLO, [{"recipients": ("8613800138000",)}], {"number_form": "international"}),
    Says("with a plus", HELLO, [{"recipients": (HOME,)}], {"number_form": "plus"}),
    Says("abroad", replace(HELLO, number="+85251234567"), [{"recipients": ("85251234567",)}]),
    Says("GB18030", HELLO, [{"msg_fmt": 15, "content": "【禾木】你好".encode("gbk")}], {"text": "15"}),
    Says("GB18030 cannot say it in two bytes", replace(HELLO, text="😀"), [{"msg_fmt": 8}], {"text": "15"}),
    Says("ASCII is UCS-2 too", PLAIN, [{"msg_fmt": 8}]),
    Says("ASCII by itself", PLAIN, [{"msg_fmt": 0, "content": b"hello"}], {"text": "auto"}),
    Says("Chinese in auto", HELLO, [{"msg_fmt": 8}], {"text": "auto"}),
    Says(
        "two parts",
        LONG,
        [{"pk_total": 2, "pk_number": 1, "tp_udhi": 1, "content": b"\5\0\3\7\2\1" + "长".encode("utf-16-be") * 67},
         {"pk_total": 2, "pk_number": 2, "tp_udhi": 1, "content": b"\5\0\3\7\2\2" + "长".encode("utf-16-be") * 4}],
    ),
    Says("two parts, wide", LONG, [{"content": b"\6\x08\4\0\7\2\1" + "长".encode("utf-16-be") * 66}, {"pk_number": 2}],
         {"long": "udh16"}),
    Says("fees", HELLO, [{"fee_user_type": 3, "fee_terminal_id": "13900139000", "fee_type": "02", "fee_code": "10"}],
         {"fee_user_type": 3, "fee_terminal_id": "13900139000", "fee_type": "02", "fee_code": "10"}),
    Says("another enterprise", HELLO, [{"msg_src": "900002"}], {"msg_src": "900002"}),
    Says("validity, by the clocks of China", HELLO, [{"valid_time": "261122121000032+"}], {"validity_s": 600}),
    Says("version 3.0", HELLO, [{"recipients": ("13800138000",)}], {"version": "3.0"}),
]  # fmt: skip


@pytest.mark.parametrize("case", SAYS, ids=lambda case: case.name)
def test_a_message_becomes_these_requests(case: Says) -> None:
    speak("cmpp", case, SETTINGS)


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_the_login_proves_the_secret(version: str) -> None:
    adapter, settings = opened("cmpp", SETTINGS | {"version": version})
    login = adapter.login(settings, adapter.lines(settings)[0], NOON)
    assert (login.source_addr, login.timestamp, login.version) == (ACCOUNT, 1122120000, 0x20 if version < "3" else 0x30)
    assert auth.knows_secret(login, SECRET) and not auth.knows_secret(login, "other")


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (pdus.SubmitResp(13490154254990213293), Accepted("13490154254990213293")),
        (pdus.SubmitResp(), Doubtful("the answer has no id")),
        (pdus.SubmitResp(0, 8), refused(Code.THROTTLED, True, "8")),
        (pdus.SubmitResp(0, 13), refused(Code.NUMBER_INVALID, False, "13")),
        (pdus.SubmitResp(0, 10), refused(Code.SENDER, True, "10")),
        (pdus.SubmitResp(0, 6), refused(Code.CONTENT, True, "6")),
        (pdus.SubmitResp(0, 9), Doubtful("answered with 9")),
        (pdus.SubmitResp(0, 117), refused(Code.UNKNOWN, False, "117")),
    ],
)
def test_an_answer_means_what_the_table_says(answer: Any, result: SendResult) -> None:
    adapter, settings = opened("cmpp", SETTINGS)
    assert adapter.result(settings, answer, 1) == result
    assert adapter.late(settings, answer) and not adapter.late(settings, pdus.ActiveTestResp())


def test_every_result_of_the_standard_is_in_the_table() -> None:
    assert {*REFUSALS, *DOUBTS} == {str(result) for result in range(1, 14)}


def report(stat: str, done: str = "2611221159", msg_id: int = 47, version: int = 0x20) -> pdus.Deliver:
    told = receipts.Report(msg_id, stat, "2611221150", done, "13800138000", 7)
    return pdus.Deliver(9, "10690001", registered_delivery=1, content=receipts.write(told, version))


AT = datetime(2026, 11, 22, 3, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stat", "outcome", "code"),
    [
        ("DELIVRD", Outcome.DELIVERED, None),
        ("ACCEPTD", Outcome.ACCEPTED, None),
        ("UNKNOWN", Outcome.ACCEPTED, None),
        ("EXPIRED", Outcome.EXPIRED, Code.EXPIRED),
        ("UNDELIV", Outcome.UNDELIVERED, Code.ABSENT),
        ("DELETED", Outcome.UNDELIVERED, Code.UNKNOWN),
        ("REJECTD", Outcome.REJECTED, Code.BLOCKED),
        ("MA:0001", Outcome.UNDELIVERED, Code.UNREACHABLE),
        ("IB:0008", Outcome.UNDELIVERED, Code.UNKNOWN),
        ("MK:0005", Outcome.UNDELIVERED, Code.ABSENT),
        ("ID:0076", Outcome.REJECTED, Code.CONTENT),
        ("ZZ:0001", Outcome.UNDELIVERED, Code.UNKNOWN),
    ],
)
@pytest.mark.parametrize("version", [0x20, 0x30])
def test_a_receipt_means_what_the_table_says(stat: str, outcome: Outcome, code: Code | None, version: int) -> None:
    adapter, settings = opened("cmpp", SETTINGS)
    shown = stat if code else ""
    expected = Receipt("47", None, outcome, code, AT, shown, HOME)
    assert adapter.news(settings, report(stat, version=version), NOON) == expected


@pytest.mark.parametrize("done", ["", "2611221201", "9999999999", "abcdefghij"])
def test_a_receipt_never_ends_later_than_it_came(done: str) -> None:
    adapter, settings = opened("cmpp", SETTINGS)
    news = adapter.news(settings, report("DELIVRD", done), NOON)
    assert isinstance(news, Receipt) and news.at == datetime.fromtimestamp(NOON, UTC)


@pytest.mark.parametrize(
    "pdu", [report(""), report("DELIVRD", msg_id=0), replace(report("DELIVRD"), content=b"short")],
)  # fmt: skip
def test_an_unreadable_receipt_is_refused(pdu: pdus.Deliver) -> None:
    adapter, settings = opened("cmpp", SETTINGS)
    with pytest.raises(BadReceipt):
        adapter.news(settings, pdu, NOON)


@pytest.mark.parametrize(("sender", "fmt", "coding"), [("13800138000", 8, UCS2), ("8613800138000", 15, GB18030)])
def test_a_reply_names_who_wrote_in_which_coding(sender: str, fmt: int, coding: Any) -> None:
    adapter, settings = opened("cmpp", SETTINGS)
    pdu = pdus.Deliver(9, "1069000107", src_terminal_id=sender, msg_fmt=fmt, content=b"\0T")
    news = adapter.news(settings, pdu, NOON)
    assert isinstance(news, Said)
    assert (news.number, news.extension, news.coding, news.part.body) == (HOME, "1069000107", coding, b"\0T")
    assert news.provider_ref == "9"
    with pytest.raises(BadReceipt):
        adapter.news(settings, replace(pdu, tp_udhi=1, content=b"\x7f"), NOON)


def test_what_was_not_stored_is_asked_for_again() -> None:
    adapter, settings = opened("cmpp", SETTINGS)
    assert adapter.thanks(settings, report("DELIVRD"), stored=True) == pdus.DeliverResp(9)
    assert adapter.thanks(settings, report("DELIVRD"), stored=False) == pdus.DeliverResp(9, 9)
    assert adapter.thanks(settings, pdus.Terminate(), stored=True) == pdus.TerminateResp()
    assert adapter.news(settings, pdus.Terminate(), NOON) is None


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_it_meets_a_carrier(tmp_path: Path, version: str) -> None:
    given = SETTINGS | {"version": version, "links": 2}
    replies = [("13800138000", "1069000107", "退订" * 40)]
    met = meet("cmpp", tmp_path, [HELLO, EMOJI], given, receipts=4, replies=replies)
    assert [line["text"] for line in met.entries("message")] == [HELLO.text, EMOJI.text]
    assert [line["from"] for line in met.entries("message")] == ["1069000107", "10690001"]
    refs = {result.provider_ref for found in met.results.values() for result in found if isinstance(result, Accepted)}
    assert {each.provider_ref for each in met.receipts} == refs and len(refs) == 4
    assert {each.outcome for each in met.receipts} == {Outcome.DELIVERED}
    assert met.replies == [(HOME, "1069000107", "退订" * 40)]


def test_a_wrong_secret_is_no_login(tmp_path: Path) -> None:
    met = meet("cmpp", tmp_path, [], SETTINGS | {"secret": "wrong"})
    assert met.entries("link")[0]["what"] == "refused"
