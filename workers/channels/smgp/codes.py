"""Pure: what the codes of SMGP mean.

Answers: SMGP 3.0 (China Telecom), table of Status
Receipts: the same, Stat of a status report; more words in `workers/channels/mainland.py`
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.mainland import WORDS
from workers.channels.meaning import Causes, Refusals

# The login, a field of the request, and what gateways tell one another: never right by itself, whoever the number is.
OURS: Final = (
    *range(10, 13),  # form, command, sequence
    *range(20, 23),  # address, login, version
    *range(30, 36),  # MsgType, Priority, FeeType, FeeCode, MsgFormat, time
    38, *range(40, 46),  # QueryType, FixedFee, UpdateType, RouteId, ServiceId, ValidTime, AtTime
    48, 49, 56, 57, *range(59, 74),  # ChargeTermId, SPCode, gateways and routes, SPID, MServiceID
)  # fmt: skip

REFUSALS: Final[Refusals] = {
    **{str(status): (Code.CONFIG, True) for status in OURS},
    "1": (Code.THROTTLED, True),  # busy
    "2": (Code.BUSY, True),  # too many links
    "36": (Code.CONTENT, True),  # length
    "37": (Code.EXPIRED, False),
    "46": (Code.SENDER, True),  # SrcTermId
    "47": (Code.NUMBER_INVALID, False),  # DestTermId
    "58": (Code.UNREACHABLE, True),  # no route
    "74": (Code.BUSY, True),  # not at this time of the day
    "75": (Code.CREDIT, True),  # more than a day's share
    "76": (Code.CREDIT, True),  # the account has ended
}

# A route that failed: gateways say so before or after they took the message.
DOUBTS: Final = frozenset({"39"})

CAUSES: Final[Causes] = {
    **WORDS,
    "UNKNOWN": (Outcome.ACCEPTED, None),  # the carrier lost sight of it: not its last word
}
