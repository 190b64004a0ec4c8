"""The verdict on a text, from the word table. Each process keeps the table as one matcher and looks every few seconds
whether it has changed, so a word staff add is heeded everywhere without a restart.

Words of the category `marketing` are what advertisements are made of: they count only in other kinds of message, where
an advertisement has no place. Links and telephone numbers are always noted, because carriers want to know of them.
"""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from tenants.core.db import db
from tenants.moderation.models import Word

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
class Hit:
    """Where a word stands in the text; level: block, review, record."""

    word: str
    level: str
    category: str
    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """pass: may be sent; review: a person must look; block: may not be sent. `hits` in the order of the text."""

    level: Level
    hits: tuple[Hit, ...]


def judge(text: str, kind: str) -> Verdict:
    """What the word table says of a text that is sent as `kind`."""
    hits = [hit for hit in _table().find(text) if not (kind == MARKETING and hit.category == MARKETING)]
    hits += [
        Hit(match[0], "record", category, match.start(), match.end())
        for category, pattern in _LEADS
        for match in pattern.finditer(text)
    ]
    levels = {hit.level for hit in hits}
    level = Level.BLOCK if "block" in levels else Level.REVIEW if "review" in levels else Level.PASS
    return Verdict(level, tuple(sorted(hits, key=lambda hit: (hit.start, -hit.end))))


@dataclass(frozen=True)
class _Table:
    """The words of the table as they were at `stamp`."""

    stamp: tuple[int, int]
    checked_at: float
    words: dict[str, tuple[str, str]]
    pattern: re.Pattern[str]

    def find(self, text: str) -> list[Hit]:
        if not self.words:
            return []
        plain = "".join(unicodedata.normalize("NFKC", char)[:1].lower()[:1] or char for char in text)
        return [Hit(m[0], *self.words[m[0]], m.start(), m.end()) for m in self.pattern.finditer(plain)]


_kept: _Table | None = None


def _table() -> _Table:
    """The present table. Two threads may load it at once; that costs a moment and harms nothing."""
    global _kept
    kept, at = _kept, time.monotonic()
    if kept is not None and at < kept.checked_at + STALE_S:
        return kept
    # Words are only added and removed, never changed, and ids only grow: count and sum tell any two tables apart.
    count, total = db.session.execute(select(func.count(), func.coalesce(func.sum(Word.id), 0)).select_from(Word)).one()
    stamp = (int(count), int(total))
    _kept = replace(kept, checked_at=at) if kept is not None and kept.stamp == stamp else _load(stamp, at)
    return _kept


def _load(stamp: tuple[int, int], at: float) -> _Table:
    rows: Any = db.session.execute(select(Word.word, Word.level, Word.category))
    words = {word: (level, category) for word, level, category in rows}
    longest_first = sorted(words, key=len, reverse=True)
    return _Table(stamp, at, words, re.compile("|".join(map(re.escape, longest_first))))


def forget() -> None:
    """Look at the table again at the next judgement, in this process."""
    global _kept
    _kept = None
