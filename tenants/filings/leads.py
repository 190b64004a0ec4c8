"""Pure: what in a text leads the reader elsewhere, and so must be filed: links, telephone numbers, accounts to add.

`key` is one spelling for what is the same: a link without its scheme, a number without its dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LEADS_MAX = 20  # of one text
KEY_MAX = 200


class What(StrEnum):
    URL = "url"
    PHONE = "phone"
    CONTACT = "contact"


@dataclass(frozen=True)
class Lead:
    """Where it stands in the text. `fault`: why no operator will file it as it is (variable_link, short_link)."""

    what: What
    key: str
    start: int
    end: int
    fault: str = ""


_ENDINGS = "com|cn|net|org|top|xyz|cc|vip|io|co|me|info|biz|app|shop|link|site|club|online|store|tech|ltd|wang|fun"
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.){1,8}"
# A path may hold a variable in braces; it ends where Chinese or a blank begins.
_PATH = r"[/?#](?:\{[^{}]*\}|[a-z0-9/?#%&=+._~:@!$'*,;-])*"
_URL = re.compile(
    rf"https?://{_HOST}[a-z]{{2,24}}(?::\d{{1,5}})?(?:{_PATH})?|{_HOST}[a-z]{{2,24}}(?::\d{{1,5}})?{_PATH}"
    rf"|{_HOST}(?:{_ENDINGS})(?![a-z0-9.-])|https?://\{{[^{{}}]*\}}",
    re.IGNORECASE | re.ASCII,
)
_PHONE = re.compile(
    r"(?<![\d.-])(?:[48]00[- ]?\d{3}[- ]?\d{4}|[48]00[- ]?\d{4}[- ]?\d{3}|0\d{2,3}[- ]?\d{7,8}|1[3-9]\d{9}"
    r"|(?<=[拨打致电话线服l:： ])(?:95|96|100|12)\d{3}(?:\d{1,3})?)(?![\d.元]|-\d)",
    re.ASCII,
)
_CONTACT = re.compile(
    r"(?:微信号?|公众号|weixin|wechat|v信|\bvx|\bqq群?|扣扣)\s*(?:id)?\s*[:：]?\s*([a-z0-9_-]{5,20})(?![a-z0-9_-])",
    re.IGNORECASE | re.ASCII,
)
# Hosts that only lead on: operators refuse what does not show where it ends.
_SHORT = {"t.cn", "dwz.cn", "url.cn", "w.url.cn", "suo.im", "bit.ly", "tinyurl.com", "goo.gl", "is.gd", "t.co"}
_TRAILING = ".,;:!?'"


def leads(text: str) -> tuple[Lead, ...]:
    """In reading order; the same key only once."""
    found: dict[str, Lead] = {}
    taken = 0
    for lead in sorted(_all(text), key=lambda each: (each.start, -each.end)):
        if lead.start >= taken and len(found) < LEADS_MAX:
            found.setdefault(lead.key, lead)
            taken = lead.end
    return tuple(found.values())


def _all(text: str) -> Iterator[Lead]:
    for match in _URL.finditer(text):
        written = match[0].rstrip(_TRAILING)
        if match.start() and text[match.start() - 1] == "@":
            continue  # an e-mail address leads nowhere by itself
        yield Lead(What.URL, _address(written), match.start(), match.start() + len(written), _fault(written))
    for match in _PHONE.finditer(text):
        yield Lead(What.PHONE, re.sub(r"\D", "", match[0]), *match.span())
    for match in _CONTACT.finditer(text):
        yield Lead(What.CONTACT, match[1].lower(), *match.span())


def _address(written: str) -> str:
    host, slash, path = re.sub(r"^https?://", "", written, flags=re.IGNORECASE).partition("/")
    return (host.lower() + (slash + path).rstrip("/"))[:KEY_MAX]


def _fault(written: str) -> str:
    if "{" in written:
        return "variable_link"
    return "short_link" if _address(written).partition("/")[0] in _SHORT else ""
