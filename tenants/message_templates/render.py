"""Pure: a body cut into parts once, then filled for each recipient; signature and opt-out words around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tenants.message_templates.kinds import RULES, Kind

NAME_MAX = 20
NAME = rf"[^\W\d]\w{{0,{NAME_MAX - 1}}}"
_PLACEHOLDER = re.compile(rf"\{{({NAME})\}}")  # braces around anything else are plain text
_CHINA_OPT_OUT, _ABROAD_OPT_OUT = "拒收请回复R", "Reply STOP to opt out"
_SAYS_OPT_OUT = {
    True: re.compile(r"(?:拒收|退订).{0,4}回复?[A-Z]{1,2}|回复?[A-Z]{1,2}(?:拒收|退订)", re.IGNORECASE | re.ASCII),
    False: re.compile(r"\b(?:reply|text|send)\b.{0,12}\b(?:stop|unsubscribe)\b|\bstop to\b", re.IGNORECASE),
}
_ENDS_A_SENTENCE = frozenset("。，；！？、.,;!? ")


@dataclass(frozen=True, slots=True)
class Compiled:
    """`pattern` is for the % operator: it fills a mapping into named places in one C loop."""

    pattern: str
    names: tuple[str, ...]


def compiled(body: str) -> Compiled:
    pieces = _PLACEHOLDER.split(body)  # literal, name, literal, name, …
    pieces[0::2] = [literal.replace("%", "%%") for literal in pieces[0::2]]
    names = tuple(dict.fromkeys(pieces[1::2]))
    pieces[1::2] = [f"%({name})s" for name in pieces[1::2]]
    return Compiled("".join(pieces), names)


def render(template: Compiled, values: Mapping[str, str]) -> str:
    """The text for one recipient. A missing value is a KeyError: values are checked before they come here."""
    return template.pattern % values


class _Unfilled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def preview(body: str, values: Mapping[str, str]) -> str:
    """The text as far as the values go; a variable without one stays in its braces."""
    return compiled(body).pattern % _Unfilled(values)


def with_signature(signature: str, text: str) -> str:
    return f"【{signature}】{text}" if signature else text


def opt_out_suffix(kind: Kind, country: str = "CN") -> str:
    """The words that tell how to stop such messages; empty where none are needed."""
    if not RULES[kind].opt_out_needed:
        return ""
    return _CHINA_OPT_OUT if country == "CN" else _ABROAD_OPT_OUT


def says_opt_out(text: str, country: str = "CN") -> bool:
    return _SAYS_OPT_OUT[country == "CN"].search(text) is not None


def with_opt_out(text: str, kind: Kind, country: str = "CN") -> str:
    """The text with the opt-out words at its end, unless it needs none or says them already."""
    suffix = opt_out_suffix(kind, country)
    if not suffix or says_opt_out(text, country):
        return text
    if country == "CN":
        return text + ("" if text[-1:] in _ENDS_A_SENTENCE else "，") + suffix
    return f"{text.rstrip()} {suffix}"
