"""Pure: how alike two texts are, by the pairs of characters they share. Enough to find what was judged before."""

from __future__ import annotations

import re

_DULL = re.compile(r"[\W_]+|\d+")
TEXT_MAX = 1000


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters, without figures, spaces and punctuation."""
    plain = _DULL.sub("", text[:TEXT_MAX]).casefold()
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0 for nothing in common, 1 for the same pairs."""
    return len(one & other) / len(one | other) if one and other else 0.0
