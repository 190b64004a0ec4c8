"""Pure: what the statuses of MM7 mean: those of answers, and what a delivery report says of a message.

3GPP TS 23.140, 8.7.8.4 (status codes) and 8.7.8.3 (MMStatus of delivery reports)
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.meaning import Causes, Refusals

SUCCESS: Final = "1000"

REFUSALS: Final[Refusals] = {
    "2000": (Code.CONFIG, True),
    "2001": (Code.CONFIG, True),  # not allowed to this service
    "2002": (Code.NUMBER_INVALID, False),
    "2003": (Code.NUMBER_INVALID, False),
    "2004": (Code.CONTENT, False),
    "2006": (Code.CONFIG, True),
    "2007": (Code.CONFIG, True),
    "3001": (Code.BUSY, True),
    "3002": (Code.CONTENT, True),
    "3003": (Code.CONFIG, True),  # one recipient a request
    "4001": (Code.CONFIG, True),  # not known by these names
    "4002": (Code.CONFIG, True),
    "4003": (Code.CONFIG, True),
    "4004": (Code.CONFIG, True),
    "4005": (Code.UNKNOWN, False),  # not to be sent again
    "4006": (Code.BUSY, True),
    "4007": (Code.CONFIG, True),
}

# Taken by some recipients and not by others, or a failure inside that may have come too late.
DOUBTS: Final = frozenset({"1100", "3000", "4000"})

STATUSES: Final[Causes] = {
    "Retrieved": (Outcome.DELIVERED, None),
    "Deferred": (Outcome.ACCEPTED, None),
    "Forwarded": (Outcome.ACCEPTED, None),
    "Indeterminate": (Outcome.ACCEPTED, None),  # gone to where nobody reports from
    "Expired": (Outcome.EXPIRED, Code.EXPIRED),
    "Rejected": (Outcome.REJECTED, Code.BLOCKED),
    "Unreachable": (Outcome.UNDELIVERED, Code.ABSENT),
    "Unrecognised": (Outcome.UNDELIVERED, Code.UNREACHABLE),  # a phone without MMS
}
