"""Pure: what adapters share in reading a carrier's calls."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs

from workers.channels.base import BadReceipt

ITEMS_MAX: Final = 1_000  # of one call
QUERY_FIELDS_MAX: Final = 50


@contextmanager
def malformed() -> Iterator[None]:
    """Whatever cannot be read in here makes the whole call unreadable."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadReceipt("malformed") from error


def items(body: bytes, most: int = ITEMS_MAX) -> list[dict[str, Any]]:
    """The objects of a JSON list, or the one object of a body that is no list."""
    with malformed():
        content = json.loads(body)
    found = content if isinstance(content, list) else [content]
    if len(found) > most:
        raise BadReceipt("too_many")
    if not all(isinstance(each, dict) for each in found):
        raise BadReceipt("malformed")
    return found


def form(text: str) -> dict[str, list[str]]:
    """The fields of a form or of a query, empty ones included."""
    with malformed():
        return parse_qs(text, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX)


def same(given: str, expected: str) -> None:
    """BadReceipt unless both are equal and not empty; takes the same time for every wrong answer."""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise BadReceipt("signature")


def token(query: str, expected: str) -> None:
    """For providers that do not sign: the address they were given ends in `?token=…`, which nobody else knows."""
    same(form(query).get("token", [""])[0], expected)
