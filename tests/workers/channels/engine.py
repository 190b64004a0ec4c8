"""One engine for the table tests of every HTTP channel: it plays the carrier with canned answers on loopback, compares
the requests it got and the results that came back, and fails a case in which a secret was told.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from structlog.testing import capture_logs

from workers import channels
from workers.channels import Outgoing, SendResult, Settings

ENGINE = "http://127.0.0.1:0"  # in a setting: the address of the engine itself
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Canned:
    """One answer of the carrier. A dict or list is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Seen:
    """One request the carrier must have got: what its JSON or its form holds, None for no body. ANY stands for whatever
    differs each time; `headers` are those that matter.
    """

    path: str
    content: Any
    headers: Mapping[str, Any] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def content(self) -> Any:
        if (self.header("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Case:
    """A row of a channel's table. `settings` lack the address: the engine fills in its own."""

    name: str
    messages: Sequence[Outgoing]
    answers: Sequence[Canned]
    requests: Sequence[Seen]
    results: Sequence[SendResult]
    settings: Mapping[str, object] = field(default_factory=dict)
    path: str = ""  # what follows the engine's address in the setting


@contextmanager
def carrier(answers: Sequence[Canned]) -> Iterator[tuple[str, list[Got]]]:
    """A carrier that gives these answers; its address, and what it was asked."""
    waiting, got = list(answers), list[Got]()

    class Carrier(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got.append(Got(self.command, self.path, dict(self.headers), body))
            canned = waiting.pop(0) if waiting else Canned(599, b"no answer left")
            content = canned.content()
            self.send_response(canned.status)
            for name, value in canned.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_DELETE = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Carrier)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        server.server_close()


def asked(
    kind: str,
    settings: Mapping[str, object],
    answers: Sequence[Canned],
    work: Callable[[dict[str, object]], Any],
    url_field: str = "url",
    path: str = "",
) -> tuple[Any, list[Got]]:
    """What `work` gives with the settings that lead to a carrier of these answers, and what that was asked."""
    with carrier(answers) as (address, got):
        given = {**settings, url_field: address + path}
        chosen = {
            name: value.replace(ENGINE, address) if isinstance(value, str) else value for name, value in given.items()
        }
        refuse_strangers(kind, chosen)
        with capture_logs() as logs:
            result = work(chosen)
    tell_no_secret(kind, chosen, result, logs)
    return result, got


def play(kind: str, case: Case, settings: Mapping[str, object], url_field: str = "url") -> None:
    """Runs one case; the assertion that fails says what differed."""
    results, got = asked(
        kind,
        {**settings, **case.settings},
        case.answers,
        lambda chosen: channels.send(kind, chosen, case.messages),
        url_field,
        case.path,
    )
    assert results == list(case.results)
    compare(got, case.requests)


def compare(got: Sequence[Got], expected: Sequence[Seen]) -> None:
    came = [(each.method, each.path, each.content()) for each in got]
    assert came == [(seen.method, seen.path, seen.content) for seen in expected]
    for each, seen in zip(got, expected, strict=True):
        assert {name: each.header(name) for name in seen.headers} == dict(seen.headers)


def refuse_strangers(kind: str, settings: Mapping[str, object]) -> None:
    """No test may speak to anything but this machine."""
    for each in channels.fields(kind):
        if each.type == "url" and settings.get(each.name):
            host = urlsplit(str(settings[each.name])).hostname
            assert host in LOOPBACK, f"{each.name} leads to {host}"


def tell_no_secret(kind: str, settings: Mapping[str, object], *told: object) -> None:
    """Neither the results nor the log lines nor the settings' own repr may show a secret."""
    declared = channels.fields(kind)
    text = repr(told) + repr(Settings(declared, settings))
    for each in declared:
        if each.secret and settings.get(each.name):
            assert str(settings[each.name]) not in text, f"{each.name} was told"
