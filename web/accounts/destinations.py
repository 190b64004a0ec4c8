"""Where somebody goes after signing in: back to where they came from, if that is a page of ours."""

from __future__ import annotations

import re

_SAFE = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")
LENGTH_MAX = 500


def safe(target: str | None) -> str | None:
    """A path of this very site, or None."""
    return target if target and len(target) <= LENGTH_MAX and _SAFE.fullmatch(target) else None


def home(is_staff: bool) -> str:
    return "/staff" if is_staff else "/"
