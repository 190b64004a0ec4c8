"""Pure: the typed variables of a template, what may be wrong with a template, and with a value for a variable.

A body names its variables in braces: 您好{姓名}, Dear {name}. What type each has is declared beside it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from tenants.core.values import date_of, number_of
from tenants.message_templates.kinds import RULES, Kind
from tenants.message_templates.render import NAME, NAME_MAX, says_opt_out, with_opt_out, with_signature

BODY_MAX = 500  # characters, signature and opt-out words included
VARIABLES_MAX = 20
TEXT_MAX = 35
CODE_MIN, CODE_MAX = 4, 6
NUMBER_MAX = 15
DATE_MAX = 20  # 2026年11月08日 14:30:00

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(NAME)
_WORDLESS = re.compile(r"[\W_]+")
_CODE = re.compile(rf"\d{{{CODE_MIN},{CODE_MAX}}}", re.ASCII)
_FORBIDDEN_IN_VALUE = re.compile(r"[【】{}\r\n\x00]")
_LINK = re.compile(
    r"https?:|www\.|[a-z0-9-]\.(?:com|cn|net|org|top|xyz|cc|vip|io|co|me|info|biz|app|shop|link|site|club|online)\b(?!\.)",
    re.IGNORECASE | re.ASCII,
)


class Type(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CODE = "code"


MAX_OF = {Type.TEXT: TEXT_MAX, Type.NUMBER: NUMBER_MAX, Type.DATE: DATE_MAX, Type.CODE: CODE_MAX}
_MIN_OF = {Type.TEXT: 1, Type.NUMBER: 1, Type.DATE: 8, Type.CODE: CODE_MIN}
_TEXT_USUAL = 20


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type: Type = Type.TEXT
    max: int = _TEXT_USUAL  # characters of a value

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Variable":
        return cls(str(data["name"]), Type(data["type"]), int(data["max"]))


@dataclass(frozen=True, slots=True)
class Fault:
    """`position` is where in the body; None when the fault is in no one place."""

    code: str
    position: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


_GUESSES = (
    (Type.CODE, re.compile(r"验证码|校验码|^(?:code|otp|pin)$|_code$", re.IGNORECASE)),
    (Type.DATE, re.compile(r"日期|日$|date$|_on$", re.IGNORECASE)),
    (
        Type.NUMBER,
        re.compile(r"金额|积分|数量|余额|分钟|价格?$|尾号|amount|points|balance|minutes|price", re.IGNORECASE),
    ),
)


def guessed(name: str) -> Variable:
    """A first proposal for a variable just typed, from its name."""
    kind = next((kind for kind, pattern in _GUESSES if pattern.search(name)), Type.TEXT)
    return Variable(name, kind, _TEXT_USUAL if kind == Type.TEXT else MAX_OF[kind])


def declared_in(body: str, known: Iterable[Variable] = ()) -> list[Variable]:
    """The variables of a body in the order of first use: as already known, else guessed."""
    by_name = {variable.name: variable for variable in known}
    names = dict.fromkeys(match[1] for match in PLACEHOLDER.finditer(body) if _NAME.fullmatch(match[1]))
    return [by_name.get(name) or guessed(name) for name in names]


def lengths(body: str, variables: Iterable[Variable]) -> tuple[int, int]:
    """Characters of the shortest and of the longest text the body can become."""
    literal = len(PLACEHOLDER.sub("", body))
    by_name = {variable.name: variable for variable in variables}
    used = [by_name[match[1]] for match in PLACEHOLDER.finditer(body) if match[1] in by_name]
    shortest = literal + sum(min(_MIN_OF[variable.type], variable.max) for variable in used)
    return shortest, literal + sum(variable.max for variable in used)


def check(
    body: str,
    variables: Sequence[Variable],
    kind: Kind,
    *,
    signature: str = "",
    country: str = "CN",
    opt_out_added: bool = True,
) -> list[Fault]:
    """Everything wrong with a template, in reading order; faults of no one place come last.

    `opt_out_added`: the opt-out words are added at sending; False when the body goes out exactly as written.
    """
    faults = [*faults_in(body, variables, kind), *faults_of_declaration(body, variables)]
    if not _WORDLESS.sub("", PLACEHOLDER.sub("", body)):
        faults.append(Fault("only_variables" if PLACEHOLDER.search(body) else "body_empty"))
    if kind == Kind.VERIFICATION and not any(variable.type == Type.CODE for variable in variables):
        faults.append(Fault("code_missing"))
    if RULES[kind].opt_out_needed and not opt_out_added and not says_opt_out(body, country):
        faults.append(Fault("opt_out_missing"))
    whole = with_opt_out(body, kind, country) if opt_out_added else body
    longest = lengths(with_signature(signature, whole), variables)[1]
    if longest > BODY_MAX:
        faults.append(Fault("too_long", None, {"characters": longest, "max": BODY_MAX, "over": longest - BODY_MAX}))
    return sorted(faults, key=lambda fault: len(body) + 1 if fault.position is None else fault.position)


def faults_in(text: str, variables: Sequence[Variable], kind: Kind) -> list[Fault]:
    """What is wrong with the marks and variables of one text, each at its place."""
    return [*_faults_of_marks(text), *_faults_of_use(text, variables, kind)]


def _faults_of_marks(body: str) -> list[Fault]:
    """Characters that may not stand in a body."""
    faults = [Fault("signature_bracket", match.start()) for match in re.finditer("[【】]", body)]
    blanked = PLACEHOLDER.sub(lambda match: " " * len(match[0]), body)
    faults += [Fault("stray_brace", match.start()) for match in re.finditer("[{}]", blanked)]
    return faults + [Fault("nul_character", match.start()) for match in re.finditer("\x00", body)]


def _faults_of_use(body: str, variables: Sequence[Variable], kind: Kind) -> list[Fault]:
    by_name = {variable.name: variable for variable in variables}
    faults: list[Fault] = []
    end_of_last = -1
    for match in PLACEHOLDER.finditer(body):
        name, position = match[1], match.start()
        if not _NAME.fullmatch(name):
            faults.append(Fault("bad_name", position, {"name": name, "max": NAME_MAX}))
        elif name not in by_name:
            faults.append(Fault("unknown_variable", position, {"name": name}))
        elif by_name[name].type == Type.CODE and not RULES[kind].code_allowed:
            faults.append(Fault("code_not_allowed", position, {"name": name}))
        if position == end_of_last:
            faults.append(Fault("variables_touch", position, {"name": name}))
        end_of_last = match.end()
    return faults


def faults_of_declaration(body: str, variables: Sequence[Variable]) -> list[Fault]:
    """What is wrong with the list of variables of a body, or of several joined."""
    used = {match[1] for match in PLACEHOLDER.finditer(body)}
    counts = Counter(variable.name for variable in variables)
    faults = [Fault("unused_variable", None, {"name": name}) for name in counts if name not in used]
    faults += [Fault("variable_twice", None, {"name": name}) for name, times in counts.items() if times > 1]
    for variable in variables:
        most = MAX_OF[variable.type]
        if not 1 <= variable.max <= most:
            faults.append(Fault("bad_variable_max", None, {"name": variable.name, "max": most}))
    if len(variables) > VARIABLES_MAX:
        faults.append(Fault("too_many_variables", None, {"max": VARIABLES_MAX}))
    return faults


def value_fault(variable: Variable, value: str) -> Fault | None:
    """What keeps a value out of this variable; None when it may be sent."""
    code = _value_code(variable, value)
    return Fault(code, None, {"name": variable.name, "max": variable.max, "value": value}) if code else None


def _value_code(variable: Variable, value: str) -> str | None:
    if not value.strip():
        return "value_missing"
    if variable.type == Type.CODE:
        return None if _CODE.fullmatch(value) else "value_not_code"
    if len(value) > variable.max:
        return "value_too_long"
    if variable.type == Type.NUMBER:
        return "value_not_number" if number_of(value) is None else None
    if variable.type == Type.DATE:
        return "value_not_date" if date_of(value) is None else None
    if _FORBIDDEN_IN_VALUE.search(value):
        return "value_character"
    return "value_link" if _LINK.search(value) else None
