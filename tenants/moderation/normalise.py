"""Pure: the form of a text that words are looked for in.

Width, case and look-alike code points are made one (NFKC, case folding); everything between letters and figures is left
out: spaces, punctuation, invisible characters, emoji. Each character is folded by itself, so that every one of the
folded text has exactly one origin in the text as written.
"""

import unicodedata

CACHE_MAX = 20_000  # characters; texts use a few thousand, hostile ones could use a million


class _Folds(dict[int, str]):
    """Code point to its folded form, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= CACHE_MAX:
            self.clear()
        # Folding may bring back what NFKC had removed, so NFKC comes on both sides.
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", chr(code)).casefold())
        kept = "".join(character for character in folded if character.isalnum())
        self[code] = kept
        return kept


_FOLDS = _Folds()


def fold(text: str) -> str:
    return text.translate(_FOLDS)


def fold_with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the position of the one it came from."""
    folded: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(text):
        for kept in _FOLDS[ord(character)]:
            folded.append(kept)
            origins.append(position)
    return "".join(folded), origins
