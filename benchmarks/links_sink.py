"""python -m benchmarks.links_sink --protocol smpp: the far end of links at the least cost, so that what is
measured is the sender. Takes everything, reports what asks for it as delivered; says at /control how it is.

What it says is encoded once by the product's own codecs, with marks where sequence and id go.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.cmpp import receipts as reports
from workers.protocols.cmpp.codec import V2
from workers.protocols.cmpp.codec import Codec as CmppCodec
from workers.protocols.codec import Codec
from workers.protocols.smpp import pdus as smpp
from workers.protocols.smpp import receipts
from workers.protocols.smpp.codec import CODEC

ANSWER_BIT: Final = 0x80000000
RECEIPTS_OPEN_MAX: Final = 200  # unanswered ones on a link
GATHER_S: Final = 0.02
SEQUENCE_MARK: Final = 0x5E5E5E5E
NUMBER_MARK: Final = 0x1D1D1D1D1D1D1D1D
CMPP_WANTS_AT: Final = 22
_ids = itertools.count(1)


@dataclass(frozen=True)
class Tongue:
    """What is said in a protocol: a request's answer, and the receipt, cut at the marks."""

    codec: Codec
    submit: type[Any]
    deliver: type[Any]
    answers: dict[type[Any], Any]
    taken: list[bytes]
    receipt: list[bytes]
    sequence_at: int
    id: Callable[[int], bytes]
    wants: Callable[[bytes], bool]


def cut(codec: Codec, pdu: Any, id_mark: bytes) -> list[bytes]:
    """The bytes before, between and after sequence and ids."""
    before, after = codec.encode(pdu, SEQUENCE_MARK).split(SEQUENCE_MARK.to_bytes(4))
    return [before, *after.split(id_mark)]


def smpp_wants(frame: bytes) -> bool:
    """Whether a submit_sm asks for a receipt: registered_delivery follows five texts that end with NUL."""
    at = 16
    for skipped in (2, 2, 3, 0, 0):
        at = frame.index(0, at) + 1 + skipped
    return bool(frame[at])


def speaks_smpp() -> Tongue:
    mark = b"%016x" % NUMBER_MARK
    day = "2601010000"
    told = receipts.write(receipts.Receipt(mark.decode(), "DELIVRD", "000", day, day, b""))
    receipt = smpp.DeliverSm(esm_class=receipts.RECEIPT, short_message=told)
    answers = {
        smpp.BindTransceiver: smpp.BindTransceiverResp(system_id="sink"), smpp.EnquireLink: smpp.EnquireLinkResp(),
        smpp.Unbind: smpp.UnbindResp(),
    }  # fmt: skip
    taken = cut(CODEC, smpp.SubmitSmResp(message_id=mark.decode()), mark)
    return Tongue(
        CODEC,
        smpp.SubmitSm,
        smpp.DeliverSm,
        answers,
        taken,
        cut(CODEC, receipt, mark),
        12,
        lambda id: b"%016x" % id,
        smpp_wants,
    )


def speaks_cmpp() -> Tongue:
    codec, mark = CmppCodec(V2), NUMBER_MARK.to_bytes(8)
    told = reports.write(reports.Report(NUMBER_MARK, "DELIVRD", "2601010000", "2601010000"))
    receipt = cmpp.Deliver(msg_id=NUMBER_MARK, registered_delivery=1, content=told)
    answers = {
        cmpp.Connect: cmpp.ConnectResp(), cmpp.ActiveTest: cmpp.ActiveTestResp(), cmpp.Terminate: cmpp.TerminateResp(),
    }  # fmt: skip
    taken = cut(codec, cmpp.SubmitResp(msg_id=NUMBER_MARK), mark)
    return Tongue(
        codec,
        cmpp.Submit,
        cmpp.Deliver,
        answers,
        taken,
        cut(codec, receipt, mark),
        8,
        lambda id: id.to_bytes(8),
        lambda frame: bool(frame[CMPP_WANTS_AT]),
    )


TONGUES: Final = {"smpp": speaks_smpp, "cmpp": speaks_cmpp}
COMMAND: Final = struct.Struct(">I")


class Sink(asyncio.Protocol):
    """One link. Receipts leave together, as many as may be open, `delay_s` after their messages."""

    def __init__(self, tongue: Tongue, delay_s: float, links: set[Sink]) -> None:
        self._tongue, self._delay_s, self._links = tongue, delay_s, links
        self._reader, self._loop = tongue.codec.reader(), asyncio.get_running_loop()
        self._due: deque[tuple[float, int]] = deque()
        self._open, self._sequence = 0, itertools.count(1)
        self.taken = 0
        self._timer: asyncio.TimerHandle | None = None
        self.is_up = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.is_up = transport, True
        self._links.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_up = False
        self._due.clear()

    def data_received(self, data: bytes) -> None:
        tongue, at, out = self._tongue, self._loop.time() + self._delay_s, []
        submit, thanks = tongue.submit.command, tongue.deliver.command | ANSWER_BIT
        before, between, after = tongue.taken
        for frame in self._reader.feed(data):
            command: int = COMMAND.unpack_from(frame, 4)[0]
            if command == submit:
                id = next(_ids)
                self.taken += 1
                if tongue.wants(frame):
                    self._due.append((at, id))
                sequence = frame[tongue.sequence_at : tongue.sequence_at + 4]
                out.append(before + sequence + between + tongue.id(id) + after)
            elif command == thanks:
                self._open -= 1
            else:
                out.append(self._other(frame))
        self._transport.write(b"".join(out))
        if self._due and self._timer is None:
            self._timer = self._loop.call_later(GATHER_S, self._report)

    def _other(self, frame: bytes) -> bytes:
        pdu, sequence = self._tongue.codec.decode(frame)
        answer = self._tongue.answers.get(type(pdu))
        return self._tongue.codec.encode(answer, sequence) if answer else b""

    def _report(self) -> None:
        tongue, now, out = self._tongue, self._loop.time(), []
        before, *rest = tongue.receipt
        while self._due and self._open < RECEIPTS_OPEN_MAX and self._due[0][0] <= now:
            _, id = self._due.popleft()
            self._open += 1
            out.append(before + next(self._sequence).to_bytes(4) + tongue.id(id).join(rest))
        if out:
            self._transport.write(b"".join(out))
        self._timer = self._loop.call_later(GATHER_S, self._report) if self._due else None


async def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.links_sink")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--protocol", choices=TONGUES, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    given = parser.parse_args()
    tongue, links = TONGUES[given.protocol](), set[Sink]()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(tongue, given.delay, links), "127.0.0.1", given.port)
    port = server.sockets[0].getsockname()[1]

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        up = sum(link.is_up for link in links)
        counters = {"accepted": sum(link.taken for link in links)}
        body = json.dumps({"port": port, "links": up * ["bound"], "counters": counters}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        writer.close()

    control = await asyncio.start_server(tell, "127.0.0.1", 0)
    print(f"sink listens on http://127.0.0.1:{control.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
