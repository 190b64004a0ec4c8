"""Hostile bodies: only RemoteProtocolError, never long, never much memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.protocols.mm7.test_golden import NAMES, golden
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.markup import DEPTH_MAX, ELEMENTS_MAX, read
from workers.protocols.mm7 import letters
from workers.protocols.mm7.mime import NESTED_MAX, PARTS_MAX, Part, joined, leaves, split
from workers.protocols.mm7.smil import File, Page, presentation

HANG_S = 1.0
MEMORY_MAX = 64 << 20
LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
ENVELOPE = b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>%s</Body></Envelope>'
DELIVER = golden("foreign_deliver")[0]

HOSTILE = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><x>&l9;</x>'.encode(),
    "an external entity": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    "an external document type": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
    "a parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]><x/>',
    "an unknown entity": ENVELOPE % b"<DeliverReq>&lol;</DeliverReq>",
    "a hundred megabytes": b"<x>" + b"a" * (100 << 20) + b"</x>",
    "a hundred megabytes of parts": b"--b\r\n\r\n" + b"a" * (100 << 20),
    "a deep tree": b"<x>" * 100_000 + b"</x>" * 100_000,
    "a wide tree": b"<x>" + b"<y/>" * 100_000 + b"</x>",
    "many attributes": b"<x " + b" ".join(b'a%d="1"' % at for at in range(60_000)) + b"/>",
    "nothing": b"",
    "zeros": b"\0" * 1_000,
    "half an envelope": golden("report")[0][:200],
    "no envelope": b"<x/>",
    "an empty body": ENVELOPE % b"",
    "a message nobody knows": ENVELOPE % b"<ReplaceEverything/>",
    "bytes in no coding": b"<x>\xff\xfe</x>",
    "a coding of several bytes": b'<?xml version="1.0" encoding="gb2312"?><x/>',
    "a torn body": DELIVER[:-30],
    "a body of one boundary": b"--b\r\n",
    "a body torn in its headers": b"--b\r\nContent-Type: text/xml",
    "an endless header": b"--b\r\nContent-Type: " + b"a" * 100_000 + b"\r\n\r\n\r\n--b--",
    "too many parts": b"--b\r\n" + b"\r\n\r\n--b\r\n" * (PARTS_MAX + 5) + b"\r\n--b--",
    "many boundaries that are none": b"--b\r\n" + b"\n--b " * 200_000,
    "base64 that is none": DELIVER.replace("退订".encode("gbk"), b"").replace(b"base64\n\n", b"base64\n\n!"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_in_little_time_and_memory(name: str) -> None:
    data = HOSTILE[name]
    tracemalloc.start()
    begun = time.monotonic()
    try:
        with pytest.raises(RemoteProtocolError):
            letters.opened(data)
        assert time.monotonic() - begun < HANG_S
        assert tracemalloc.get_traced_memory()[1] < MEMORY_MAX
    finally:
        tracemalloc.stop()


def test_parts_nested_without_end_are_refused() -> None:
    body = joined([Part("text/plain", b"x")], "b0")
    for level in range(1, NESTED_MAX + 3):
        body = joined([Part(f"multipart/mixed; boundary=b{level - 1}", body)], f"b{level}")
    with pytest.raises(RemoteProtocolError):
        list(leaves(split(body)))


def test_a_tree_as_deep_and_as_wide_as_allowed_is_read() -> None:
    assert read(b"<x>" * DEPTH_MAX + b"</x>" * DEPTH_MAX).name == "x"
    with pytest.raises(RemoteProtocolError, match="too much"):
        read(b"<x>" * (DEPTH_MAX + 1) + b"</x>" * (DEPTH_MAX + 1))
    assert len(read(b"<x>" + b"<y/>" * (ELEMENTS_MAX - 1) + b"</x>").children) == ELEMENTS_MAX - 1
    with pytest.raises(RemoteProtocolError, match="too much"):
        read(b"<x>" + b"<y/>" * ELEMENTS_MAX + b"</x>")


@pytest.mark.parametrize("kind", ["SYSTEM 'file:///etc/passwd'", "[<!ENTITY a 'b'>]", "[]", "PUBLIC 'a' 'b'"])
def test_no_document_type_is_read_however_small(kind: str) -> None:
    with pytest.raises(RemoteProtocolError, match="document type"):
        read(f"<!DOCTYPE x {kind}><x/>".encode())


def test_as_many_parts_as_allowed_are_read() -> None:
    part = Part("text/plain", b"x")
    assert len(split(joined([part] * PARTS_MAX, "b"))) == PARTS_MAX
    with pytest.raises(RemoteProtocolError, match="too many"):
        split(joined([part] * (PARTS_MAX + 1), "b"))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_damaged_body_is_read_or_refused(name: str, data: st.DataObject) -> None:
    body = bytearray(golden(name)[0])
    for _ in range(data.draw(st.integers(0, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        letters.opened(bytes(body[: data.draw(st.integers(0, len(body)))]))
    except RemoteProtocolError:
        return


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.binary(max_size=60)), min_size=1, max_size=5), st.booleans())
def test_what_pages_show_arrives_as_it_was(shown: list[tuple[str, bytes]], lines: bool) -> None:
    pages = [Page(text.encode("utf-8", "ignore").decode(), File("image/png", content)) for text, content in shown]
    parts = presentation(pages)
    asked, _ = letters.opened(golden("submit_binary")[0])
    body = letters.packed(asked, parts, "outer-0123456789", "base64" if lines else "binary")[1]
    assert letters.opened(body) == (asked, parts)


@pytest.mark.parametrize(
    "pages",
    [[Page()], [Page("x", File("application/pdf", b"x"))], [Page("x", File("text/html", b"x"))]],
)
def test_what_phones_do_not_show_is_not_written(pages: list[Page]) -> None:
    with pytest.raises(LocalProtocolError):
        presentation(pages)


def test_a_boundary_inside_a_part_is_not_used() -> None:
    with pytest.raises(LocalProtocolError):
        joined([Part("image/png", b"--b\r\n")], "b")
    with pytest.raises(LocalProtocolError):
        joined([Part("image/png", b"x", name="a\r\nX: y")], "b")
