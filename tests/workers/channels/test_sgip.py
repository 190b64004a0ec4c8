"""The tables of the sgip channel, and its meeting with the simulated carrier, which connects back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workers.channels.linked import ACCOUNT, NOON, SECRET, Says, meet, opened, speak
from workers.channels import Accepted, BadReceipt, Code, Doubtful, Outcome, Outgoing, Receipt, Refused, SendResult
from workers.channels.links import Said
from workers.channels.sgip.codes import DOUBTS, REFUSALS
from workers.protocols.sgip import pdus
from workers.protocols.sgip.codec import node_id
from workers.protocols.text import UCS2

SETTINGS: dict[str, object] = {
    "host": "smg.example", "account": ACCOUNT, "secret": SECRET, "source": "10690001", "area_code": 250,
    "enterprise_code": 1, "corp_id": "10001", "service_type": "NOTICE",
}  # fmt: skip
HOME, ABROAD = "+8613000130000", "+85251234567"
HELLO = Outgoing("msg_1-1", HOME, "【禾木】你好", "07")
LONG = Outgoing("msg_2-1", HOME, "长" * 71)
EMOJI = Outgoing("msg_3-1", HOME, "【禾木】" + "你好😀" * 40)
SEQUENCE = bytes(range(12))

SAYS = [
    Says(
        "a Chinese text with an extension",
        HELLO,
        [{"sp_number": "1069000107", "charge_number": "0" * 21, "recipients": ("8613000130000",), "corp_id": "10001",
          "service_type": "NOTICE", "fee_type": 1, "fee_value": "0", "given_value": "0", "more_late_to_mt_flag": 2,
          "expire_time": "", "report_flag": 1, "tp_udhi": 0, "message_coding": 8,
          "content": "【禾木】你好".encode("utf-16-be")}],
    ),
    Says("abroad", Outgoing("msg_4-1", ABROAD, "hello"), [{"recipients": ("85251234567",)}]),
    Says("GB18030", HELLO, [{"message_coding": 15, "content": "【禾木】你好".encode("gbk")}], {"text": "15"}),
    Says(
        "two parts",
        LONG,
        [{"tp_udhi": 1, "content": b"\5\0\3\7\2\1" + "长".encode("utf-16-be") * 67},
         {"tp_udhi": 1, "content": b"\5\0\3\7\2\2" + "长".encode("utf-16-be") * 4}],
    ),
    Says("fees", HELLO, [{"fee_type": 2, "fee_value": "10", "given_value": "5"}],
         {"fee_type": 2, "fee_value": "10", "given_value": "5"}),
    Says("validity, by the clocks of China", HELLO, [{"expire_time": "261122121000032+"}], {"validity_s": 600}),
]  # fmt: skip


@pytest.mark.parametrize("case", SAYS, ids=lambda case: case.name)
def test_a_message_becomes_these_requests(case: Says) -> None:
    speak("sgip", case, SETTINGS)


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (pdus.SubmitResp(), Accepted("000102030405060708090a0b")),
        (pdus.SubmitResp(11), refused(Code.THROTTLED, True, "11")),
        (pdus.SubmitResp(6), refused(Code.NUMBER_INVALID, False, "6")),
        (pdus.SubmitResp(23), refused(Code.UNREACHABLE, True, "23")),
        (pdus.SubmitResp(32), Doubtful("answered with 32")),
        (pdus.SubmitResp(99), refused(Code.UNKNOWN, False, "99")),
    ],
)
def test_an_answer_means_what_the_table_says(answer: Any, result: SendResult) -> None:
    adapter, settings = opened("sgip", SETTINGS)
    assert adapter.result(settings, answer, SEQUENCE) == result
    assert adapter.late(settings, answer) and not adapter.late(settings, pdus.UnbindResp())


def test_every_result_of_the_standard_is_in_the_table() -> None:
    assert {*REFUSALS, *DOUBTS} == {str(result) for result in (*range(1, 12), *range(21, 34))}


def report(state: int, error: int = 0, report_type: int = 0) -> pdus.Report:
    return pdus.Report(SEQUENCE, report_type, "8613000130000", state, error)


@pytest.mark.parametrize(
    ("pdu", "outcome", "code", "shown"),
    [
        (report(0), Outcome.DELIVERED, None, ""),
        (report(1), Outcome.ACCEPTED, None, ""),
        (report(2), Outcome.UNDELIVERED, Code.UNKNOWN, "UNDELIV:0"),
        (report(2, 25), Outcome.UNDELIVERED, Code.ABSENT, "UNDELIV:25"),
        (report(2, 29), Outcome.UNDELIVERED, Code.NUMBER_INVALID, "UNDELIV:29"),
        (report(2, 32), Outcome.UNDELIVERED, Code.BUSY, "UNDELIV:32"),
        (report(2, 99), Outcome.UNDELIVERED, Code.UNKNOWN, "UNDELIV:99"),
    ],
)
def test_a_receipt_means_what_the_table_says(pdu: Any, outcome: Outcome, code: Code | None, shown: str) -> None:
    adapter, settings = opened("sgip", SETTINGS)
    at = datetime.fromtimestamp(NOON, UTC)
    expected = Receipt(SEQUENCE.hex(), None, outcome, code, at, shown, HOME)
    assert adapter.news(settings, pdu, NOON) == expected


def test_a_report_of_a_reply_and_news_of_a_number_are_nothing_to_keep() -> None:
    adapter, settings = opened("sgip", SETTINGS)
    assert adapter.news(settings, report(0, report_type=1), NOON) is None
    assert adapter.news(settings, pdus.UserRpt(), NOON) is None


def test_a_reply_names_who_wrote_in_which_coding() -> None:
    adapter, settings = opened("sgip", SETTINGS)
    news = adapter.news(settings, pdus.Deliver("8613000130000", "1069000107", 0, 0, 8, b"\0T"), NOON)
    assert isinstance(news, Said)
    assert (news.number, news.extension, news.coding, news.part.body) == (HOME, "1069000107", UCS2, b"\0T")
    with pytest.raises(BadReceipt):
        adapter.news(settings, pdus.Deliver(tp_udhi=1), NOON)


def test_what_was_not_stored_is_asked_for_again() -> None:
    adapter, settings = opened("sgip", SETTINGS)
    for request, answer in (
        (report(0), pdus.ReportResp), (pdus.Deliver(), pdus.DeliverResp), (pdus.UserRpt(), pdus.UserRptResp),
    ):  # fmt: skip
        assert adapter.thanks(settings, request, stored=True) == answer()
        assert adapter.thanks(settings, request, stored=False) == answer(11)
    assert adapter.thanks(settings, pdus.Unbind(), stored=True) == pdus.UnbindResp()


@pytest.mark.parametrize(
    ("login", "result", "given"),
    [
        (pdus.Bind(2, ACCOUNT, SECRET), 0, {}),
        (pdus.Bind(1, ACCOUNT, SECRET), 4, {}),
        (pdus.Bind(2, ACCOUNT, "other"), 1, {}),
        (pdus.Bind(2, "other", SECRET), 1, {}),
        (pdus.Bind(2, ACCOUNT, SECRET), 1, {"listen_account": "theirs", "listen_secret": "own"}),
        (pdus.Bind(2, "theirs", "own"), 0, {"listen_account": "theirs", "listen_secret": "own"}),
        (pdus.Bind(2, "theirs", ""), 1, {"listen_account": "theirs", "listen_secret": "own"}),
    ],
)
def test_only_the_carrier_may_call_us(login: pdus.Bind, result: int, given: dict[str, object]) -> None:
    adapter, settings = opened("sgip", SETTINGS | given)
    assert adapter.thanks(settings, login, stored=True) == pdus.BindResp(result)


def test_links_send_and_a_listener_hears() -> None:
    adapter, settings = opened("sgip", SETTINGS | {"links": 2, "listen_host": "127.0.0.1", "listen_port": 9001})
    first, second, listener = adapter.lines(settings)
    assert (first.number, second.number, first.sends, first.listens) == (0, 1, True, False)
    assert (listener.host, listener.port, listener.sends, listener.listens) == ("127.0.0.1", 9001, False, True)
    assert adapter.login(settings, first, NOON) == pdus.Bind(1, ACCOUNT, SECRET)
    assert adapter.login(settings, listener, NOON) is None
    session: Any = adapter.session(settings, first, NOON, 5)
    assert session.node == node_id(250, 1)


def test_it_meets_a_carrier(tmp_path: Path) -> None:
    replies = [("8613000130000", "1069000107", "退订" * 40)]
    met = meet("sgip", tmp_path, [HELLO, EMOJI], SETTINGS | {"links": 2}, receipts=4, replies=replies)
    assert [line["text"] for line in met.entries("message")] == [HELLO.text, EMOJI.text]
    refs = {result.provider_ref for found in met.results.values() for result in found if isinstance(result, Accepted)}
    assert {each.provider_ref for each in met.receipts} == refs and len(refs) == 4
    assert {each.outcome for each in met.receipts} == {Outcome.DELIVERED}
    assert met.replies == [(HOME, "1069000107", "退订" * 40)]
