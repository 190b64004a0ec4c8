"""Pure: how many parts a text is sent and charged as, and which character makes it so.

Mainland China: every character counts one, 70 in a single message, 67 in each part of a longer one, 500 in all.
Elsewhere: 160 or 153 septets when GSM 03.38 has every character, else 70 or 67. The text given is the whole text,
signature and opt-out words included. Characters outside the basic plane (emoji) take two places, as they do on the air.
"""

import re
from typing import Literal, NamedTuple

from tenants.core import gsm7

Encoding = Literal["gsm7", "ucs2"]

GSM7_SINGLE, GSM7_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67
CHINA_CHARACTERS_MAX = 500
ABROAD_PARTS_MAX = 10  # beyond ten parts carriers drop or reorder too much


class Segments(NamedTuple):
    encoding: Encoding
    characters: int  # septets in GSM-7, UTF-16 units otherwise
    parts: int  # 0 for no text
    per_part: int
    forced_by: str | None = None  # the first character GSM-7 lacks, where that rule applies
    forced_at: int | None = None  # its position in the text
    over: int = 0  # characters beyond the most one message may have


class Change(NamedTuple):
    position: int  # in the text before
    before: str
    after: str


# Nearly every text is a single message: its answer is ready-made.
_SINGLE_UCS2 = tuple(Segments("ucs2", units, min(units, 1), UCS2_SINGLE) for units in range(UCS2_SINGLE + 1))
_SINGLE_GSM7 = tuple(Segments("gsm7", septets, min(septets, 1), GSM7_SINGLE) for septets in range(GSM7_SINGLE + 1))


def count(text: str, country: str = "CN") -> Segments:
    if country == "CN":
        units = len(text.encode("utf-16-le", "surrogatepass")) >> 1
        if units <= UCS2_SINGLE:
            return _SINGLE_UCS2[units]
        over = units - CHINA_CHARACTERS_MAX if units > CHINA_CHARACTERS_MAX else 0
        return _ucs2(text, units, None, None, over)
    if foreign := gsm7.first_foreign(text):
        units = len(text.encode("utf-16-le", "surrogatepass")) >> 1
        position, character = foreign
        return _ucs2(text, units, character, position, max(0, units - ABROAD_PARTS_MAX * UCS2_PART))
    septets = gsm7.septets(text)
    if septets <= GSM7_SINGLE:
        return _SINGLE_GSM7[septets]
    wide = septets != len(text)
    parts = len(_cut(text, "gsm7", GSM7_PART)) if wide else -(-septets // GSM7_PART)
    return Segments("gsm7", septets, parts, GSM7_PART, None, None, max(0, septets - ABROAD_PARTS_MAX * GSM7_PART))


def _ucs2(text: str, units: int, forced_by: str | None, forced_at: int | None, over: int) -> Segments:
    if units <= UCS2_SINGLE:
        return Segments("ucs2", units, 1 if units else 0, UCS2_SINGLE, forced_by, forced_at)
    wide = units != len(text)
    parts = len(_cut(text, "ucs2", UCS2_PART)) if wide else -(-units // UCS2_PART)
    return Segments("ucs2", units, parts, UCS2_PART, forced_by, forced_at, over)


def split(text: str, country: str = "CN") -> list[str]:
    """The text of each part, as many as `count` says."""
    counted = count(text, country)
    if counted.parts <= 1:
        return [text] * counted.parts
    return _cut(text, counted.encoding, counted.per_part)


def _cut(text: str, encoding: Encoding, room: int) -> list[str]:
    """Fills each part as far as it goes; what takes two places is never cut in the middle."""
    parts: list[str] = []
    start = used = 0
    for position, character in enumerate(text):
        wide = character > "\uffff" if encoding == "ucs2" else character in gsm7.EXTENSION_CHARACTERS
        size = 2 if wide else 1
        if used + size > room:
            parts.append(text[start:position])
            start, used = position, 0
        used += size
    return [*parts, text[start:]]


_SPACES = dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
_INVISIBLE = dict.fromkeys("\u00ad\u200b\u2060\ufeff", "")
_JOINERS = dict.fromkeys("\u200c\u200d", "")
_TYPOGRAPHY = (
    dict.fromkeys("“”„‟″", '"')
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("\u2010\u2011\u2012–—―−", "-")
    | {"…": "..."}
)
_PLAIN = _SPACES | _INVISIBLE | _JOINERS | _TYPOGRAPHY
# A joiner has a meaning inside emoji and in some scripts, none after these letters.
_UNTIDY_ANYWHERE = rf"[{''.join(_SPACES)}{''.join(_INVISIBLE)}]|(?:^|(?<=[\x00-\u02ff\u3000-\u9fff]))[\u200c\u200d]"
_UNTIDY_IN_CHINESE = re.compile(_UNTIDY_ANYWHERE)
_UNTIDY = re.compile(f"{_UNTIDY_ANYWHERE}|[{''.join(_TYPOGRAPHY)}]")
_CHINESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def tidy(text: str) -> tuple[str, list[Change]]:
    """The text with odd spaces and invisible characters made plain, and what was changed.

    Curly quotes, dashes and dots become plain too, unless the text has Chinese, Japanese or Korean characters: there
    they are proper punctuation and save nothing.
    """
    untidy = _UNTIDY_IN_CHINESE if _CHINESE.search(text) else _UNTIDY
    changes = [Change(match.start(), match[0], _PLAIN[match[0]]) for match in untidy.finditer(text)]
    return untidy.sub(lambda match: _PLAIN[match[0]], text) if changes else text, changes
