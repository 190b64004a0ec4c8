"""Pure: what the codes of the carriers' messaging platforms mean.

Exceptions of requests: OMA RESTful Network API, common definitions (SVC and POL). States of messages: GSMA RCC.07 and
the platforms' own words, for example https://support.huaweicloud.com/api-messageover5g/messageover5g_05_0009.html
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.meaning import Causes, Refusals

SUCCESSES: Final = frozenset({"0", "00000"})

REFUSALS: Final[Refusals] = {
    "SVC0002": (Code.CONTENT, True),  # a part of the message is not valid
    "SVC0003": (Code.CONTENT, True),
    "SVC0004": (Code.NUMBER_INVALID, False),
    "SVC0270": (Code.CREDIT, True),
    "POL0001": (Code.CONFIG, True),
    "POL0003": (Code.CONFIG, True),  # too many addresses
    "POL0006": (Code.CONFIG, True),  # groups are not allowed
    "POL0010": (Code.TOO_OFTEN, False),
    "POL1001": (Code.UNREACHABLE, True),  # the person cannot use it
    "401": (Code.CONFIG, True),
    "403": (Code.CONFIG, True),
    "404": (Code.CONFIG, True),
    "429": (Code.THROTTLED, True),
}
DOUBTS: Final = frozenset({"SVC0001"})  # a failure inside

STATES: Final[Causes] = {
    "sent": (Outcome.ACCEPTED, None),
    "messagesent": (Outcome.ACCEPTED, None),
    "delivered": (Outcome.DELIVERED, None),
    "deliveredtoterminal": (Outcome.DELIVERED, None),
    "displayed": (Outcome.DELIVERED, None),
    "messagedisplayed": (Outcome.DELIVERED, None),
    "deliveredtonetwork": (Outcome.DELIVERED, None),  # as the SMS we asked to fall back to
    "interworking": (Outcome.DELIVERED, None),
    "revokeok": (Outcome.EXPIRED, Code.TAKEN_BACK),
    "revoked": (Outcome.EXPIRED, Code.TAKEN_BACK),
    "failed": (Outcome.UNDELIVERED, Code.UNREACHABLE),
    "deliveryimpossible": (Outcome.UNDELIVERED, Code.UNREACHABLE),
}
SILENT: Final = frozenset({"revokefail", "revokefailed", "revokerequested"})  # no news of delivery
