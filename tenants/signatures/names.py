"""Pure: which names may stand in 【】, and what a name looks like at a glance.

`skeleton` maps names a hurried reader cannot tell apart to one string: full width, case, accents, letters borrowed from
another alphabet, 0 for O, pairs of near-identical characters. It is for comparing, never for showing.
"""

from __future__ import annotations

import unicodedata

LENGTH_MIN, LENGTH_MAX = 2, 16
SEPARATORS = "·&-. "

_LOOKS = "1iіıι丨|0" + "асеорхукмнтвѕјԁɡ" + "αβεκορτυχν"
_READ = "lllllllo" + "aceopxykmhtbsjdg" + "abekoptuxv"
# Near-identical characters, then traditional forms that occur in names of businesses.
_LOOKS_HAN = "末己巳士入曰干夭銀國際電訊東車門風龍華廣業產動聯網雲寶貝醫藥學會員"
_READ_HAN = "未已已土人日千天银国际电讯东车门风龙华广业产动联网云宝贝医药学会员"
_TABLE = str.maketrans(_LOOKS + _LOOKS_HAN, _READ + _READ_HAN, SEPARATORS)


def normalise(text: str) -> str:
    """The name alone, in its usual form: half-width letters, single spaces, without the brackets."""
    return " ".join(unicodedata.normalize("NFKC", text).strip(" \t\r\n【】[]").split())


def fault(name: str) -> str | None:
    """The code of what is wrong with a normalised name; None when it may be applied for."""
    if not name:
        return "signature_empty"
    if not LENGTH_MIN <= len(name) <= LENGTH_MAX:
        return "signature_length"
    if not all(_allowed(char) for char in name) or name[0] in SEPARATORS or name[-1] in SEPARATORS:
        return "signature_characters"
    if not any(char.isalpha() for char in name):
        return "signature_digits_only"
    return None


def _allowed(char: str) -> bool:
    # Marks belong to letters in many scripts; nothing invisible is a letter, a digit or a mark.
    return char in SEPARATORS or char.isalpha() or char.isdecimal() or unicodedata.category(char) in {"Mn", "Mc"}


def skeleton(name: str) -> str:
    """Equal for names that can be taken for one another."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(_TABLE)
