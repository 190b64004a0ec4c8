"""Where a process may be killed on purpose. With QUNFA_CRASH_AT=name the process dies there by SIGKILL, as in a power
cut: the fault tests walk through every name below. With QUNFA_STOP_AT=name it stands still there once, as a frozen
machine does, until it is told to go on. Without them a point costs two comparisons."""

from __future__ import annotations

import os
import signal

POINTS = (
    "after_claim",
    "during_submitting",
    "after_submitting",
    "after_sent",
    "before_recorded",
    "after_recorded",
    "after_stored",
    "after_asked_back",
    "after_taken_back",
    "during_settle",
    "after_settle",
    "during_plan",
    "after_plan_chunk",
    "during_import",
)
_AT = os.environ.get("QUNFA_CRASH_AT", "")
_STOP_AT = os.environ.get("QUNFA_STOP_AT", "")


def point(name: str) -> None:
    """Die here, or stand still, if this point was chosen."""
    global _STOP_AT
    if name == _AT:
        os.kill(os.getpid(), signal.SIGKILL)
    if name == _STOP_AT:
        _STOP_AT = ""
        os.kill(os.getpid(), signal.SIGSTOP)
