"""Our processes for tests, forked from one that has loaded everything: loading takes up to a second of a core.

Each is as real as one that was started by its command: own number, environment, signals, connections and end.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import IO

from tenants.core import crash

_forked = multiprocessing.get_context("forkserver")
_PROGRAMS = ["gateway", "simulators.carrier", "simulators.links", "simulators.providers", "simulators.stripe"]
_forked.set_forkserver_preload(
    [__name__, "workers.__main__", "workers.jobs.registry", "workers.schedule"]
    + [f"workers.{name}.__main__" for name in _PROGRAMS]
)


class Process:
    """A process that runs a module as `python -m` does, with the part of Popen's ways that tests use.

    What it writes is shown with a test that fails; `heard`, it is read from `stdout` instead.
    """

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str] = os.environ, heard: bool = False
    ) -> None:
        reader, writer = _forked.Pipe(duplex=False)
        given = (module, arguments, dict(environment), writer if heard else None)
        self._process = _forked.Process(target=_run, args=given, daemon=True)
        self._process.start()
        self.stdout: IO[str] = os.fdopen(os.dup(reader.fileno()))
        writer.close()
        reader.close()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, a negative one for the signal that ended it. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        self.stdout.close()
        return code


def _run(module: str, arguments: tuple[str, ...], environment: dict[str, str], out: Connection | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    importlib.reload(crash)  # the only one of ours that reads the environment as it is loaded
    if out:
        os.dup2(out.fileno(), sys.stdout.fileno())
        out.close()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
