"""Long messages in SMPP, the three ways."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.protocols.vectors import codec, hexed
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.long import Assembler
from workers.protocols.smpp import long
from workers.protocols.smpp.long import Way
from workers.protocols.smpp.pdus import MESSAGE_PAYLOAD, SAR_MSG_REF_NUM, DataSm, DeliverSm, SubmitSm
from workers.protocols.text import GSM, UCS2, Coding
from workers.protocols.udh import Concat
from workers.protocols.wire import tlv

TEMPLATE = SubmitSm(dest_addr_ton=1, dest_addr_npi=1, destination_addr="447700900123", registered_delivery=1)


def golden(name: str) -> Any:
    return codec("smpp").decode(hexed(f"smpp/{name}.hex")).pdu


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize(("coding", "said"), [(GSM, "price {€} " * 40), (UCS2, "你好😀" * 40), (UCS2, "短")])
def test_a_text_arrives_whichever_way_it_goes(way: Way, coding: Coding, said: str) -> None:
    submits = long.submits(TEMPLATE, coding.encode(said), coding, 0x1FE, way)
    assembler, done = Assembler(), []
    for submit in submits:
        again = codec("smpp").decode(codec("smpp").encode(submit, 1)).pdu
        done += assembler.add("k", long.read(again), 0.0)
    assert [coding.decode(one.body) for one in done] == [said]
    assert (len(submits) == 1) == (way is Way.PAYLOAD or said == "短")


def test_a_text_of_another_library_is_cut_alike() -> None:
    theirs = [golden("peer_submit_sm_udh_1"), golden("peer_submit_sm_udh_2")]
    concat = long.read(theirs[0]).concat
    assert concat is not None
    ours = long.submits(TEMPLATE, GSM.encode("x" * 200), GSM, concat.reference)
    assert [(one.short_message, one.esm_class) for one in ours] == [
        (one.short_message, one.esm_class) for one in theirs
    ]


def test_the_ways_of_another_library_are_read() -> None:
    sar = long.read(golden("peer_submit_sm_sar"))
    assert (sar.body, sar.concat) == (b"second half", Concat(515, 2, 2, True))
    payload = long.read(golden("peer_submit_sm_payload"))
    assert (UCS2.decode(payload.body), payload.concat) == ("汉" * 100, None)
    assert GSM.decode(long.read(golden("peer_gsm")).body) == "{[€~^|]}\\ @£"
    assert long.read(golden("data_sm")).body == b"hello"


def test_a_header_beats_the_optional_fields() -> None:
    both = DeliverSm(
        esm_class=0x40,
        short_message=bytes.fromhex("0500034b0201") + b"hi",
        tlvs=((SAR_MSG_REF_NUM, b"\0\1"), (0x20E, b"\3"), (0x20F, b"\3")),
    )
    assert long.read(both).concat == Concat(0x4B, 2, 1)


@pytest.mark.parametrize("fields", [(b"\0\1", b"\2", b"\3"), (b"\0\1", b"\0", b"\0"), (b"", b"\2", b"\1")])
def test_optional_fields_that_make_no_sense_are_ignored(fields: tuple[bytes, ...]) -> None:
    tlvs = tuple(zip((0x20C, 0x20E, 0x20F), fields, strict=True))
    assert long.read(DeliverSm(short_message=b"hi", tlvs=tlvs)).concat is None


def test_two_contents_at_once_are_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        long.read(DeliverSm(short_message=b"a", tlvs=((MESSAGE_PAYLOAD, b"b"),)))


def test_a_payload_has_its_own_limit() -> None:
    (one,) = long.submits(TEMPLATE, bytes(65535), GSM, 1, Way.PAYLOAD)
    assert len(tlv(one.tlvs, MESSAGE_PAYLOAD) or b"") == 65535
    assert codec("smpp").decode(codec("smpp").encode(one, 1)).pdu == one
    with pytest.raises(LocalProtocolError):
        long.submits(TEMPLATE, bytes(65536), GSM, 1, Way.PAYLOAD)


def test_data_sm_has_no_short_message() -> None:
    assert long.read(DataSm(tlvs=((MESSAGE_PAYLOAD, b"x"),))).body == b"x"
