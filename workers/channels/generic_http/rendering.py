"""Pure: filling `{{name}}` in an address, in headers and in a body, escaped for where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape  # nosec B406  # nothing is parsed

from workers.channels.base import Misconfigured

NAME: Final = re.compile(r"\{\{(\w+)\}\}")
ITEMS: Final = "items"  # a list of messages that were rendered already
RAW_JSON: Final = frozenset({"values", "fields"})  # JSON already, so they stand outside quotation marks

percent = partial(quote, safe="")


def in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def in_xml(text: str) -> str:
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def plain(text: str) -> str:
    return text


BODIES: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {  # kind of body → its content type, its escaping
    "json": ("application/json", in_json),
    "form": ("application/x-www-form-urlencoded", percent),
    "xml": ("text/xml; charset=utf-8", in_xml),
    "text": ("text/plain; charset=utf-8", plain),
}


def names(template: str) -> set[str]:
    return set(NAME.findall(template))


def render(template: str, given: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    """The template filled; Misconfigured names the first placeholder that does not exist."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in given:
            raise Misconfigured(f"no such placeholder: {name}")
        raw = name == ITEMS or (name in RAW_JSON and escaped is in_json)
        return given[name] if raw else escaped(given[name])

    return NAME.sub(value, template)


def lines(text: str, parting: str) -> dict[str, str]:
    """`name: value` or `name = value`, one a line; Misconfigured names the first line that is neither."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, parted, value = line.partition(parting)
        if not line.strip():
            continue
        if not parted or not name.strip():
            raise Misconfigured(f"line {number} has no {parting.strip()}")
        found[name.strip()] = value.strip()
    return found
