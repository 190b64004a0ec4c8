"""Doubt is decided in one place: what failed before a connection stood was not submitted, what failed later may be."""

from __future__ import annotations

import asyncio
import datetime
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs

from workers import channels
from workers.channels import Accepted, Code, Doubtful, Outgoing, Refused, SendResult, http

SETTINGS = {"key": "key-never-told", "secret": "secret-never-told", "timeout_s": 1}
MESSAGE = Outgoing("msg_1", "+8613800138000", "你好")


def send(url: str, **others: Any) -> SendResult:
    return channels.send("simulator", {**SETTINGS, "url": url, **others}, [MESSAGE])[0]


@contextmanager
def listening(behave: Any, backlog: int = 8) -> Iterator[str]:
    """A bare socket whose every connection is handed to `behave`."""
    server = socket.create_server(("127.0.0.1", 0), backlog=backlog)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                behave(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_refused_connection_was_not_submitted() -> None:
    result = send(f"http://127.0.0.1:{free_port()}")
    assert isinstance(result, Refused)
    assert (result.code, result.retryable) == (Code.UNREACHABLE, True)


def test_a_name_that_leads_nowhere_was_not_submitted() -> None:
    result = send("http://nowhere.invalid:8090", timeout_s=8)
    assert isinstance(result, Refused)
    assert (result.code, result.retryable) == (Code.UNREACHABLE, True)


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's own certificate that expired yesterday and that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now - datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    return context


def test_a_bad_certificate_was_not_submitted(tmp_path: Path) -> None:
    context = certificate(tmp_path)
    with listening(lambda connection: context.wrap_socket(connection, server_side=True).recv(1)) as url:
        result = send(url.replace("http", "https"))
    assert isinstance(result, Refused)
    assert (result.code, result.retryable) == (Code.UNREACHABLE, True)


def test_a_connection_that_never_stands_was_not_submitted() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # fill the backlog, so that one more gets no answer at all
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        result = send(f"http://127.0.0.1:{address[1]}")
        for each in waiting:
            each.close()
    assert isinstance(result, Refused)
    assert (result.code, result.retryable) == (Code.UNREACHABLE, True)


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: connection.recv(1),
        lambda connection: connection.recv(65536),
        lambda connection: time.sleep(1.2),
        lambda connection: (
            connection.recv(65536),
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
        ),
        lambda connection: (connection.recv(65536), connection.sendall(b"SSH-2.0-Nonsense\r\n")),
        lambda connection: (connection.recv(65536), connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000)),
    ],
    ids=["closed early", "closed after reading", "silence", "half an answer", "not http", "endless header"],
)
def test_whatever_breaks_after_the_first_byte_is_doubtful(behave: Any) -> None:
    with listening(behave) as url:
        assert isinstance(send(url), Doubtful)


def test_an_address_that_is_no_url_is_our_own_fault() -> None:
    result = send("http://")
    assert isinstance(result, Refused)
    assert result.code == Code.CONFIG


def test_wrong_settings_send_nothing_and_name_the_field() -> None:
    result = channels.send("simulator", {**SETTINGS, "url": "ftp://x", "batch": 501}, [MESSAGE] * 2)
    assert result == [Refused(Code.CONFIG, True, "settings: url not_a_url, batch out_of_range")] * 2
    assert channels.faults(channels.fields("simulator"), {"batch": "x"}) == {
        "url": "required",
        "key": "required",
        "secret": "required",
        "batch": "not_a_number",
    }


async def _spread(
    request: Any, count: int, *, batch: int = 1, connections: int = 4
) -> tuple[list[SendResult], Sequence[Outgoing]]:
    messages = [Outgoing(f"r{index}", "+8613800138000", "x") for index in range(count)]
    return await http.spread(messages, request, batch=batch, connections=connections), messages


def test_results_stay_in_order_and_connections_in_bounds() -> None:
    busy = most = 0

    async def request(part: Sequence[Outgoing]) -> list[SendResult]:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.001 * (int(part[0].reference[1:]) % 7))
        busy -= 1
        return [Accepted(message.reference) for message in part]

    results, messages = asyncio.run(_spread(request, 203, batch=3, connections=5))
    assert results == [Accepted(message.reference) for message in messages]
    assert most == 5


def test_what_cannot_be_begun_in_time_was_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "START_S_MAX", 0.05)

    async def request(part: Sequence[Outgoing]) -> list[SendResult]:
        await asyncio.sleep(0.03)
        return [Accepted("c")]

    results, _ = asyncio.run(_spread(request, 20, connections=1))
    assert results[0] == Accepted("c")
    assert isinstance(results[-1], Refused)
    assert (results[-1].code, results[-1].retryable) == (Code.NOT_TRIED, True)


def test_a_broken_request_leaves_the_others_their_news_and_tells_no_text() -> None:
    async def request(part: Sequence[Outgoing]) -> list[SendResult]:
        if part[0].reference == "r1":
            raise RuntimeError("+8613800138000 key-never-told")
        return [Accepted("c")]

    with capture_logs() as logs:
        results, _ = asyncio.run(_spread(request, 3))
    assert results == [Accepted("c"), Doubtful("request broke: RuntimeError"), Accepted("c")]
    assert "never-told" not in repr(logs) and "+86" not in repr(logs)


def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    assert http.run(asyncio.sleep(0, "parent")) == "parent"
    child = os.fork()
    if child == 0:
        os._exit(0 if http.run(asyncio.sleep(0, "child")) == "child" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert http.run(asyncio.sleep(0, "parent again")) == "parent again"


def test_after_close_the_next_call_begins_anew() -> None:
    first = http.session()
    http.close()
    assert http.run(asyncio.sleep(0, "again")) == "again"
    assert http.session() is not first
