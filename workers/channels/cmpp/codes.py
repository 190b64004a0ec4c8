"""Pure: what the codes of CMPP mean.

Answers: China Mobile Point to Point 3.0 (QB-GF-004-2003), 7.4.3.2, CMPP_SUBMIT_RESP, Result
Receipts: the same, 7.4.3.3 and its table of Stat; more words in `workers/channels/mainland.py`
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.mainland import WORDS
from workers.channels.meaning import Causes, Refusals

REFUSALS: Final[Refusals] = {
    "1": (Code.CONFIG, True),  # form of the message
    "2": (Code.CONFIG, True),  # command
    "3": (Code.CONFIG, True),  # sequence used before
    "4": (Code.CONFIG, True),  # length of the message
    "5": (Code.CONFIG, True),  # fee code
    "6": (Code.CONTENT, True),  # longer than allowed
    "7": (Code.CONFIG, True),  # service
    "8": (Code.THROTTLED, True),
    "10": (Code.SENDER, True),  # Src_Id
    "11": (Code.CONFIG, True),  # Msg_src
    "12": (Code.CONFIG, True),  # Fee_terminal_Id
    "13": (Code.NUMBER_INVALID, False),  # Dest_terminal_Id
}

# Any other error in 2.0, a gateway that does not serve this payer in 3.0: whether it took the message it does not say.
DOUBTS: Final = frozenset({"9"})

CAUSES: Final[Causes] = {
    **WORDS,
    "UNKNOWN": (Outcome.ACCEPTED, None),  # the carrier lost sight of it: not its last word
    # Somebody on the way did not answer: the short message centre, billing, the platform of services, the next gateway
    "MA": (Outcome.UNDELIVERED, Code.UNREACHABLE),
    "CA": (Outcome.UNDELIVERED, Code.UNREACHABLE),
    "DA": (Outcome.UNDELIVERED, Code.UNREACHABLE),
    "IA": (Outcome.UNDELIVERED, Code.UNREACHABLE),
    # The same refused
    "MB": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "CB": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "DB": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "IB": (Outcome.UNDELIVERED, Code.UNKNOWN),
    # The centre or the next gateway never reported
    "MC": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "IC": (Outcome.UNDELIVERED, Code.UNKNOWN),
}
