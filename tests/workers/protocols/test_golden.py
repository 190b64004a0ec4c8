"""Golden frames, both ways, however the bytes arrive."""

from __future__ import annotations

import pytest

from tests.workers.protocols.vectors import PDUS, Vector, hexed, vectors

VECTORS = vectors()


@pytest.fixture(params=VECTORS, ids=lambda vector: vector.name)
def vector(request: pytest.FixtureRequest) -> Vector:
    found: Vector = request.param
    return found


def test_a_golden_frame_reads_as_its_pdu(vector: Vector) -> None:
    assert vector.codec().decode(vector.frame) == (vector.pdu, vector.sequence)


def test_a_golden_pdu_writes_as_its_frame(vector: Vector) -> None:
    assert vector.codec().encode(vector.pdu, vector.sequence).hex() == vector.frame.hex()


def test_a_frame_may_come_byte_by_byte(vector: Vector) -> None:
    reader = vector.codec().reader()
    pieces = [list(reader.feed(vector.frame[at : at + 1])) for at in range(len(vector.frame))]
    assert pieces == [[]] * (len(vector.frame) - 1) + [[vector.frame]]


def test_bytes_after_a_frame_wait_for_the_rest_of_theirs(vector: Vector) -> None:
    reader = vector.codec().reader()
    assert list(reader.feed(vector.frame + vector.frame[:7])) == [vector.frame]
    assert list(reader.feed(vector.frame[7:])) == [vector.frame]


@pytest.mark.parametrize("protocol", PDUS)
def test_every_pdu_has_a_golden_frame(protocol: str) -> None:
    shown = {type(vector.pdu) for vector in VECTORS if vector.protocol == protocol}
    assert shown == set(PDUS[protocol].PDUS)


def test_a_golden_receipt_of_cmpp_2_is_60_bytes() -> None:
    assert len(hexed("cmpp/report_60.hex")) == 60
