"""What drives other gateways: their connections are kept, whichever way they say how long an answer is."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks import calls

COUNT, WARM = 60, 20
ANSWERS = {
    "of a length": b"Content-Length: 7\r\n\r\nSuccess",
    "in chunks": b"Transfer-Encoding: chunked\r\n\r\n7\r\nSuccess\r\n0\r\n\r\n",
}


class Server(ThreadingHTTPServer):
    request_queue_size = calls.CONNECTIONS
    daemon_threads = True


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_request_is_made_once_over_kept_connections(answer: bytes) -> None:
    asked: list[str] = []
    connections: set[tuple[str, int]] = set()

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            connections.add(self.client_address)
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + answer)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with Server(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            took_s = calls.campaign(server.server_port, COUNT, lambda _, at: f"/{at}", WARM, lambda: len(asked))
        finally:
            server.shutdown()
    assert took_s > 0
    assert sorted(asked) == sorted(f"/{at}" for at in range(WARM + COUNT))
    assert len(connections) <= 2 * calls.CONNECTIONS  # those of the warming, and those of the measuring
