"""Kannel, as a customer of our carrier: its two processes, and an address it tells receipts and replies to."""

from __future__ import annotations

import os
import shutil
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.interop.software import free_ports, listening
from tests.workers.simulators.links.dialects import ACCOUNT, SECRET, SENDER

PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/kannel"))
CALL_S = 10.0

# Ids are hexadecimal in answers and decimal in receipts: msg-id-type 1.
CONFIGURATION = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = {box}
smsbox-interface = 127.0.0.1
dlr-storage = internal
log-level = 2

group = smsc
smsc = smpp
smsc-id = ours
host = 127.0.0.1
port = {carrier}
smsc-username = {account}
smsc-password = {secret}
system-type = ""
transceiver-mode = true
source-addr-ton = 0
source-addr-npi = 0
dest-addr-ton = 1
dest-addr-npi = 1
msg-id-type = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {send}
sendsms-interface = 127.0.0.1
log-level = 2

group = sendsms-user
username = user
password = user
max-messages = 30
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{told}/reply?from=%p&to=%P&coding=%c&content=%b"
"""


@dataclass
class Kannel:
    send_port: int
    told_port: int
    told: list[dict[str, str]] = field(default_factory=list)  # every call it made, `page` among the fields

    def send(self, to: str, text: str) -> None:
        """Its HTTP way to send; a receipt is told with the id of the carrier."""
        about = f"http://127.0.0.1:{self.told_port}/receipt?kind=%d&id=%F&number=%p"
        fields = {"username": "user", "password": "user", "from": SENDER, "to": to, "text": text, "charset": "UTF-8"}
        fields |= {"coding": "0" if text.isascii() else "2", "dlr-mask": "3", "dlr-url": about}
        url = f"http://127.0.0.1:{self.send_port}/cgi-bin/sendsms?" + urllib.parse.urlencode(fields)
        with urllib.request.urlopen(url, timeout=CALL_S) as answer:
            assert answer.status == 202

    def calls(self, page: str) -> list[dict[str, str]]:
        return [call for call in list(self.told) if call["page"] == page]


def boxes() -> list[str]:
    """Its two programs; none when it is not installed."""
    found = [shutil.which(name, path=PLACES) for name in ("bearerbox", "smsbox")]
    return [each for each in found if each] if all(found) else []


@contextmanager
def kannel(folder: Path, carrier_port: int, configuration: str = CONFIGURATION) -> Iterator[Kannel]:
    programs = boxes()
    if not programs:
        pytest.skip("Kannel is not installed: 'apt install kannel' brings it")
    with _listener() as running:
        admin, box, running.send_port = free_ports(3)
        path = folder / "kannel.conf"
        path.write_text(
            configuration.format(
                admin=admin,
                box=box,
                send=running.send_port,
                carrier=carrier_port,
                told=running.told_port,
                account=ACCOUNT,
                secret=SECRET,
            )
        )
        configured = str(path)
        with (
            listening([programs[0], configured], folder, box, LC_ALL="C"),
            listening([programs[1], configured], folder, running.send_port, LC_ALL="C"),
        ):
            yield running


@contextmanager
def _listener() -> Iterator[Kannel]:
    running = Kannel(0, 0)

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page, _, query = self.path.partition("?")
            found = {"page": page.strip("/")}
            for field_ in query.split("&"):
                name, _, value = field_.partition("=")
                # What %b carries may be any bytes: kept as the characters of their numbers.
                found[name] = urllib.parse.unquote_to_bytes(value.replace("+", " ")).decode("latin-1")
            running.told.append(found)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.daemon_threads = True
    running.told_port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
