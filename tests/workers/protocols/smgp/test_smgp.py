"""SMGP: its login, message ids, long messages and receipts with ten raw bytes in them."""

from __future__ import annotations

import pytest

from tests.workers.protocols.vectors import codec, hexed
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.long import Assembler
from workers.protocols.receipts import Receipt
from workers.protocols.smgp import auth, long, msgid, receipts
from workers.protocols.smgp.pdus import LINK_ID, PK_NUMBER, PK_TOTAL, TP_UDHI, Deliver, Submit
from workers.protocols.text import UCS2


def test_the_recorded_login_is_recognised() -> None:
    login = codec("smgp").decode(hexed("smgp/recorded_login.hex")).pdu
    answer = codec("smgp").decode(hexed("smgp/recorded_login_resp.hex")).pdu
    assert auth.login("smgpusr", "secret", 1122135714) == login
    assert auth.knows_secret(login, "secret")
    assert not auth.knows_secret(login, "other")
    assert auth.answer(login, "secret") == answer


def test_the_recorded_receipt_is_read() -> None:
    deliver = codec("smgp").decode(hexed("smgp/recorded_deliver.hex")).pdu
    receipt = receipts.parse(deliver.content)
    assert receipt == Receipt("70789011221357468589", "DELIVED", "000", "2018070300", "2018070300", b"tst" + bytes(17))


def test_a_written_receipt_has_the_122_bytes_of_the_standard() -> None:
    receipt = Receipt("70789011221357468587", "DELIVRD", "000", "2611221357", "2611221358", b"hello")
    content = receipts.write(receipt)
    assert len(content) == 122
    found = receipts.parse(content)
    assert (found.id, found.stat, found.submitted, found.done) == (receipt.id, "DELIVRD", "2611221357", "2611221358")


def test_an_id_may_look_like_anything() -> None:
    raw = b" err:stat:"
    content = (
        b"ID:" + raw + b" sub:001 dlvrd:001 Submit_Date:2611221357 Done date:2611221358 STAT:REJECTD err:015 Text:x"
    )
    receipt = receipts.parse(content)
    assert (receipt.id, receipt.stat, receipt.error) == (raw.hex(), "REJECTD", "015")
    assert receipt.submitted == "2611221357"


@pytest.mark.parametrize("content", [b"", b"id:123", b"stat:DELIVRD err:000 text:"])
def test_a_receipt_without_an_id_is_refused(content: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        receipts.parse(content)


def test_message_ids_tell_gateway_time_and_sequence() -> None:
    raw = bytes.fromhex("70789011221357468587")
    assert msgid.read(raw) == (707890, "11221357", 468587)
    assert bytes(msgid.MsgId(707890, "11221357", 468587)) == raw
    assert msgid.read(b"\xff" * 10) is None
    with pytest.raises(LocalProtocolError):
        bytes(msgid.MsgId(1, "11221357", 1_000_000))


def test_a_long_text_is_announced_by_optional_fields() -> None:
    said = "汉" * 80
    template = Submit(recipients=("133",), tlvs=((LINK_ID, b"x"), (PK_TOTAL, b"\x63")))
    parts = long.submits(template, UCS2.encode(said), UCS2, 9)
    assert parts[1].tlvs == ((TP_UDHI, b"\1"), (PK_TOTAL, b"\2"), (PK_NUMBER, b"\2"), (LINK_ID, b"x"))
    assembler, done = Assembler(), []
    for one in parts:
        done += assembler.add("k", long.read(one), 0.0)
    assert UCS2.decode(done[0].body) == said
    assert long.read(Deliver(content=b"\5")).body == b"\5"
