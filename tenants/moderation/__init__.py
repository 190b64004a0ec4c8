"""Moderation: what may be sent, and who decided.

judge(text, kind)                       the word table's verdict: pass, review or block, and the places
ask, withdraw                           put a subject of the present tenant into the review queue, take it out
submit_signature, submit_template       hand in what the rooms below own
decide(id, approved=, reason=, by=)     in the platform's scope; the room that owns the subject is told
undo(id, by=, undoers=)                 for ten minutes, while nothing was sent with it
queue, item, lock, …                    the reviewer's desk (desk.py), words (words.py), reasons (reasons.py)
"""

from tenants.moderation import reasons, words
from tenants.moderation.desk import Applicant, Item, Waiting, applicant, decided_by, item, queue, waiting
from tenants.moderation.judge import Level, Verdict, judge
from tenants.moderation.models import Review, Word
from tenants.moderation.review import Decider, ask, decide, get, lock, locked_by_another, withdraw
from tenants.moderation.rules import Hit
from tenants.moderation.submitting import submit_signature, submit_template
from tenants.moderation.undoing import UNDO, Undoer, undo, undoable

__all__ = [
    "UNDO", "Applicant", "Decider", "Hit", "Item", "Level", "Review", "Undoer", "Verdict", "Waiting", "Word",
    "applicant", "ask", "decide", "decided_by", "get", "item", "judge", "lock", "locked_by_another", "queue", "reasons",
    "submit_signature", "submit_template", "undo", "undoable", "waiting", "withdraw", "words",
]  # fmt: skip
