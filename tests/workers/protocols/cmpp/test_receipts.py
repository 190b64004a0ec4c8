"""CMPP's reports, by their length."""

from __future__ import annotations

import pytest

from tests.workers.protocols.vectors import codec, hexed
from workers.protocols.cmpp import msgid, receipts
from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.cmpp.receipts import Report
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError


def test_a_golden_report_reads_and_writes() -> None:
    content = hexed("cmpp/report_60.hex")
    report = Report(0xB4C5530000010000, "DELIVRD", "1511120955", "1511120957", "13412340000", 0x12345678)
    assert receipts.parse(content) == report
    assert receipts.write(report) == content


@pytest.mark.parametrize(("name", "version", "size"), [("v2", V2, 60), ("v3", V3, 71)])
def test_recorded_reports_name_the_submit_they_are_about(name: str, version: int, size: int) -> None:
    def read(pdu: str) -> object:
        return codec("cmpp", version).decode(hexed(f"cmpp/recorded_{name}_{pdu}.hex")).pdu

    deliver, answer = read("deliver"), read("submit_resp")
    content: bytes = deliver.content  # type: ignore[attr-defined]
    assert len(content) == size
    report = receipts.parse(content)
    assert report.msg_id == answer.msg_id  # type: ignore[attr-defined]
    assert (report.stat, report.number, report.smsc_sequence) == ("DELIVRD", "13800138000", 7)
    assert receipts.write(report, version) == content


@pytest.mark.parametrize("size", [0, 59, 61, 70, 72, 255])
def test_a_report_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(RemoteProtocolError):
        receipts.parse(bytes(size))


@pytest.mark.parametrize(
    ("value", "parts", "printed"),
    [
        (0xB2B9DA8000010000, (11, 5, 14, 42, 42, 1, 0), None),
        (0xB4C5530000010000, (11, 9, 17, 21, 12, 1, 0), None),
        (0xBB37908ACD32D8AD, (11, 22, 13, 57, 2, 707890, 55469), "1122135702070789055469"),
    ],
)
def test_message_ids_tell_time_gateway_and_sequence(value: int, parts: tuple[int, ...], printed: str | None) -> None:
    found = msgid.read(value)
    assert int(found) == value
    assert printed in (None, str(found))
    if printed:
        assert found == parts
    assert (found.month, found.day, found.hour, found.gateway, found.sequence) == (*parts[:3], *parts[5:])


def test_a_message_id_out_of_range_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        int(msgid.MsgId(11, 22, 13, 57, 2, 1 << 22, 0))
