"""Keeping the word table. Words are stored half width and in lower case; normalise.py says how they are found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.moderation.judge import forget
from tenants.moderation.models import Word
from tenants.moderation.rules import LEVELS, WORD_MAX, usable

CATEGORY_MAX = 30
WORDS_MAX = 50_000
ADDED_MAX = 1000  # at once
PAGE = 100


def normal(word: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())


def add(words: Iterable[str], level: str, category: str, *, by: int | None) -> int:
    """Put words into the table, or move those that are there to another level or category; how many changed."""
    wanted = dict.fromkeys(word for word in map(normal, words) if word)
    category = " ".join(category.split()).casefold()
    faults: dict[str, object] = {}
    if not wanted:
        faults["words"] = "words_missing"
    elif len(wanted) > ADDED_MAX or not all(map(usable, wanted)):
        faults["words"] = ("words_length", {"max": WORD_MAX, "count_max": ADDED_MAX})
    if level not in LEVELS:
        faults["level"] = "word_level_unknown"
    if len(category) > CATEGORY_MAX:
        faults["category"] = ("word_category_length", {"max": CATEGORY_MAX})
    if faults:
        raise Invalid(faults)
    same = select(Word.word).where(Word.word.in_(wanted), Word.level == level, Word.category == category)
    changed = [word for word in wanted if word not in set(db.session.scalars(same))]
    if db.session.scalars(select(func.count()).select_from(Word)).one() + len(changed) > WORDS_MAX:
        raise Invalid({"words": ("words_full", {"max": WORDS_MAX})})
    if changed:
        db.session.execute(delete(Word).where(Word.word.in_(changed)))
        rows = [{"word": word, "level": level, "category": category, "created_at": now()} for word in changed]
        db.session.execute(insert(Word), rows)
        audit.record("words.add", actor_id=by, level=level, category=category, words=changed)
        forget()
    return len(changed)


def remove(id: int, *, by: int) -> str:
    """Take one word out; the word."""
    word: str | None = db.session.scalar(delete(Word).where(Word.id == id).returning(Word.word))
    if word is None:
        raise NotFound
    audit.record("words.remove", actor_id=by, words=[word])
    forget()
    return word


def page(*, level: str = "", contains: str = "", after: str = "") -> list[Word]:
    """One page of the table by word, `after` the last of the page before."""
    wanted = select(Word).where(Word.word > after).order_by(Word.word).limit(PAGE + 1)
    if level:
        wanted = wanted.where(Word.level == level)
    if contains:
        wanted = wanted.where(Word.word.contains(normal(contains), autoescape=True))
    return list(db.session.scalars(wanted))


def counts() -> dict[str, int]:
    """How many words each level has."""
    return dict(db.session.execute(select(Word.level, func.count()).group_by(Word.level)).all())
