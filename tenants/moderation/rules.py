"""Pure: finding the listed words in a text, however they are spaced, widened or cased, at their places as written.

A word spelt in Latin letters counts only as a word of its own, not inside another ("sex" is not in "Essex"), and
letters of neighbouring words do not make one. A word cut in two by the end of a sentence is no hit either, unless every
letter of it is set apart: that is how words are hidden.
"""

import re
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick

from tenants.moderation.normalise import fold, fold_with_origins

Level = Literal["block", "review", "record"]
LEVELS: tuple[Level, ...] = ("block", "review", "record")  # the strictest first
WORD_MAX = 50  # characters
_SENTENCE_ENDS = frozenset("。！？；.!?;\r\n")
_SYSTEMATIC = 3  # letters set apart by themselves look deliberate from here on


class Rule(NamedTuple):
    word: str
    level: Level
    category: str = ""


class Hit(NamedTuple):
    word: str  # as listed
    level: Level
    start: int  # in the text as written
    end: int
    category: str


def usable(word: str) -> bool:
    """Whether a word can be listed: something of it must remain after folding."""
    return len(word) <= WORD_MAX and bool(fold(word))


class Matcher:
    """All rules in one automaton; built once for a state of the word table, then shared."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        strictest_first = sorted(
            (rule for rule in rules if usable(rule.word)), key=lambda rule: LEVELS.index(rule.level)
        )
        by_fold: dict[str, Rule] = {}
        for rule in strictest_first:
            by_fold.setdefault(fold(rule.word), rule)
        self._rules = list(by_fold.values())
        self._latin = [folded.isascii() for folded in by_fold]
        self._joints = [_joints(rule.word) for rule in self._rules]
        self._automaton = AhoCorasick(list(by_fold))

    def __len__(self) -> int:
        return len(self._rules)

    def find(self, text: str) -> list[Hit]:
        """Every hit, in reading order; hits may overlap."""
        found = self._automaton.find_matches_as_indexes(fold(text), overlapping=True)
        if not found:
            return []
        _, origins = fold_with_origins(text)
        hits = []
        for index, start, end in found:
            places = origins[start:end]
            latin, joints = self._latin[index], self._joints[index]
            if _stands_alone(text, places, joints) if latin else _hangs_together(text, places):
                word, level, category = self._rules[index]
                hits.append(Hit(word, level, places[0], places[-1] + 1, category))
        return sorted(hits, key=lambda hit: (hit.start, hit.end))

    def worst(self, text: str) -> Level | None:
        """The strictest level found, None when nothing is."""
        return min((hit.level for hit in self.find(text)), key=LEVELS.index, default=None)


def _gaps(text: str, places: list[int]) -> list[str]:
    """What stands between each letter of a hit and the next one."""
    return [text[one + 1 : next_] for one, next_ in pairwise(places)]


def _joints(word: str) -> frozenset[int]:
    """After which letters the listed word itself has a space or a mark: a gap there is how it is spelt."""
    ends = accumulate(len(fold(piece)) for piece in re.split(r"[\W_]+", word))
    return frozenset(end - 1 for end in ends)


def _stands_alone(text: str, places: list[int], joints: frozenset[int]) -> bool:
    if _latin_at(text, places[0] - 1) or _latin_at(text, places[-1] + 1):
        return False
    gaps = [gap for at, gap in enumerate(_gaps(text, places)) if at not in joints]
    return not any(gaps) or (all(gaps) and len(places) >= _SYSTEMATIC)


def _latin_at(text: str, position: int) -> bool:
    if not 0 <= position < len(text):
        return False
    folded = fold(text[position])
    return folded != "" and folded.isascii()


def _hangs_together(text: str, places: list[int]) -> bool:
    gaps = _gaps(text, places)
    if not any(_SENTENCE_ENDS.intersection(gap) for gap in gaps):
        return True
    return all(gaps) and len(places) >= _SYSTEMATIC
