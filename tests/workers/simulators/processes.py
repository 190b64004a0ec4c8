"""Starts simulators as the processes they are, and a receiver for what they call back."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.processes import Process
from workers.simulators.carrier import journal

START_S: Final = 15.0
STOP_S: Final = 5.0
LOOK_S: Final = 0.02

KEY: Final = "carrier-test-key"
SECRET: Final = "carrier-test-secret"


@contextmanager
def process(module: str, *arguments: str) -> Iterator[str]:
    """Runs a simulator on a free port; gives its address."""
    child = Process(module, "--port", "0", *arguments, heard=True)
    try:
        line = child.stdout.readline()
        assert "listens on" in line, f"{module} did not start"
        yield line.split()[-1]
    finally:
        child.terminate()
        child.wait(timeout=STOP_S)


@dataclass
class RunningCarrier:
    """A carrier process and its journal, the oracle."""

    url: str
    journal: Path

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in journal.entries(self.journal) if entry["kind"] == kind]

    def control(self, **wishes: Any) -> dict[str, Any]:
        return ask(self.url + "/control", wishes)

    def settings(self, **others: Any) -> dict[str, Any]:
        """What a channel to this carrier is set to."""
        return {"url": self.url, "key": KEY, "secret": SECRET, **others}


@contextmanager
def carrier(folder: Path, *arguments: str) -> Iterator[RunningCarrier]:
    path = folder / "carrier.jsonl"
    known = ("--key", KEY, "--secret", SECRET, "--journal", str(path), "--delay", "0", "--jitter", "0")
    with process("workers.simulators.carrier", *known, *arguments) as url:
        yield RunningCarrier(url, path)


@dataclass
class Call:
    """One request somebody made to the receiver."""

    headers: dict[str, str]
    body: bytes
    path: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Keeps every call; answers with the statuses in `answers` first, then always 200."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def items(self) -> list[dict[str, Any]]:
        """All receipts of all calls, in the order they came."""
        return [item for call in list(self.calls) for item in call.json]


@contextmanager
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.calls.append(Call(dict(self.headers), body, self.path))
            self.send_response(kept.answers.pop(0) if kept.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_port}/receipts"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


def ask(url: str, content: dict[str, Any] | None = None, method: str = "") -> dict[str, Any]:
    """A JSON call to a control address."""
    body = json.dumps(content).encode() if content else None
    request = urllib.request.Request(url, data=body, method=method or ("POST" if body else "GET"))
    with urllib.request.urlopen(request, timeout=START_S) as answer:
        return dict(json.loads(answer.read()))


def wait_for(what: Callable[[], Any], limit_s: float = START_S) -> Any:
    """Looks until something is true, and gives it back."""
    stop_at = time.monotonic() + limit_s
    while not (found := what()):
        assert time.monotonic() < stop_at, "waited in vain"
        time.sleep(LOOK_S)
    return found
