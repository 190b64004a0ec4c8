"""One parent for many processes: starts them, shows their lines, starts the dead again, ends them all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from workers.embedded.ground import dying_with_us

GRACE_S = 15.0
RESTART_S_MAX = 30.0
STEADY_S = 30.0
TICK_S = 0.2
COLOURS = (36, 33, 32, 35, 34, 31, 96, 93, 92, 95)


@dataclass
class Child:
    """One supervised command line, run by the shell's `exec`."""

    name: str
    command: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    again_at: float = 0.0
    failures: int = 0
    reader: threading.Thread | None = field(default=None, repr=False)


class Supervisor:
    """Add commands, `run` until a signal or `stop`."""

    def __init__(self, environment: Mapping[str, str], out: IO[str] = sys.stdout) -> None:
        self.environment = dict(environment)
        self.out = out
        self.children: list[Child] = []
        self._stopping = threading.Event()
        self._printing = threading.Lock()

    def add(self, name: str, command: str) -> None:
        self.children.append(Child(name, command))

    def stop(self, *_: object) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Start everything and keep it running; returns when told to stop and all have ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        try:
            while not self._stopping.wait(TICK_S):
                for child in self.children:
                    self._look_after(child)
        finally:
            self._end()

    def say(self, name: str, line: str) -> None:
        """One line of output under a name."""
        width = max((len(child.name) for child in self.children), default=len(name))
        label = f"{name:<{width}} │ "
        if self.out.isatty():
            index = next((i for i, child in enumerate(self.children) if child.name == name), 0)
            label = f"\033[{COLOURS[index % len(COLOURS)]}m{label}\033[0m"
        with self._printing:
            print(label + line, file=self.out, flush=True)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                if child.failures and now - child.started > STEADY_S:
                    child.failures = 0
                return
            child.failures += 1
            wait_s = min(2.0 ** (child.failures - 1), RESTART_S_MAX)
            self.say(child.name, f"ended with {code}; started again in {wait_s:.0f} s")
            child.process, child.again_at = None, now + wait_s
        if now >= child.again_at:
            self._start(child)

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        # A session of its own, so that Ctrl-C reaches only the supervisor and the end is in order.
        child.process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {child.command}"], env=self.environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=dying_with_us(signal.SIGTERM),
        )  # fmt: skip
        child.reader = threading.Thread(target=self._relay, args=(child, child.process), daemon=True)
        child.reader.start()

    def _relay(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.say(child.name, line.decode("utf-8", "replace").rstrip())

    def _end(self) -> None:
        living = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in living:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        for process in living:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
