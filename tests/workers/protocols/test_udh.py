"""The header in front of a content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.protocols import udh
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.udh import Concat


@pytest.mark.parametrize(
    ("header", "concat"),
    [
        ("0500034b0201", Concat(0x4B, 2, 1)),
        ("0608041234ff02", Concat(0x1234, 255, 2, True)),
        ("0b0504158200000003ff0302", Concat(0xFF, 3, 2)),
        ("0a00030102010003020302", Concat(2, 3, 2)),
        ("05000301ff00", None),
        ("0500030100ff", None),
        ("050003010203", None),
        ("0400020102", None),
        ("00", None),
    ],
)
def test_a_header_tells_the_part(header: str, concat: Concat | None) -> None:
    elements, body = udh.parse(bytes.fromhex(header) + b"text")
    assert (udh.concat(elements), body) == (concat, b"text")


def test_ports_are_kept() -> None:
    elements, _ = udh.parse(bytes.fromhex("0605040b8423f0"))
    assert udh.ports(elements) == (2948, 9200)
    assert udh.ports(udh.parse(bytes.fromhex("0404020b23"))[0]) == (11, 35)
    assert udh.ports(()) is None


@pytest.mark.parametrize("header", ["", "05", "0500034b02", "0500094b0201", "01ff"])
def test_a_header_that_is_not_all_there_is_refused(header: str) -> None:
    with pytest.raises(RemoteProtocolError):
        udh.parse(bytes.fromhex(header))


def test_a_concatenation_writes_its_header() -> None:
    assert udh.build((Concat(0x4B, 2, 1).element,)).hex() == "0500034b0201"
    assert udh.build((Concat(0x1234, 2, 1, True).element,)).hex() == "06080412340201"
    assert udh.build((Concat(0x1234, 2, 1).element,)).hex() == "050003340201"


@pytest.mark.parametrize("concat", [Concat(1, 2, 3), Concat(1, 2, 0), Concat(1, 256, 1)])
def test_an_impossible_part_is_not_written(concat: Concat) -> None:
    with pytest.raises(LocalProtocolError):
        udh.build((concat.element,))


def test_a_header_that_fills_the_message_is_not_written() -> None:
    with pytest.raises(LocalProtocolError):
        udh.build(((0x70, bytes(140)),))


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=5), st.binary(max_size=50))
def test_any_header_comes_back(elements: list[udh.Element], body: bytes) -> None:
    assert udh.parse(udh.build(tuple(elements)) + body) == (tuple(elements), body)
