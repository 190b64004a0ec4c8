"""Every PDU survives the wire; what does not fit is refused by whoever made the mistake."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.protocols import strategies
from tests.workers.protocols.vectors import CODECS, PDUS, codec
from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.codec import Unknown
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.layout import Layout
from workers.protocols.smpp import pdus as smpp
from workers.protocols.wire import changed

ALL = [(protocol, version, cls) for protocol, version in CODECS for cls in PDUS[protocol].PDUS]


@pytest.mark.parametrize(("protocol", "version", "cls"), ALL, ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_pdu_comes_back_as_it_was_sent(protocol: str, version: int, cls: type[Any]) -> None:
    form = int(version == V3)
    numbers = st.binary(min_size=12, max_size=12) if protocol == "sgip" else st.integers(0, 0x7FFFFFFF)

    @settings(max_examples=25, deadline=None)
    @given(strategies.pdu(cls, form), numbers)
    def check(pdu: Any, sequence: Any) -> None:
        link = codec(protocol, version)
        frame = link.encode(pdu, sequence)
        assert list(link.reader().feed(frame)) == [frame]
        assert link.decode(frame) == (pdu, sequence)

    check()


@pytest.mark.parametrize(("protocol", "version", "cls"), ALL, ids=lambda one: getattr(one, "__name__", str(one)))
def test_what_was_encoded_before_leaves_no_trace(protocol: str, version: int, cls: type[Any]) -> None:
    form = int(version == V3)
    kept = Layout(cls, form)

    @settings(max_examples=15, deadline=None)
    @given(strategies.pdu(cls, form), strategies.pdu(cls, form), st.data())
    def check(one: Any, other: Any, data: st.DataObject) -> None:
        names = [field.name for field in fields(cls)]
        mixed = {name: getattr(other, name) for name in names if data.draw(st.booleans())}
        for pdu in (one, changed(one, **mixed), other, one):
            assert kept.encode(pdu) == Layout(cls, form).encode(pdu)
        assert changed(one, **mixed) == replace(one, **mixed)

    check()


def test_only_what_a_pdu_has_can_be_changed() -> None:
    with pytest.raises(TypeError):
        changed(cmpp.Submit(), contents=b"")


@pytest.mark.parametrize("version", [V2, V3])
def test_sizes_are_those_of_the_standard(version: int) -> None:
    link, phone, three = codec("cmpp", version), "13800138000", version == V3
    submit = cmpp.Submit(recipients=(phone, phone, phone), content=b"x" * 50)
    assert len(link.encode(submit, 1)) == (163 + 32 * 3 if three else 138 + 21 * 3) + 50
    assert len(link.encode(cmpp.Deliver(content=b"x" * 50), 1)) == (109 if three else 85) + 50
    assert len(link.encode(cmpp.QueryResp(), 1)) == 63


@pytest.mark.parametrize(
    "pdu",
    [
        cmpp.Submit(src_id="1" * 22),
        cmpp.Submit(service_id="a\0b"),
        cmpp.Submit(msg_src="企业"),
        cmpp.Submit(recipients=("1",) * 100),
        cmpp.Submit(content=b"x" * 256),
        cmpp.Submit(pk_total=256),
        cmpp.Submit(fee_terminal_id="1" * 22),
        cmpp.Connect(authenticator=b"short"),
        cmpp.SubmitResp(result=256),
    ],
)
def test_what_does_not_fit_is_our_own_mistake(pdu: Any) -> None:
    with pytest.raises(LocalProtocolError):
        codec("cmpp", V2).encode(pdu, 1)


def test_cmpp_3_has_room_for_what_2_refuses() -> None:
    link = codec("cmpp", V3)
    for pdu in (cmpp.Submit(fee_terminal_id="1" * 32), cmpp.SubmitResp(result=256)):
        assert link.decode(link.encode(pdu, 1)).pdu == pdu


def test_a_sequence_out_of_range_is_our_own_mistake() -> None:
    for protocol, sequence in (("cmpp", 1 << 32), ("smpp", -1), ("sgip", b"short")):
        pdu = {"cmpp": cmpp.ActiveTest(), "smpp": smpp.EnquireLink(), "sgip": PDUS["sgip"].Unbind()}[protocol]
        with pytest.raises(LocalProtocolError):
            codec(protocol, V2).encode(pdu, sequence)


def test_a_pdu_of_another_protocol_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        codec("smpp").encode(cmpp.ActiveTest(), 1)


def test_a_submit_multi_has_254_recipients_at_most() -> None:
    many = (smpp.SmeAddress(1, 1, "1"),) * 254
    link = codec("smpp")
    assert link.decode(link.encode(smpp.SubmitMulti(recipients=many), 1)).pdu.recipients == many
    with pytest.raises(LocalProtocolError):
        link.encode(smpp.SubmitMulti(recipients=(*many, many[0])), 1)


def test_optional_fields_are_bounded() -> None:
    with pytest.raises(LocalProtocolError):
        codec("smgp").encode(PDUS["smgp"].Submit(tlvs=((1, bytes(1100)),)), 1)


def test_an_answer_may_leave_its_body_out() -> None:
    bare = bytes.fromhex("00000010800000040000005800000009")
    assert codec("smpp").decode(bare) == (smpp.SubmitSmResp(status=0x58), 9)
    assert codec("cmpp", V2).decode(bytes.fromhex("0000000c8000000800000017")) == (cmpp.ActiveTestResp(), 23)


def test_an_unknown_command_is_kept_as_it_came() -> None:
    frame = bytes.fromhex("0000000e0000006300000005abcd")
    assert codec("cmpp", V2).decode(frame) == (Unknown(0x63, b"\xab\xcd"), 5)


@pytest.mark.parametrize("change", [b"\0", b""])
def test_a_body_of_the_wrong_size_is_not_guessed_at(change: bytes) -> None:
    frame = codec("cmpp", V3).encode(cmpp.SubmitResp(1, 8), 1)
    body = frame[12:] + change if change else frame[12:-1]
    wrong = (12 + len(body)).to_bytes(4) + frame[4:12] + body
    with pytest.raises(RemoteProtocolError):
        codec("cmpp", V3).decode(wrong)


def test_an_answer_in_the_other_version_is_not_taken_for_a_success() -> None:
    refused = codec("cmpp", V3).encode(cmpp.SubmitResp(1, 8), 1)
    with pytest.raises(RemoteProtocolError):
        codec("cmpp", V2).decode(refused)


def test_text_ends_at_its_first_nul() -> None:
    frame = bytearray(codec("cmpp", V2).encode(cmpp.Query(query_code="abcdef"), 1))
    frame[21 + 3] = 0
    assert codec("cmpp", V2).decode(bytes(frame)).pdu.query_code == "abc"


def test_the_login_settles_the_version_of_a_link() -> None:
    server, client = codec("cmpp", V2), codec("cmpp", V3)
    server.decode(client.encode(cmpp.Connect(version=0x30), 1))
    answer = server.encode(cmpp.ConnectResp(version=0x30), 1)
    assert len(answer) == 33
    for old in (0x12, 0x20, 0x21):
        server.decode(client.encode(cmpp.Connect(version=old), 1))
        assert len(server.encode(cmpp.ConnectResp(version=old), 1)) == 30


def test_a_client_follows_a_server_that_answers_in_the_older_version() -> None:
    client = codec("cmpp", V3)
    client.encode(cmpp.Connect(version=0x30), 1)
    client.decode(codec("cmpp", V2).encode(cmpp.ConnectResp(status=4), 1))
    assert len(client.encode(cmpp.SubmitResp(), 1)) == 21
