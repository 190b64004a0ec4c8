"""Pure: what our codes of failure say about the channel, and whether another way may help.

message   the text, the sender or the number: no channel will do better, none is to blame
pace      the carrier asks us to wait: nothing was taken, and no attempt is used up
channel   the channel itself: another one at once
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Blame(StrEnum):
    MESSAGE = "message"
    PACE = "pace"
    CHANNEL = "channel"


_BLAMES: Final = {
    "absent": Blame.MESSAGE,
    "number_invalid": Blame.MESSAGE,
    "blocked": Blame.MESSAGE,
    "content_rejected": Blame.MESSAGE,
    "sender_rejected": Blame.MESSAGE,
    "template_rejected": Blame.MESSAGE,
    "validity_expired": Blame.MESSAGE,
    "taken_back": Blame.MESSAGE,
    "too_often": Blame.MESSAGE,
    "throttled": Blame.PACE,
    "carrier_busy": Blame.PACE,
    "not_tried": Blame.PACE,
    "carrier_credit": Blame.CHANNEL,
    "carrier_unreachable": Blame.CHANNEL,
    "channel_misconfigured": Blame.CHANNEL,
    "unknown_failure": Blame.CHANNEL,
}
CODES: Final = tuple(_BLAMES)
# Receipts that say the message ended on this way, not that it cannot arrive.
_OTHER_WAY: Final = frozenset({"throttled", "carrier_busy", "carrier_credit", "carrier_unreachable"})
_PERHAPS: Final = "unknown_failure"
# How often a receipt may send a message of a kind on another way, and whether it may when nobody knows why it failed:
# a code is worth a second try, an advertisement that failed for no known reason is not.
_FAILOVERS: Final = {"verification": (2, True), "notice": (2, True), "marketing": (1, False)}


def blame(code: str) -> Blame:
    """Who a failure speaks against; a code nobody knows speaks against the channel."""
    return _BLAMES.get(code, Blame.CHANNEL)


def other_way(code: str) -> bool:
    """Whether a receipt with this code may be followed by another attempt at all."""
    return code in _OTHER_WAY or code == _PERHAPS


def failovers(code: str, kind: str) -> int:
    """How many attempts of a message may be followed by another one after a receipt with this code; 0: none."""
    times, perhaps = _FAILOVERS.get(kind, (0, False))
    return times if code in _OTHER_WAY or (perhaps and code == _PERHAPS) else 0
