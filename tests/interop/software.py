"""Where other people's software is, and running it: programs that tell what happens in lines of JSON, and servers."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.workers.simulators.processes import wait_for
from workers.embedded.ground import dying_with_us

HOME = Path(os.environ.get("QUNFA_INTEROP_HOME", ".data/interop")).absolute()
PROGRAMS = Path(__file__).parent / "programs"
LINE_S = 15.0
STOP_S = 5.0
SERVER_START_S = 60.0
SERVER_STOP_S = 15.0

INTEROP = [
    pytest.mark.interop,
    pytest.mark.skipif(os.environ.get("QUNFA_INTEROP") != "1", reason="other people's software: ./run interop"),
]
LONG = "【群发】亲爱的用户，您的包裹已到达驿站，请凭取件码领取。" * 6 + "🎉🚀🧧" * 20


@dataclass
class Program:
    """A running program; `tell` writes it a line, `hear` waits for a line about some event."""

    child: subprocess.Popen[str]
    _lines: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    _aside: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            if line.startswith("{"):
                self._lines.put(json.loads(line))

    def tell(self, **what: Any) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps(what) + "\n")
        self.child.stdin.flush()

    def hear(self, event: str) -> dict[str, Any]:
        """The next line about this event; others wait for those who ask for them."""
        for index, line in enumerate(self._aside):
            if line["event"] == event:
                return self._aside.pop(index)
        while (line := self._lines.get(timeout=LINE_S))["event"] != event:
            assert line["event"] != "error", line
            self._aside.append(line)
        return line

    async def heard(self, event: str) -> dict[str, Any]:
        return await asyncio.to_thread(self.hear, event)


@contextmanager
def running(*command: str, **environment: str) -> Iterator[Program]:
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment
    )
    program = Program(child)
    threading.Thread(target=program.read, daemon=True).start()
    try:
        yield program
    finally:
        child.terminate()
        child.wait(timeout=STOP_S)


def node(program: str, *arguments: str) -> Any:
    """A program on npm's smpp."""
    modules = HOME / "npm" / "node_modules"
    if shutil.which("node") is None or not (modules / "smpp").is_dir():
        pytest.skip("npm's smpp is not there: no Node.js when ./run interop made the environments")
    return running("node", str(PROGRAMS / program), *arguments, NODE_PATH=str(modules))


def python(package: str, program: str, *arguments: str) -> Any:
    """A program on a package of PyPI."""
    own = HOME / "python" / "bin" / "python"
    if not own.exists() or subprocess.run([own, "-c", f"import {package}"], capture_output=True).returncode:
        pytest.skip(f"{package} is not there: it could not be installed when ./run interop made the environments")
    return running(str(own), str(PROGRAMS / program), *arguments)


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, for software that cannot choose its own."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def listening(command: Sequence[str], folder: Path, port: int, **environment: str) -> Iterator[None]:
    """A server, waited for until it listens; it sees no more of our environment than PATH, and ends in the end."""
    path = folder / f"{Path(command[0]).name}.out"
    known = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder)} | environment
    with path.open("wb") as out:
        child = subprocess.Popen(
            command, cwd=folder, env=known, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            preexec_fn=dying_with_us(signal.SIGTERM),
        )  # fmt: skip
    try:
        wait_for(lambda: child.poll() is not None or _answers(port), SERVER_START_S)
        assert child.poll() is None, f"{command[0]} ended: {path.read_text(errors='replace')}"
        yield
    finally:
        child.terminate()
        try:
            child.wait(timeout=SERVER_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
