"""Pure: what the codes of SMPP mean.

Answers: SMPP Protocol Specification v3.4, issue 1.2, 5.1.3 (command_status)
Receipts: the same, appendix B (message states); the error beside a state is the carrier's own
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.meaning import Causes, Refusals

REFUSALS: Final[Refusals] = {
    # The request: whatever we say wrong, another channel may be told right
    "0x01": (Code.CONTENT, True),  # ESME_RINVMSGLEN
    "0x02": (Code.CONFIG, True),  # ESME_RINVCMDLEN
    "0x03": (Code.CONFIG, True),  # ESME_RINVCMDID
    "0x06": (Code.CONFIG, True),  # ESME_RINVPRTFLG
    "0x07": (Code.CONFIG, True),  # ESME_RINVREGDLVFLG
    "0x33": (Code.CONFIG, True),  # ESME_RINVNUMDESTS
    "0x34": (Code.CONFIG, True),  # ESME_RINVDLNAME
    "0x40": (Code.CONFIG, True),  # ESME_RINVDESTFLAG
    "0x42": (Code.CONFIG, True),  # ESME_RINVSUBREP
    "0x43": (Code.CONFIG, True),  # ESME_RINVESMCLASS
    "0x44": (Code.CONFIG, True),  # ESME_RCNTSUBDL
    "0x54": (Code.CONFIG, True),  # ESME_RINVREPFLAG
    "0x61": (Code.CONFIG, True),  # ESME_RINVSCHED
    "0x62": (Code.CONFIG, True),  # ESME_RINVEXPIRY
    "0x63": (Code.CONFIG, True),  # ESME_RINVDFTMSGID
    "0xC0": (Code.CONFIG, True),  # ESME_RINVOPTPARSTREAM
    "0xC1": (Code.CONFIG, True),  # ESME_ROPTPARNOTALLWD
    "0xC2": (Code.CONFIG, True),  # ESME_RINVPARLEN
    "0xC3": (Code.CONFIG, True),  # ESME_RMISSINGOPTPARAM
    "0xC4": (Code.CONFIG, True),  # ESME_RINVOPTPARAMVAL
    # The account and the link
    "0x04": (Code.CONFIG, True),  # ESME_RINVBNDSTS
    "0x05": (Code.CONFIG, True),  # ESME_RALYBND
    "0x0D": (Code.CONFIG, True),  # ESME_RBINDFAIL
    "0x0E": (Code.CONFIG, True),  # ESME_RINVPASWD
    "0x0F": (Code.CONFIG, True),  # ESME_RINVSYSID
    "0x15": (Code.CONFIG, True),  # ESME_RINVSERTYP
    "0x53": (Code.CONFIG, True),  # ESME_RINVSYSTYP
    # The sender and the number
    "0x0A": (Code.SENDER, True),  # ESME_RINVSRCADR
    "0x48": (Code.SENDER, True),  # ESME_RINVSRCTON
    "0x49": (Code.SENDER, True),  # ESME_RINVSRCNPI
    "0x0B": (Code.NUMBER_INVALID, False),  # ESME_RINVDSTADR
    "0x50": (Code.NUMBER_INVALID, False),  # ESME_RINVDSTTON
    "0x51": (Code.NUMBER_INVALID, False),  # ESME_RINVDSTNPI
    # Pace and fullness
    "0x14": (Code.BUSY, True),  # ESME_RMSGQFUL
    "0x58": (Code.THROTTLED, True),  # ESME_RTHROTTLED
    "0x64": (Code.BUSY, True),  # ESME_RX_T_APPN
    # Not taken, for reasons the carrier keeps to itself
    "0x45": (Code.UNKNOWN, False),  # ESME_RSUBMITFAIL
    "0x65": (Code.UNKNOWN, False),  # ESME_RX_P_APPN
    "0x66": (Code.UNKNOWN, False),  # ESME_RX_R_APPN
    "0xFE": (Code.UNKNOWN, False),  # ESME_RDELIVERYFAILURE
    # Of requests we do not make
    "0x0C": (Code.UNKNOWN, False),  # ESME_RINVMSGID
    "0x11": (Code.UNKNOWN, False),  # ESME_RCANCELFAIL
    "0x13": (Code.UNKNOWN, False),  # ESME_RREPLACEFAIL
    "0x55": (Code.UNKNOWN, False),  # ESME_RINVNUMMSGS
    "0x67": (Code.UNKNOWN, False),  # ESME_RQUERYFAIL
}

# ESME_RSYSERR and ESME_RUNKNOWNERR: something broke, before or after it took the message.
DOUBTS: Final = frozenset({"0x08", "0xFF"})

CAUSES: Final[Causes] = {
    "ENROUTE": (Outcome.ACCEPTED, None),
    "DELIVRD": (Outcome.DELIVERED, None),
    "EXPIRED": (Outcome.EXPIRED, Code.EXPIRED),
    "DELETED": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "UNDELIV": (Outcome.UNDELIVERED, Code.ABSENT),
    "ACCEPTD": (Outcome.ACCEPTED, None),
    "UNKNOWN": (Outcome.ACCEPTED, None),  # the carrier lost sight of it: not its last word
    "REJECTD": (Outcome.REJECTED, Code.BLOCKED),
}
