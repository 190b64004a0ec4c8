"""Long messages in CMPP."""

from __future__ import annotations

from workers.protocols.cmpp import long
from workers.protocols.cmpp.pdus import Deliver, Submit
from workers.protocols.long import Assembler, Part
from workers.protocols.text import ASCII, UCS2

TEMPLATE = Submit(msg_src="900020", src_id="10690001", recipients=("13800138000",))
SAID = "【测试】" + "这是一条很长的消息" * 9 + "😀"


def test_a_long_text_goes_in_marked_parts() -> None:
    parts = long.submits(TEMPLATE, UCS2.encode(SAID), UCS2, 0x4B)
    assert [(one.pk_total, one.pk_number, one.tp_udhi, one.msg_fmt) for one in parts] == [(2, 1, 1, 8), (2, 2, 1, 8)]
    assert parts[0].content[:14].hex() == "0500034b020130106d4b8bd53011"
    assert len(parts[0].content) == 140
    assembler = Assembler()
    assert assembler.add("k", long.read(parts[1]), 0.0) == []
    assert UCS2.decode(assembler.add("k", long.read(parts[0]), 0.0)[0].body) == SAID


def test_a_short_text_goes_as_it_is() -> None:
    (one,) = long.submits(TEMPLATE, b"hi", ASCII, 1)
    assert (one.pk_total, one.pk_number, one.tp_udhi, one.msg_fmt, one.content) == (1, 1, 0, 0, b"hi")


def test_the_header_is_believed_not_the_counts_beside_it() -> None:
    assert long.read(Submit(pk_total=3, pk_number=2, content=b"hi")) == Part(b"hi")
    disagreeing = Submit(pk_total=9, pk_number=9, tp_udhi=1, content=bytes.fromhex("0500034b0201") + b"hi")
    concat = long.read(disagreeing).concat
    assert concat is not None
    assert (concat.total, concat.number) == (2, 1)


def test_ports_of_a_reply_are_kept() -> None:
    part = long.read(Deliver(tp_udhi=1, content=bytes.fromhex("0605040b8423f0") + b"hi"))
    assert part == Part(b"hi", None, ((5, bytes.fromhex("0b8423f0")),))
