"""What a provider's wire form is made of, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from workers.channels.mainland import BEIJING
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.providers.gate import Gate

FIELDS_MAX: Final = 200

Templates = dict[str, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Keys:
    """What a caller must know: `name` is the account or the key's name, `secret` signs or authorises. `public_key`, as
    PEM, proves what was signed with a private one. `templates` are those the provider approved, by code, with their
    variables: any when there are none. A `gate` asks for Digest."""

    name: str
    secret: str
    public_key: str = ""
    templates: Templates = field(default_factory=dict)
    gate: Gate | None = None

    def fault(self, code: str, fits: Callable[[Sequence[str]], bool]) -> str:
        """What is wrong with a message as this template, whose variables must fit."""
        if not self.templates:
            return ""
        if code not in self.templates:
            return "bad_template"
        variables = self.templates[code]
        return "" if variables is None or fits(variables) else "bad_values"


def templates(text: str) -> Templates:
    """`SMS_1=name+points,SMS_2`: codes, with their variables where these are looked at."""
    found: Templates = {}
    for each in filter(None, text.split(",")):
        code, equals, variables = each.partition("=")
        found[code] = tuple(filter(None, variables.split("+"))) if equals else None
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    path: str
    host: str
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Messages to take, in the carrier's own form. Taken `together` they share one id and one fate. `about` is what the
    answer needs of the request."""

    messages: list[dict[str, Any]]
    together: bool = False
    callback: str = ""
    about: Any = None


class Told(Exception):
    """A request that brings no messages and is answered at once."""

    def __init__(self, status: int, content: dict[str, Any] | str, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.status, self.content, self.headers = status, content, headers
        super().__init__(str(status))


class Wrong(Told):
    """A request that is refused before any message is looked at: a wrong signature, a form that is none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a subscriber writes; `postback` stands behind a suggestion that was chosen."""

    number: str
    to: str
    text: str
    postback: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A provider's form.

    read    the messages of a request, or Wrong
    answer  the status and content for what was decided: `{"id"}` or `{"code"}` for each message
    letter  the call that brings at most `call_receipts_max` receipts to one address
    reply   the call that brings what a subscriber writes, to this address
    """

    route: str
    read: Callable[[Asked, Keys], Wanted]
    answer: Callable[[list[dict[str, Any]], Wanted], tuple[int, dict[str, Any] | str]]
    letter: Callable[[list[Waiting], datetime, Keys], Letter]
    call_receipts_max: int = 1
    also: tuple[str, ...] = ()  # other routes `read` knows
    reply: Callable[[Said, str, Keys], Letter] | None = None


def as_template(message: dict[str, Any], code: str, values: Mapping[str, str], fault: str) -> dict[str, Any]:
    """A message with the template it is of, as the journal shows it."""
    return message | {"template": code, "values": dict(values)} | ({"fault": fault} if fault else {})


def message(to: str, text: str, reference: str | None, extension: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"to": to, "text": text}
    if reference:
        found["reference"] = reference
    return found | ({"extension": extension} if extension else {})


def beijing(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
