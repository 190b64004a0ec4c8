"""The supervisor with real processes: names on lines, the dead started again, an end in order."""

from __future__ import annotations

import io
import os
import threading
import time

import pytest

from tests.workers.simulators.processes import wait_for
from workers.supervisor import Supervisor


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def run_for(supervisor: Supervisor, until: threading.Event) -> threading.Thread:
    """Run without taking over the test process's signals."""

    def loop() -> None:
        try:
            while not until.wait(0.05):
                for child in supervisor.children:
                    supervisor._look_after(child)
        finally:
            supervisor._end()

    thread = threading.Thread(target=loop)
    thread.start()
    return thread


def test_each_line_bears_its_process_name_and_the_environment_is_given(out: io.StringIO) -> None:
    supervisor = Supervisor({**os.environ, "WORD": "hello"}, out)
    supervisor.add("first", "sh -c 'echo $WORD; exec sleep 30'")
    supervisor.add("second", "sh -c 'echo world >&2; exec sleep 30'")
    done = threading.Event()
    thread = run_for(supervisor, done)
    wait_for(lambda: "first  │ hello" in out.getvalue() and "second │ world" in out.getvalue())
    began = time.monotonic()
    done.set()
    thread.join(20)
    assert time.monotonic() - began < 5
    assert all(child.process and child.process.poll() is not None for child in supervisor.children)


def test_a_dead_process_is_started_again(out: io.StringIO) -> None:
    supervisor = Supervisor(os.environ, out)
    supervisor.add("brittle", "sh -c 'echo began; exit 3'")
    done = threading.Event()
    thread = run_for(supervisor, done)
    wait_for(lambda: out.getvalue().count("began") >= 2)
    done.set()
    thread.join(20)
    assert "ended with 3; started again in 1 s" in out.getvalue()
