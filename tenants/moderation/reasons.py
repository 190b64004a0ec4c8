"""Pure: why something was rejected: one of six codes, and the reviewer's own words on a second line.

The two travel as one text, so every room keeps it in its one `reason` column; the web turns the code into a sentence
in the reader's language and shows the words as they were written.
"""

from __future__ import annotations

from typing import NamedTuple

from tenants.core.errors import Invalid

# In the order of the keys 1–6 on the reviewer's desk.
CODES = ("leads_away", "link_not_filed", "exaggerated", "papers_do_not_fit", "name_does_not_fit", "other")
NOTE_MAX = 300


class Reason(NamedTuple):
    code: str
    note: str


def compose(code: str, note: str) -> str:
    """One text of both. Invalid: an unknown code, too many words, or `other` without any."""
    note = " ".join(note.split())
    if code not in CODES:
        raise Invalid({"code": "reason_needed"})
    if code == "other" and not note:
        raise Invalid({"note": "reason_in_words"})
    if len(note) > NOTE_MAX:
        raise Invalid({"note": ("reason_too_long", {"max": NOTE_MAX})})
    return f"{code}\n{note}" if note else code


def parse(reason: str) -> Reason:
    """The parts of a composed reason; a text that is not one is all note."""
    code, _, note = reason.partition("\n")
    return Reason(code, note) if code in CODES else Reason("", reason)
