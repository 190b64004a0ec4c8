"""The verdict on a text, from the word table. Each process keeps the table as one matcher and looks every few seconds
whether it has changed, so a word staff add is heeded everywhere without a restart.

Words of the category `marketing` are what advertisements are made of: they count only in other kinds of message, where
an advertisement has no place. Links and telephone numbers are always noted, because carriers want to know of them.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import func, select

from tenants.core.db import db
from tenants.moderation.models import Word
from tenants.moderation.rules import Hit, Matcher, Rule

STALE_S = 2.0
MARKETING = "marketing"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s，。；）】]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b(?:/[^\s，。；）】]*)?", re.I | re.A
)
_PHONE = re.compile(r"(?<!\d)(?:400[- ]?\d{3}[- ]?\d{4}|0\d{2,3}-\d{7,8}|1[3-9]\d{9})(?!\d)", re.A)
_LEADS = (("link", _LINK), ("phone", _PHONE))


class Level(StrEnum):
    PASS = "pass"
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True)
class Verdict:
    """pass: may be sent; review: a person must look; block: may not be sent. `hits` in the order of the text."""

    level: Level
    hits: tuple[Hit, ...]


def judge(text: str, kind: str) -> Verdict:
    """What the word table says of a text that is sent as `kind`."""
    hits = [hit for hit in _matcher().find(text) if not (kind == MARKETING and hit.category == MARKETING)]
    hits += [
        Hit(match[0], "record", match.start(), match.end(), category)
        for category, pattern in _LEADS
        for match in pattern.finditer(text)
    ]
    levels = {hit.level for hit in hits}
    level = Level.BLOCK if "block" in levels else Level.REVIEW if "review" in levels else Level.PASS
    return Verdict(level, tuple(sorted(hits, key=lambda hit: (hit.start, -hit.end))))


@dataclass(frozen=True)
class _Table:
    """The words as they were at `stamp`."""

    stamp: tuple[int, int]
    checked_at: float
    matcher: Matcher


_kept: _Table | None = None


def _matcher() -> Matcher:
    """The present words. Two threads may load them at once; that costs a moment and harms nothing."""
    global _kept
    kept, at = _kept, time.monotonic()
    if kept is None or at >= kept.checked_at + STALE_S:
        # Words are only added and removed, never changed, and ids only grow: count and sum tell any two tables apart.
        counted = select(func.count(), func.coalesce(func.sum(Word.id), 0)).select_from(Word)
        count, total = db.session.execute(counted).one()
        stamp = (int(count), int(total))
        kept = _Table(stamp, at, kept.matcher if kept is not None and kept.stamp == stamp else _load())
        _kept = kept
    return kept.matcher


def _load() -> Matcher:
    rows = db.session.execute(select(Word.word, Word.level, Word.category))
    return Matcher(Rule(word, cast("Any", level), category) for word, level, category in rows)


def forget() -> None:
    """Look at the table again at the next judgement, in this process."""
    global _kept
    _kept = None
