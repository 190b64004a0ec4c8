"""Hostile bytes: only ProtocolError, never much memory, never long."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.protocols.pipe import SESSIONS, bound_pair, session
from tests.workers.protocols.vectors import CODECS, codec, vectors
from workers.protocols import receipts, udh
from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.cmpp import receipts as cmpp_receipts
from workers.protocols.errors import ProtocolError, RemoteProtocolError
from workers.protocols.events import Closed, Reason
from workers.protocols.smgp import receipts as smgp_receipts
from workers.protocols.smpp import long as smpp_long
from workers.protocols.smpp import receipts as smpp_receipts
from workers.protocols.smpp.pdus import DeliverSm
from workers.protocols.states import Role
from workers.protocols.text import ASCII, BINARY, GB18030, GSM, GSM_PACKED, LATIN1, UCS2

HANG_S = 0.5
VECTORS = vectors()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Any, bytes]:
    """A golden frame with a few bytes changed, cut off or added, its length mostly made to fit again."""
    vector = draw(st.sampled_from(VECTORS))
    body = bytearray(vector.frame[4:])
    for _ in range(draw(st.integers(0, 6))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    body = bytearray(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)
    body += draw(st.binary(max_size=8))
    length = len(body) + 4 if draw(st.integers(0, 9)) else draw(st.integers(0, 0xFFFFFFFF))
    return vector, length.to_bytes(4) + bytes(body)


@settings(max_examples=1500, deadline=None)
@given(damaged())
def test_a_damaged_frame_is_read_or_refused(found: tuple[Any, bytes]) -> None:
    vector, frame = found
    link = vector.codec()
    try:
        for whole in link.reader().feed(frame):
            link.decode(whole)
    except RemoteProtocolError:
        return


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CODECS), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(which: tuple[str, int], data: bytes) -> None:
    link = codec(*which)
    try:
        for whole in link.reader().feed(data):
            link.decode(whole)
        link.decode(data)
    except RemoteProtocolError:
        return


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SESSIONS), st.sampled_from(Role), damaged(), st.booleans())
def test_a_session_never_raises_for_what_a_peer_sends(name: str, role: Role, found: Any, bound: bool) -> None:
    _, frame = found
    if bound:
        pair = bound_pair(name)
        mine = pair.client if role is Role.CLIENT else pair.server
    else:
        mine = session(name, role)
    events = mine.receive_data(frame, 1.0) + mine.connection_lost()
    assert [type(event) for event in events].count(Closed) == 1


@pytest.mark.parametrize(("protocol", "version"), CODECS)
@pytest.mark.parametrize("length", [0, 3, 11, 1_000_000, 0x7FFFFFFF, 0xFFFFFFFF])
def test_an_impossible_length_is_refused_before_its_bytes_come(protocol: str, version: int, length: int) -> None:
    with pytest.raises(RemoteProtocolError):
        list(codec(protocol, version).reader().feed(length.to_bytes(4)))


def test_frames_before_a_bad_one_still_count() -> None:
    pair = bound_pair("smpp")
    probe = bytes.fromhex("00000010000000150000000000000001")
    events = pair.server.receive_data(probe + b"\xff" * 16, 1.0)
    assert [type(event).__name__ for event in events] == ["Write", "Closed"]
    assert isinstance(events[1], Closed)
    assert events[1].reason is Reason.VIOLATION


def test_a_large_stream_needs_little_memory_and_time() -> None:
    frame = bytes.fromhex("0000000c0000000800000017")
    reader, blob = codec("cmpp").reader(), frame * 5000
    tracemalloc.start()
    began = time.perf_counter()
    count = sum(1 for at in range(0, len(blob), 7) for _ in reader.feed(blob[at : at + 7]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5000
    assert time.perf_counter() - began < 5
    assert peak < 1_000_000


def test_a_list_of_many_recipients_that_are_not_there_is_refused() -> None:
    frame = bytearray(next(one.frame for one in VECTORS if one.name == "cmpp/v2_submit"))
    frame[-8 - 30 - 1 - 21 - 1] = 99
    with pytest.raises(RemoteProtocolError):
        codec("cmpp").decode(bytes(frame))


def test_a_list_longer_than_the_standard_allows_is_refused() -> None:
    link, pdu = codec("cmpp"), cmpp.Submit(recipients=("1",) * cmpp.RECIPIENTS_MAX)
    frame = link.encode(pdu, 1)
    assert link.decode(frame).pdu == pdu
    at = 12 + 117 - 1
    assert frame[at] == cmpp.RECIPIENTS_MAX
    more = frame[:at] + bytes((cmpp.RECIPIENTS_MAX + 1,)) + bytes(21) + frame[at + 1 :]
    with pytest.raises(RemoteProtocolError):
        link.decode((len(frame) + 21).to_bytes(4) + more[4:])


@pytest.mark.parametrize(
    "body",
    [
        b"\0" * 7 + b"\0" * 9 + b"\xff" + b"x" * 255,  # a submit_sm with 255 bytes of text
        b"x" * 6 + b"\0" * 17,  # a service type of six characters and its NUL
    ],
)
def test_a_field_longer_than_the_standard_allows_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="at most"):
        codec("smpp").decode((16 + len(body)).to_bytes(4) + bytes((0, 0, 0, 4)) + bytes(8) + body)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300))
def test_contents_are_read_or_refused(content: bytes) -> None:
    began = time.perf_counter()
    for read in (udh.parse, cmpp_receipts.parse, smgp_receipts.parse, receipts.fields):
        try:
            read(content)
        except ProtocolError:
            continue
    short = DeliverSm(esm_class=0x44, short_message=content[:254], tlvs=((0x20C, content), (0x427, content)))
    try:
        smpp_long.read(short)
        smpp_receipts.parse(short)
    except ProtocolError:
        pass
    for coding in (GSM, GSM_PACKED, ASCII, LATIN1, BINARY, UCS2, GB18030):
        assert isinstance(coding.decode(content), str)
    assert time.perf_counter() - began < HANG_S


def test_a_huge_receipt_text_is_read_quickly() -> None:
    for blob in (b"id:" * 20_000, b"stat" + b" " * 60_000, b"submit date" * 6_000 + b":", b"\x1b" * 60_000):
        began = time.perf_counter()
        receipts.fields(blob)
        GSM.decode(blob)
        GSM_PACKED.decode(blob)
        assert time.perf_counter() - began < HANG_S
