"""HTTP/1.1 as carriers speak it: every way to say where an answer ends, in any pieces; connections kept and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from workers.channels import wire
from workers.channels.base import AnswerLost, Misconfigured

Said = tuple[int, str, bytes]


async def _asked(
    answers: list[bytes], *, times: int = 1, piece: int = 0, close: bool = False
) -> tuple[list[Said], int]:
    """What `times` requests in a row were answered, and how many connections they took."""
    made = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(4)
            for start in range(0, len(answer), piece or len(answer)):
                writer.write(answer[start : start + (piece or len(answer))])
                await writer.drain()
                await asyncio.sleep(0)
            if close:
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1?a=b"
    pool = wire.Pool()
    said = []
    async with server:
        for _ in range(times):
            status, headers, body = await pool.request("POST", url, {"X-Key": "k"}, b"ping", connect_s=1, total_s=2)
            said.append((status, headers.get("x-said", ""), body))
        pool.close()
    return said, made


@pytest.mark.parametrize("piece", [0, 1, 7])
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-Said: a\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200\r\nx-said:a\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-Said: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Said: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nLast: 1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Said: a\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
def test_an_answer_is_read_whole_in_whatever_pieces_it_comes(answer: bytes, piece: int) -> None:
    said, made = asyncio.run(_asked([answer] * 3, times=3, piece=piece))
    assert said == [(200, "a", b"hello")] * 3
    assert made == 1, "the connection is kept"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-Said: a\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\nX-Said: a\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-Said: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-Said: a\r\nContent-Length: 5\r\n\r\nhello and more",
    ],
    ids=["until it closes", "1.0", "close", "surplus"],
)
def test_a_connection_that_will_not_last_is_not_used_again(answer: bytes) -> None:
    said, made = asyncio.run(_asked([answer], times=2, close=True))
    assert said == [(200, "a", b"hello")] * 2
    assert made == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    ],
)
def test_what_cannot_be_read_is_a_lost_answer(answer: bytes) -> None:
    with pytest.raises(AnswerLost):
        asyncio.run(_asked([answer], close=True))


def test_204_has_no_body() -> None:
    assert asyncio.run(_asked([b"HTTP/1.1 204 No Content\r\nX-Said: a\r\n\r\n"] * 2, times=2)) == (
        [(204, "a", b"")] * 2,
        1,
    )


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:1/a b", {}),
        ("http://127.0.0.1:1/a\r\nX: y", {}),
        ("http://user:word@127.0.0.1:1/", {}),
        ("ftp://127.0.0.1/", {}),
        ("http://127.0.0.1:99999/", {}),
        ("http://127.0.0.1:1/", {"X": "a\r\nY: b"}),
        ("http://127.0.0.1:1/", {"X: y": "a"}),
    ],
)
def test_an_address_or_header_that_would_break_the_request_is_our_own_fault(url: str, headers: dict[str, str]) -> None:
    async def asked() -> None:
        await wire.Pool().request("POST", url, headers, b"", connect_s=1, total_s=1)

    with pytest.raises(Misconfigured):
        asyncio.run(asked())


def test_a_thousand_requests_at_once_stay_within_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "OPEN_MAX", 8)
    busy = most = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        while await reader.read(4096):
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.001)
            busy -= 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def asked(work: Callable[[wire.Pool, str], Awaitable[object]]) -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        pool = wire.Pool()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.gather(*(work(pool, url) for _ in range(1_000)))
        pool.close()
        server.close()

    async def one(pool: wire.Pool, url: str) -> None:
        assert (await pool.request("GET", url, {}, b"", connect_s=5, total_s=5))[2] == b"ok"

    asyncio.run(asked(one))
    assert most == 8


def test_a_cancelled_request_takes_its_connection_with_it() -> None:
    async def asked() -> None:
        gone = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(4096):
                pass
            gone.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        request = asyncio.create_task(wire.Pool().request("POST", url, {}, b"x", connect_s=1, total_s=9))
        await asyncio.sleep(0.1)
        request.cancel()
        await asyncio.wait_for(gone.wait(), 2)
        server.close()

    asyncio.run(asked())


@pytest.mark.parametrize("limits_s", [(0.15, 5.0, 0.15), (5.0, 0.15), (0.15, 0.6, 0.3)])
def test_every_request_of_a_kept_connection_has_its_own_deadline(limits_s: tuple[float, ...]) -> None:
    """All but the last are answered, after longer than the first might have taken; the last never is."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        while await reader.read(4096):
            seen += 1
            if seen < len(limits_s):
                await asyncio.sleep(0.2 if seen > 1 else 0)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def asked() -> float:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        pool, loop = wire.Pool(), asyncio.get_running_loop()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        for limit_s in limits_s[:-1]:
            await pool.request("GET", url, {}, b"", connect_s=1, total_s=limit_s)
        began = loop.time()
        with pytest.raises(AnswerLost):
            await pool.request("GET", url, {}, b"", connect_s=1, total_s=limits_s[-1])
        server.close()
        return loop.time() - began

    took_s = asyncio.run(asked())
    assert limits_s[-1] * 0.9 < took_s < limits_s[-1] + 1
