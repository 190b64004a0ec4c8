"""Pure: what happens to a number. The last three digits choose the script; every number without one is delivered.

The table is the documentation: docs/channels.md repeats it and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SOON_S: Final = 0.2  # parts two receipts of the same message


class Answer(StrEnum):
    """How the HTTP request ends."""

    PLAIN = "plain"
    HANG = "hang"
    RESET = "reset"
    HALF = "half"
    SLOW = "slow"
    TRICKLE = "trickle"
    ERROR = "error"
    GARBAGE = "garbage"
    EMPTY = "empty"
    PAGE = "page"
    OTHER_ID = "other_id"
    BUSY = "busy"


class Naming(StrEnum):
    """How a receipt names its message."""

    USUAL = "usual"
    NO_REFERENCE = "no_reference"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Step:
    """One receipt: `after_s` on top of the profile's delay, `early` before the answer, `late` after `late_s`."""

    status: str = "DELIVRD"
    code: str = "000"
    after_s: float = 0.0
    early: bool = False
    late: bool = False
    naming: Naming = Naming.USUAL


@dataclass(frozen=True, slots=True)
class Script:
    """`takes` says whether the carrier has the message in the end, whatever the answer looks like."""

    says: str
    answer: Answer = Answer.PLAIN
    takes: bool = True
    refusal: str = ""
    receipts: tuple[Step, ...] = (Step(),)


DELIVERED: Final = Script("accepted, then delivered")
ABSENT: Final = Step("UNDELIV", "101")

SCRIPTS: Final[dict[str, Script]] = {
    "901": Script("accepted, then undelivered: subscriber absent", receipts=(ABSENT,)),
    "902": Script("refused at once for good: bad number", takes=False, refusal="bad_number"),
    "903": Script("refused at once, may be tried again: carrier busy", takes=False, refusal="busy"),
    "904": Script("accepted, then undelivered: content", receipts=(Step("UNDELIV", "202"),)),
    "905": Script("accepted, then expired", receipts=(Step("EXPIRED", "301"),)),
    "906": Script("accepted, then rejected: number barred", receipts=(Step("REJECTD", "201"),)),
    "907": Script("refused at once for good: content", takes=False, refusal="bad_content"),
    "908": Script("refused at once, may be tried again: too fast", takes=False, refusal="too_fast"),
    "911": Script("no answer, accepted, receipt follows", Answer.HANG),
    "912": Script("no answer, accepted, never a receipt", Answer.HANG, receipts=()),
    "913": Script("connection reset, not accepted", Answer.RESET, takes=False),
    "914": Script("connection reset, accepted, receipt follows", Answer.RESET),
    "915": Script("half an answer then reset, accepted, receipt follows", Answer.HALF),
    "916": Script("no answer, not accepted", Answer.HANG, takes=False),
    "917": Script("slow answer, accepted", Answer.SLOW),
    "918": Script("answer in single bytes, accepted", Answer.TRICKLE),
    "921": Script("receipt before the answer", receipts=(Step(early=True),)),
    "922": Script("receipt twice", receipts=(Step(), Step(after_s=SOON_S))),
    "923": Script("undelivered, then delivered", receipts=(ABSENT, Step(after_s=SOON_S))),
    "924": Script("late receipt", receipts=(Step(late=True),)),
    "925": Script("never a receipt", receipts=()),
    "926": Script("receipt for an id and reference nobody knows", receipts=(Step(naming=Naming.STRANGER),)),
    "927": Script("delivered, then an older intermediate report", receipts=(Step(), Step("ACCEPTD", after_s=SOON_S))),
    "928": Script("receipt without our reference", receipts=(Step(naming=Naming.NO_REFERENCE),)),
    "929": Script("delivered, then undelivered", receipts=(Step(), Step("UNDELIV", "101", after_s=SOON_S))),
    "931": Script("error 500, accepted, receipt follows", Answer.ERROR),
    "932": Script("status 200 with garbage, accepted, receipt follows", Answer.GARBAGE),
    "933": Script("status 200 with nothing, accepted, receipt follows", Answer.EMPTY),
    "934": Script("status 200 with an HTML page, accepted, receipt follows", Answer.PAGE),
    "935": Script("answer carries the id of another message", Answer.OTHER_ID),
    "936": Script("error 503 in the carrier's own words, not accepted", Answer.BUSY, takes=False),
    "937": Script("error 500, accepted, never a receipt", Answer.ERROR, receipts=()),
}


def script_of(number: str, default: str = "") -> Script:
    """The script of a number; `default` names the script of numbers that have none of their own."""
    return SCRIPTS.get(number[-3:]) or SCRIPTS.get(default, DELIVERED)
