"""SMPP's receipts in the dialects carriers speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.protocols.vectors import codec, hexed
from workers.protocols.receipts import Receipt, fields
from workers.protocols.smpp import receipts
from workers.protocols.smpp.pdus import (
    MESSAGE_PAYLOAD,
    MESSAGE_STATE,
    NETWORK_ERROR_CODE,
    RECEIPTED_MESSAGE_ID,
    DeliverSm,
)
from workers.protocols.smpp.receipts import IdForm, canonical

PLAIN = (
    b"id:1790225138 sub:001 dlvrd:001 submit date:2611221357 done date:2611221358 stat:DELIVRD err:000 text:hello wor"
)


def read(text: bytes, esm_class: int = 4, tlvs: tuple[tuple[int, bytes], ...] = ()) -> Receipt | None:
    return receipts.parse(DeliverSm(esm_class=esm_class, short_message=text, tlvs=tlvs))


def test_the_plain_form() -> None:
    assert read(PLAIN) == Receipt("1790225138", "DELIVRD", "000", "2611221357", "2611221358", b"hello wor")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"id:9f Submit Date:26112213570 Done Date:2611221358 Stat:UNDELIV Err:5", ("9f", "UNDELIV", "5")),
        (b"id:9f submitdate:2611221357 donedate:261122135800 stat:delivrd err:0ab text:", ("9f", "DELIVRD", "0ab")),
        (b"stat:EXPIRED id:9f", ("9f", "EXPIRED", "")),
        (b"id:9f,sub:1,stat:REJECTD,err:9", ("9f", "REJECTD", "9")),
        (b"id: 9f stat: DELETED err: 001 Txt: a", ("9f", "DELETED", "001")),
        (b"id:9f err:000 text:id:bad stat:REJECTD", ("9f", "", "000")),
        (b"id:9f stat:DELIVRD err:001 stat:REJECTD", ("9f", "DELIVRD", "001")),
        (b"", ("", "", "")),
        (b"hello", ("", "", "")),
    ],
)
def test_dialects(text: bytes, expected: tuple[str, str, str]) -> None:
    receipt = read(text)
    assert receipt is not None
    assert (receipt.id, receipt.stat, receipt.error) == expected


SHORT = st.lists(st.sampled_from([b"id:", b"stat:", b"text:", b" ", b",", b"\0", b"7", b"A"]), max_size=4).map(b"".join)


@given(st.lists(SHORT, min_size=8, max_size=8), st.booleans())
def test_the_usual_dialect_reads_as_it_does_among_others(values: list[bytes], loud: bool) -> None:
    keys = [b"id", b"sub", b"dlvrd", b"submit date", b"done date", b"stat", b"err", b"text"]
    content = b" ".join([key + b":" + value for key, value in zip(keys, values, strict=True)])
    content = content.upper() if loud else content
    assert fields(content) == fields(b" " + content)


def test_the_recorded_receipt_is_read() -> None:
    receipt = receipts.parse(codec("smpp").decode(hexed("smpp/recorded_deliver_sm.hex")).pdu)
    assert receipt == Receipt("1387958215", "DELIVRD", "", "2611221357", "2611221357", b"yyMMddHHmm")


def test_optional_fields_are_better_than_text_or_do_without_it() -> None:
    bare = receipts.parse(codec("smpp").decode(hexed("smpp/peer_deliver_sm_receipt_fields.hex")).pdu)
    assert bare is not None
    assert (bare.id, bare.stat) == ("3f2a", "UNDELIV")
    exact = read(PLAIN, tlvs=((RECEIPTED_MESSAGE_ID, b"6ab4\0"), (MESSAGE_STATE, b"\5")))
    assert exact is not None
    assert (exact.id, exact.stat) == ("6ab4", "DELIVRD")
    network = read(b"id:1 stat:UNDELIV", tlvs=((NETWORK_ERROR_CODE, b"\3\0\x22"),))
    assert network is not None
    assert network.error == "34"


def test_a_receipt_may_come_as_a_payload() -> None:
    receipt = read(b"", tlvs=((MESSAGE_PAYLOAD, PLAIN),))
    assert receipt is not None
    assert receipt.id == "1790225138"


def test_a_reply_that_looks_like_a_receipt_is_a_reply() -> None:
    assert read(PLAIN, esm_class=0) is None
    assert read(PLAIN, esm_class=0x08) is None
    assert read(PLAIN, esm_class=0x20) is not None
    assert read(b"", esm_class=0, tlvs=((RECEIPTED_MESSAGE_ID, b"1\0"),)) is not None


def test_a_written_receipt_is_read_again() -> None:
    receipt = Receipt("3f2a", "EXPIRED", "017", "2611221357", "2611221358", b"hello")
    assert read(receipts.write(receipt)) == receipt


@pytest.mark.parametrize(
    ("answered", "reported"),
    [
        (("6AB4F1", IdForm.HEX), ("6993137", IdForm.DECIMAL)),
        (("006ab4f1", IdForm.HEX), ("0006993137", IdForm.DECIMAL)),
        (("0x6ab4f1", IdForm.HEX), ("6AB4F1", IdForm.HEX)),
        (("6993137", IdForm.DECIMAL), (" 6993137 ", IdForm.DECIMAL)),
        (("a-b", IdForm.TEXT), ("a-b", IdForm.TEXT)),
    ],
)
def test_ids_in_two_forms_are_the_same(answered: tuple[str, IdForm], reported: tuple[str, IdForm]) -> None:
    assert canonical(*answered) == canonical(*reported)


@pytest.mark.parametrize("odd", ["", "x1", "1_000", "٣", "-5", "ef935a0df07ba76dce1d5cfab84b5719"])
def test_an_id_that_is_no_number_stays_as_it_is(odd: str) -> None:
    assert canonical(odd, IdForm.DECIMAL) == odd
    assert canonical("0x", IdForm.HEX) == "0x"
