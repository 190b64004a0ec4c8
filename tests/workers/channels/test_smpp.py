"""The tables of the smpp channel, and its meeting with the simulated carrier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.certificates import Authority
from tests.workers.channels.linked import ACCOUNT, NOON, SECRET, Says, meet, opened, speak
from workers import channels
from workers.channels import (
    Accepted,
    BadReceipt,
    Code,
    Doubtful,
    Outcome,
    Outgoing,
    Receipt,
    Refused,
    SendResult,
)
from workers.channels.links import Said
from workers.channels.smpp.codes import CAUSES, REFUSALS
from workers.channels.tls import Tls
from workers.protocols.errors import LocalProtocolError
from workers.protocols.smpp import pdus
from workers.protocols.smpp.receipts import STATES
from workers.protocols.text import GSM, LATIN1, UCS2

SETTINGS: dict[str, object] = {
    "host": "smsc.example", "account": ACCOUNT, "secret": SECRET, "source": "10690001",
}  # fmt: skip
AUTHORITY = Authority()
PAPER = AUTHORITY.issue("smsc.example")
ABROAD, HOME = "+6591234567", "+8613800138000"
HELLO = Outgoing("msg_1-1", ABROAD, "Hello {1}")
CHINESE = Outgoing("msg_2-1", HOME, "【禾木】你好", "07")
LONG = Outgoing("msg_3-1", ABROAD, "a" * 161)
ACCENT = Outgoing("msg_4-1", ABROAD, "Olá")

SAYS = [
    Says(
        "a plain text",
        HELLO,
        [
            {
                "source_addr": "10690001", "source_addr_ton": 0, "source_addr_npi": 0,
                "destination_addr": "6591234567", "dest_addr_ton": 1, "dest_addr_npi": 1,
                "short_message": b"Hello \x1b(1\x1b)", "data_coding": 0, "esm_class": 0,
                "registered_delivery": 1, "validity_period": "", "service_type": "", "tlvs": (),
            }
        ],
    ),
    Says(
        "Chinese with an extension",
        CHINESE,
        [{"source_addr": "1069000107", "source_addr_ton": 1, "data_coding": 8,
          "short_message": "【禾木】你好".encode("utf-16-be")}],
    ),
    Says(
        "a name, which has no extension",
        CHINESE,
        [{"source_addr": "Qunfa", "source_addr_ton": 5, "source_addr_npi": 0}],
        {"source": "Qunfa"},
    ),
    Says(
        "types as they are set",
        HELLO,
        [{"source_addr_ton": 3, "source_addr_npi": 0, "dest_addr_ton": 2, "dest_addr_npi": 8}],
        {"source_ton": 3, "source_npi": 0, "dest_ton": 2, "dest_npi": 8},
    ),
    Says("no sender", HELLO, [{"source_addr": "", "source_addr_ton": 0}], {"source": ""}),
    Says("numbers with a plus", HELLO, [{"destination_addr": "+6591234567"}], {"number_form": "plus"}),
    Says("numbers at home", CHINESE, [{"destination_addr": "13800138000"}], {"number_form": "national"}),
    Says(
        "two parts by a header",
        LONG,
        [{"esm_class": 0x40, "short_message": b"\5\0\3\7\2\1" + b"a" * 153},
         {"esm_class": 0x40, "short_message": b"\5\0\3\7\2\2" + b"a" * 8}],
    ),
    Says(
        "two parts by a wide header",
        LONG,
        [{"short_message": b"\6\x08\4\0\7\2\1" + b"a" * 152}, {"short_message": b"\6\x08\4\0\7\2\2" + b"a" * 9}],
        {"long": "udh16"},
    ),
    Says(
        "two parts by fields",
        LONG,
        [{"esm_class": 0, "tlvs": ((0x20C, b"\0\7"), (0x20E, b"\2"), (0x20F, b"\1"))},
         {"esm_class": 0, "tlvs": ((0x20C, b"\0\7"), (0x20E, b"\2"), (0x20F, b"\2"))}],
        {"long": "sar"},
    ),
    Says("one payload", LONG, [{"short_message": b"", "tlvs": ((0x424, b"a" * 161),)}], {"long": "payload"}),
    Says("default alphabet Latin-1", ACCENT, [{"data_coding": 0, "short_message": b"Ol\xe1"}], {"alphabet": "latin1"}),
    Says("default alphabet ASCII", ACCENT, [{"data_coding": 8}], {"alphabet": "ascii"}),
    Says("packed", Outgoing("msg_6-1", ABROAD, "hello"), [{"data_coding": 0, "short_message": b"\xe82\x9b\xfd\6"}],
         {"alphabet": "packed"}),
    Says("packed, but too long for it", LONG, [{"data_coding": 8}] * 3, {"alphabet": "packed"}),
    Says("validity", HELLO, [{"validity_period": "000001020305000R"}], {"validity_s": 86_400 + 2 * 3600 + 185}),
    Says("service type", HELLO, [{"service_type": "OTP"}], {"service_type": "OTP"}),
]  # fmt: skip


@pytest.mark.parametrize("case", SAYS, ids=lambda case: case.name)
def test_a_message_becomes_these_requests(case: Says) -> None:
    speak("smpp", case, SETTINGS)


def locked() -> str:
    """A key behind a password."""
    key = load_pem_private_key(PAPER.key.encode(), None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open")).decode()


def test_a_sender_that_has_no_room_is_refused() -> None:
    adapter, settings = opened("smpp", SETTINGS | {"source": "1" * 19})
    with pytest.raises(LocalProtocolError):
        adapter.submits(settings, CHINESE, 1, NOON)


def submitted(status: int = 0, message_id: str = "") -> pdus.SubmitSmResp:
    return pdus.SubmitSmResp(message_id, status=status)


def refused(code: Code, retryable: bool, carrier_code: str) -> Refused:
    return Refused(code, retryable, f"refused with {carrier_code}", carrier_code)


RESULTS: list[tuple[Any, SendResult, dict[str, object]]] = [
    (submitted(message_id="2F"), Accepted("2F"), {}),
    (submitted(message_id="002f"), Accepted("47"), {"answer_ids": "hex"}),
    (submitted(message_id="0047"), Accepted("47"), {"answer_ids": "decimal"}),
    (submitted(message_id="b1-7"), Accepted("b1-7"), {"answer_ids": "hex"}),
    (submitted(), Doubtful("the answer has no id"), {}),
    (submitted(0x58), refused(Code.THROTTLED, True, "0x58"), {}),
    (submitted(0x14), refused(Code.BUSY, True, "0x14"), {}),
    (submitted(0x0B), refused(Code.NUMBER_INVALID, False, "0x0B"), {}),
    (submitted(0x0A), refused(Code.SENDER, True, "0x0A"), {}),
    (submitted(0x45), refused(Code.UNKNOWN, False, "0x45"), {}),
    (submitted(0x08), Doubtful("answered with 0x08"), {}),
    (submitted(0xFF), Doubtful("answered with 0xFF"), {}),
    (submitted(0x401), refused(Code.UNKNOWN, False, "0x401"), {}),
    (pdus.GenericNack(status=3), refused(Code.CONFIG, True, "0x03"), {}),
    (pdus.GenericNack(), Doubtful("the answer has no id"), {}),
]


@pytest.mark.parametrize(("answer", "result", "given"), RESULTS)
def test_an_answer_means_what_the_table_says(answer: Any, result: SendResult, given: dict[str, object]) -> None:
    adapter, settings = opened("smpp", SETTINGS | given)
    assert adapter.result(settings, answer, 1) == result
    assert adapter.late(settings, answer) == isinstance(answer, pdus.SubmitSmResp)


def test_every_status_of_the_standard_is_in_the_table() -> None:
    named = [
        *range(0x01, 0x08), 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x11, 0x13, 0x14, 0x15, 0x33, 0x34, 0x40, 0x42, 0x43,
        0x44, 0x45, 0x48, 0x49, 0x50, 0x51, 0x53, 0x54, 0x55, 0x58, *range(0x61, 0x68), *range(0xC0, 0xC5), 0xFE,
    ]  # fmt: skip
    assert set(REFUSALS) == {f"0x{status:02X}" for status in named}
    assert set(STATES.values()) == set(CAUSES)


AT = datetime.fromtimestamp(NOON, UTC)
TEXT = b"id:%s sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 stat:%s err:%s text:hi"


def receipt(message_id: bytes = b"47", stat: bytes = b"DELIVRD", error: bytes = b"000", **more: Any) -> pdus.DeliverSm:
    given: dict[str, Any] = {
        "esm_class": 4,
        "source_addr": "6591234567",
        "short_message": TEXT % (message_id, stat, error),
    }
    return pdus.DeliverSm(**(given | more))


def told(outcome: Outcome, code: Code | None, carrier_code: str = "", ref: str = "47") -> Receipt:
    return Receipt(ref, None, outcome, code, AT, carrier_code, "+6591234567")


ACCEPTED, DELIVERED = told(Outcome.ACCEPTED, None), told(Outcome.DELIVERED, None)
RECEIPTS: list[tuple[pdus.DeliverSm | pdus.DataSm, Receipt, dict[str, object]]] = [
    (receipt(), DELIVERED, {}),
    (receipt(b"2F"), DELIVERED, {"receipt_ids": "hex"}),
    (receipt(b"0000000047"), DELIVERED, {"receipt_ids": "decimal"}),
    (receipt(b"x", tlvs=((0x1E, b"2F\0"),)), DELIVERED, {"answer_ids": "hex", "receipt_ids": "decimal"}),
    (receipt(esm_class=0, tlvs=((0x1E, b"47\0"), (0x427, b"\2"))), DELIVERED, {}),
    (receipt(stat=b"ACCEPTD"), ACCEPTED, {}),
    (receipt(stat=b"ENROUTE", esm_class=0x20), ACCEPTED, {}),
    (receipt(stat=b"UNKNOWN"), ACCEPTED, {}),
    (receipt(stat=b"UNDELIV", error=b"011"), told(Outcome.UNDELIVERED, Code.ABSENT, "UNDELIV:011"), {}),
    (receipt(stat=b"EXPIRED"), told(Outcome.EXPIRED, Code.EXPIRED, "EXPIRED"), {}),
    (receipt(stat=b"REJECTD"), told(Outcome.REJECTED, Code.BLOCKED, "REJECTD"), {}),
    (receipt(stat=b"DELETED"), told(Outcome.UNDELIVERED, Code.UNKNOWN, "DELETED"), {}),
    (receipt(stat=b"BLOCKED"), told(Outcome.UNDELIVERED, Code.UNKNOWN, "BLOCKED"), {}),
    (pdus.DataSm(esm_class=4, tlvs=((0x1E, b"47\0"), (0x427, b"\2"))), replace(DELIVERED, number=""), {}),
    (receipt(source_addr="13800138000"), replace(DELIVERED, number="+8613800138000"), {"number_form": "national"}),
]


@pytest.mark.parametrize(("pdu", "expected", "given"), RECEIPTS)
def test_a_receipt_means_what_the_table_says(pdu: Any, expected: Receipt, given: dict[str, object]) -> None:
    adapter, settings = opened("smpp", SETTINGS | given)
    assert adapter.news(settings, pdu, NOON) == expected


@pytest.mark.parametrize("pdu", [receipt(b""), receipt(stat=b""), receipt(short_message=b"\5\0", esm_class=0x44)])
def test_an_unreadable_receipt_is_refused(pdu: pdus.DeliverSm) -> None:
    adapter, settings = opened("smpp", SETTINGS)
    with pytest.raises(BadReceipt):
        adapter.news(settings, pdu, NOON)


def reply(content: bytes, **more: Any) -> pdus.DeliverSm:
    given: dict[str, Any] = {"source_addr_ton": 1, "source_addr": "6591234567", "destination_addr": "10690001"}
    return pdus.DeliverSm(short_message=content, **(given | more))


@pytest.mark.parametrize(
    ("pdu", "number", "coding", "given"),
    [
        (reply(b"T"), ABROAD, GSM, {}),
        (reply(b"T"), ABROAD, LATIN1, {"alphabet": "latin1"}),
        (reply(b"\0T", data_coding=8, source_addr="+6591234567"), ABROAD, UCS2, {}),
        (reply(b"T", source_addr_ton=2, source_addr="13800138000"), HOME, GSM, {"number_form": "national"}),
        (reply(b"T", source_addr="14155552671"), "+14155552671", GSM, {}),
    ],
)
def test_a_reply_names_who_wrote_in_which_coding(pdu: Any, number: str, coding: Any, given: dict[str, object]) -> None:
    adapter, settings = opened("smpp", SETTINGS | given)
    news = adapter.news(settings, pdu, NOON)
    assert isinstance(news, Said)
    assert (news.number, news.extension, news.coding, news.part.body) == (
        number, "10690001", coding, pdu.short_message,
    )  # fmt: skip


def test_what_looks_like_a_receipt_but_is_not_marked_is_a_reply() -> None:
    adapter, settings = opened("smpp", SETTINGS)
    assert isinstance(adapter.news(settings, receipt(esm_class=0), NOON), Said)


def test_what_was_not_stored_is_asked_for_again() -> None:
    adapter, settings = opened("smpp", SETTINGS)
    assert adapter.thanks(settings, receipt(), stored=True) == pdus.DeliverSmResp()
    assert adapter.thanks(settings, receipt(), stored=False) == pdus.DeliverSmResp(status=0x64)
    assert adapter.thanks(settings, pdus.DataSm(), stored=False) == pdus.DataSmResp(status=0x64)
    assert adapter.thanks(settings, pdus.Unbind(), stored=True) == pdus.UnbindResp()
    assert adapter.thanks(settings, pdus.AlertNotification(), stored=True) is None
    assert adapter.news(settings, pdus.AlertNotification(), NOON) is None


def test_a_separate_bind_sends_on_some_links_and_hears_on_others() -> None:
    adapter, settings = opened("smpp", SETTINGS | {"bind": "separate", "links": 2, "receivers": 1})
    lines = adapter.lines(settings)
    assert [(line.number, line.sends) for line in lines] == [(0, True), (1, True), (2, False)]
    binds = [type(adapter.login(settings, line, NOON)) for line in lines]
    assert binds == [pdus.BindTransmitter, pdus.BindTransmitter, pdus.BindReceiver]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"secret": "nine-long"}, {"secret": "too_many_octets"}),
        ({"account": "密"}, {"account": "not_ascii"}),
        ({"window": 0}, {"window": "out_of_range"}),
        ({"long": "pigeon"}, {"long": "not_a_choice"}),
    ],
)
def test_settings_that_do_not_fit_the_protocol_are_named(given: dict[str, object], fault: dict[str, str]) -> None:
    assert channels.faults(channels.fields("smpp"), SETTINGS | given) == fault


def test_every_link_has_the_same_tls_or_none() -> None:
    adapter, settings = opened("smpp", SETTINGS | {"bind": "separate"})
    assert [line.tls for line in adapter.lines(settings)] == [None, None]
    given = {"bind": "separate", "tls": "yes", "tls_name": "smsc", "tls_certificate": PAPER.certificate}
    adapter, settings = opened("smpp", SETTINGS | given | {"tls_key": PAPER.key, "tls_ca": AUTHORITY.certificate})
    one = Tls("smsc", AUTHORITY.certificate.strip(), PAPER.certificate.strip(), PAPER.key.strip())
    assert [line.tls for line in adapter.lines(settings)] == [one, one]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"tls_ca": "-----BEGIN"}, {"tls_ca": "not_certificates"}),
        ({"tls_ca": AUTHORITY.certificate, "tls_certificate": "x"}, {"tls_certificate": "not_certificates"}),
        ({"tls_certificate": PAPER.certificate}, {"tls_key": "required"}),
        ({"tls_certificate": PAPER.certificate, "tls_key": PAPER.certificate}, {"tls_key": "not_a_key"}),
        ({"tls_certificate": PAPER.certificate, "tls_key": locked()}, {"tls_key": "not_a_key"}),
        ({"tls_certificate": PAPER.certificate, "tls_key": AUTHORITY.issue("x").key}, {"tls_key": "key_unfit"}),
        ({"tls_certificate": PAPER.certificate + AUTHORITY.certificate, "tls_key": PAPER.key}, {}),
        ({"tls_key": "left from before"}, {}),
    ],
)
def test_certificates_and_keys_are_read_before_they_are_kept(given: dict[str, object], fault: dict[str, str]) -> None:
    assert channels.check("smpp", SETTINGS | given) == fault


@pytest.mark.parametrize("bind", ["transceiver", "separate"])
def test_it_meets_a_carrier(tmp_path: Path, bind: str) -> None:
    given = SETTINGS | {"bind": bind, "answer_ids": "hex", "receipt_ids": "decimal"}
    emoji = Outgoing("msg_5-1", HOME, "【禾木】" + "你好😀" * 40)
    fields = {"answer_ids": "hex", "receipt_fields": bind == "separate"}
    met = meet(
        "smpp", tmp_path, [HELLO, emoji], given, receipts=4, replies=[("6591234567", "10690001", "TD")], **fields
    )
    assert [line["text"] for line in met.entries("message")] == [HELLO.text, emoji.text]
    refs = {result.provider_ref for found in met.results.values() for result in found if isinstance(result, Accepted)}
    assert {each.provider_ref for each in met.receipts} == refs and len(refs) == 4
    assert {each.outcome for each in met.receipts} == {Outcome.DELIVERED}
    assert met.replies == [("+6591234567", "10690001", "TD")]


def test_a_wrong_password_is_no_login(tmp_path: Path) -> None:
    met = meet("smpp", tmp_path, [], SETTINGS | {"secret": "wrong"})
    assert met.entries("link")[0]["what"] == "refused"
