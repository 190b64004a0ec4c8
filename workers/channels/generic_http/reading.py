"""Pure: finding a value in what a provider said, and reading the tables a channel was given.

Where a value stands is written as a path, `messages.0.status`, or as `/an expression (with one group)/` over the whole
text; several, parted by ` | `, are looked at in turn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final

from workers.channels.base import Code, Misconfigured, Outcome
from workers.channels.generic_http.rendering import lines
from workers.channels.meaning import Refusals

AGAIN: Final = "again"
DOUBT: Final = "doubt"
TABLES_KEPT: Final = 256
TEXT_CHARACTERS_MAX: Final = 20_000  # that an expression is held against
EPOCH_MS_MIN: Final = 100_000_000_000


def parsed(body: bytes) -> Any:
    """The JSON of a body, None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def find(where: str, content: Any, text: str = "") -> str | None:
    """The value as text; None when it is not there or is no single value."""
    for each in where.split(" | ") if where else ():
        found = _matched(each[1:-1], text) if len(each) > 1 and each[0] == each[-1] == "/" else _walked(each, content)
        if isinstance(found, str | int | float) and found != "":
            return str(found).lower() if isinstance(found, bool) else str(found)
    return None


def many(where: str, content: Any) -> list[Any]:
    """The list at a path, or the one thing there as a list."""
    found = _walked(where, content) if where else content
    return found if isinstance(found, list) else [found]


def answers(where: str, number_at: str, content: Any, numbers: Sequence[str]) -> list[Mapping[str, Any] | None]:
    """For each of the numbers what a list says of it, None where that is not certain. Without a place for the number
    the list must be as long as ours."""
    found = [each for each in many(where, content) if isinstance(each, Mapping)]
    if not number_at:
        return list(found) if len(found) == len(numbers) else [None] * len(numbers)
    named: dict[str, list[Mapping[str, Any]]] = {}
    for each in found:
        named.setdefault(_digits(find(number_at, each) or ""), []).append(each)
    told = [named.get(_digits(number), []) for number in numbers]
    return [each[0] if len(each) == 1 else None for each in told]


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def _walked(path: str, content: Any) -> Any:
    for step in path.split("."):
        if isinstance(content, Mapping):
            content = content.get(step)
        elif isinstance(content, list) and step.isascii() and step.isdigit():
            content = content[int(step)] if int(step) < len(content) else None
        else:
            return None
    return content


def _matched(expression: str, text: str) -> str | None:
    found = compiled(expression).search(text[:TEXT_CHARACTERS_MAX])
    return None if found is None else found[1] if found.re.groups else found[0]


@lru_cache(maxsize=TABLES_KEPT)
def compiled(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise Misconfigured("an expression cannot be read") from error


@lru_cache(maxsize=TABLES_KEPT)
def refusals(text: str) -> tuple[Refusals, frozenset[str]]:
    """`their code = our code`, `… again` when another attempt may help, or `their code = doubt`."""
    found: dict[str, tuple[Code, bool]] = {}
    doubts = set()
    for theirs, words in lines(text, "=").items():
        ours, _, again = words.partition(" ")
        if ours == DOUBT:
            doubts.add(theirs)
        else:
            found[theirs] = (_code(ours), again.strip() == AGAIN)
    return found, frozenset(doubts)


@lru_cache(maxsize=TABLES_KEPT)
def causes(text: str) -> Mapping[str, Code]:
    """`their code = our code`."""
    return {theirs: _code(ours) for theirs, ours in lines(text, "=").items()}


@lru_cache(maxsize=TABLES_KEPT)
def outcomes(text: str) -> Mapping[str, Outcome]:
    """`their word = accepted`, delivered, undelivered, expired or rejected, in any case; `*` is any other word."""
    try:
        return {theirs.lower(): Outcome(ours) for theirs, ours in lines(text, "=").items()}
    except ValueError as error:
        raise Misconfigured("the receipt words name an outcome that does not exist") from error


def _code(text: str) -> Code:
    try:
        return Code(text)
    except ValueError as error:
        raise Misconfigured(f"no such code: {text[:40]}") from error


def statuses(text: str) -> frozenset[int]:
    """`200, 201-204` as numbers."""
    found: set[int] = set()
    for each in text.replace(" ", "").split(","):
        low, _, high = each.partition("-")
        if not re.fullmatch(r"[1-5]\d\d", low) or not re.fullmatch(r"([1-5]\d\d)?", high):
            raise Misconfigured("the success statuses cannot be read")
        found.update(range(int(low), int(high or low) + 1))
    return frozenset(found)


def instant(text: str | None, zone_h: int) -> datetime:
    """When something happened: seconds or milliseconds since 1970, or ISO 8601 with or without a zone. What cannot be
    read is now: the news counts, not its clock."""
    try:
        if text and text.isascii() and text.isdigit() and len(text) != 14:
            number = int(text)
            return datetime.fromtimestamp(number / 1_000 if number >= EPOCH_MS_MIN else number, UTC)
        at = datetime.fromisoformat(re.sub(r" (?=[+-]\d\d)", "", text or ""))
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)
    return (at if at.tzinfo else at.replace(tzinfo=timezone(timedelta(hours=zone_h)))).astimezone(UTC)
