"""SGIP: nodes, sequences and long messages."""

from __future__ import annotations

import pytest

from tests.workers.protocols.vectors import codec, hexed
from workers.protocols.errors import LocalProtocolError
from workers.protocols.long import Assembler
from workers.protocols.sgip import long
from workers.protocols.sgip.codec import node_id, read_sequence, sequence
from workers.protocols.sgip.pdus import Submit
from workers.protocols.text import UCS2


def test_a_node_is_made_of_area_and_enterprise() -> None:
    assert node_id(250, 1) == 3025000001 == 0xB44DD641
    with pytest.raises(LocalProtocolError):
        node_id(250, 100_000)


def test_a_report_refers_to_the_sequence_of_its_submit() -> None:
    report = codec("sgip").decode(hexed("sgip/recorded_report.hex")).pdu
    submit = codec("sgip").decode(hexed("sgip/recorded_submit.hex"))
    assert report.submit_sequence == submit.sequence
    assert read_sequence(submit.sequence) == (3025000001, 1122135711, 0x77548683)
    assert sequence(*read_sequence(submit.sequence)) == submit.sequence


def test_a_long_text_goes_in_marked_parts() -> None:
    said = "汉" * 80
    parts = long.submits(Submit(recipients=("86138",)), UCS2.encode(said), UCS2, 0x1234, wide=True)
    assert [(one.tp_udhi, one.message_coding, one.content[:7].hex()) for one in parts] == [
        (1, 8, "06080412340201"),
        (1, 8, "06080412340202"),
    ]
    assembler, done = Assembler(), []
    for one in parts:
        done += assembler.add("k", long.read(one), 0.0)
    assert UCS2.decode(done[0].body) == said
