"""The whole product as `./run` starts it: its own data folder, ports, processes and stand-ins."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.workers.simulators.processes import wait_for
from workers.channels.mainland import local
from workers.simulators.carrier import journal

START_S = 90.0
STOP_S = 40.0


@dataclass
class Product:
    """A running copy and what it left on file."""

    url: str
    home: Path

    def recipients(self) -> list[str]:
        """To whom the carriers took a message, once for each they took."""
        files = dict.fromkeys(("cmpp", "smpp", "sgip", "smgp"), "message") | {"carrier": "submit"}
        return [
            local(entry["to"])
            for name, kind in files.items()
            for entry in journal.entries(self.home / f"{name}.jsonl")
            if entry["kind"] == kind and "refused" not in entry
        ]

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """What the database says, asked by its owner."""
        password = (self.home / "secrets" / "qunfa_owner").read_text()
        # The fifth line of the file is the folder of the socket (PostgreSQL, "postmaster.pid").
        host = (self.home / "postgres" / "postmaster.pid").read_text().splitlines()[4]
        with psycopg.connect(host=host, user="qunfa_owner", password=password, dbname="qunfa") as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]


@contextmanager
def product(**environment: str) -> Iterator[Product]:
    """Start everything, wait until pages are answered, end it as Ctrl-C does."""
    port = _free_port()
    home = Path(f"/var/tmp/qunfa-journey-{port}")
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from workers.cli import main; main()", "up"],
        env={**clean, "PORT": str(port), "QUNFA_HOME": str(home), "QUNFA_SECRET": "", **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    log = home.with_suffix(".log")
    drain = subprocess.Popen(["tee", str(log)], stdin=process.stdout, stdout=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        wait_for(lambda: _answers(url + "/readyz"), START_S)
        yield Product(url, home)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(STOP_S) == 0
        finally:
            process.kill()
            drain.wait(5)
            shutil.rmtree(home, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
