"""Whether this process was asked to end: a long job then ends after its present step and leaves the rest to others."""

from __future__ import annotations

_asked = False


def ask() -> None:
    global _asked
    _asked = True


def asked() -> bool:
    return _asked
