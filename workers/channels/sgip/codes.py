"""Pure: what the codes of SGIP mean.

Answers and receipts share one table: SGIP 1.2, Result and ErrorCode; State of a Report says how far a message came.
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.meaning import Causes, Refusals

REFUSALS: Final[Refusals] = {
    # The login and the request
    "1": (Code.CONFIG, True),  # login name or password
    "2": (Code.CONFIG, True),  # logged in already
    "3": (Code.CONFIG, True),  # too many links
    "4": (Code.CONFIG, True),  # type of login
    "5": (Code.CONFIG, True),  # form of a parameter
    "6": (Code.NUMBER_INVALID, False),
    "7": (Code.CONFIG, True),  # message id
    "8": (Code.CONTENT, True),  # length
    "9": (Code.CONFIG, True),  # sequence
    "10": (Code.CONFIG, True),  # operation between carriers
    "11": (Code.THROTTLED, True),
    # The way
    "21": (Code.UNREACHABLE, True),
    "22": (Code.UNREACHABLE, True),  # wrong route
    "23": (Code.UNREACHABLE, True),  # no route
    "24": (Code.CONFIG, True),  # number that pays
    "33": (Code.BUSY, True),  # queue of the short message centre is full
    # The subscriber
    "25": (Code.ABSENT, False),
    "26": (Code.ABSENT, False),  # memory of the phone is full
    "27": (Code.NUMBER_INVALID, False),  # the phone has no short messages
    "28": (Code.ABSENT, False),  # the phone could not receive it
    "29": (Code.NUMBER_INVALID, False),  # nobody has this number
    "30": (Code.BLOCKED, False),  # the service is not offered to him
    "31": (Code.ABSENT, False),  # the phone is barred
}

# A failure of the system, before or after it took the message.
DOUBTS: Final = frozenset({"32"})

WORDS: Final = {0: "DELIVRD", 1: "ACCEPTD"}  # State of a Report; anything else is a failure
FAILED: Final = "UNDELIV"

CAUSES: Final[Causes] = {
    "DELIVRD": (Outcome.DELIVERED, None),
    "ACCEPTD": (Outcome.ACCEPTED, None),
    FAILED: (Outcome.UNDELIVERED, Code.UNKNOWN),
    f"{FAILED}:32": (Outcome.UNDELIVERED, Code.BUSY),
    **{f"{FAILED}:{error}": (Outcome.UNDELIVERED, code) for error, (code, _) in REFUSALS.items()},
}
