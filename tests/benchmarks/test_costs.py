"""What a benchmark says about the time its processes used."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import costs

BURN = "import time\nwhile time.process_time() < 0.5: pass"


def test_what_a_process_used_is_counted_also_when_it_has_ended() -> None:
    before = sum(costs.cpu_s().values())
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert 0.4 <= sum(costs.cpu_s().values()) - before < 3.0
