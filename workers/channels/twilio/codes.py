"""Pure: what Twilio's codes mean.

Statuses: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
Errors of requests (2xxxx) and of delivery (3xxxx): https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.meaning import Refusals

REFUSALS: Final[Refusals] = {
    "20003": (Code.CONFIG, True),  # not authenticated
    "20005": (Code.CONFIG, True),  # account not active
    "20008": (Code.CONFIG, True),  # test credentials
    "20404": (Code.CONFIG, True),  # no such account
    "20429": (Code.THROTTLED, True),
    "14107": (Code.THROTTLED, True),  # the sender's own limit
    "21211": (Code.NUMBER_INVALID, False),
    "21214": (Code.NUMBER_INVALID, False),
    "21217": (Code.NUMBER_INVALID, False),
    "21265": (Code.NUMBER_INVALID, False),  # a short code
    "21266": (Code.NUMBER_INVALID, False),  # to itself
    "21604": (Code.NUMBER_INVALID, False),
    "21614": (Code.NUMBER_INVALID, False),  # not a mobile number
    "21635": (Code.NUMBER_INVALID, False),  # a landline
    "21610": (Code.BLOCKED, False),  # opted out
    "21408": (Code.UNREACHABLE, True),  # the country is not switched on
    "21612": (Code.UNREACHABLE, True),
    "21608": (Code.CONFIG, True),  # trial account
    "21606": (Code.SENDER, True),
    "21212": (Code.SENDER, True),
    "21603": (Code.SENDER, True),
    "21659": (Code.SENDER, True),
    "21660": (Code.SENDER, True),
    "21703": (Code.SENDER, True),  # the service has no senders
    "21701": (Code.SENDER, True),
    "21609": (Code.CONFIG, True),  # the receipt address
    "21602": (Code.CONTENT, False),
    "21605": (Code.CONTENT, False),
    "21617": (Code.CONTENT, False),
    "21619": (Code.CONTENT, False),
    "21611": (Code.BUSY, True),  # the sender's queue is full
    "30001": (Code.BUSY, True),
    "30002": (Code.CONFIG, True),
    "30022": (Code.THROTTLED, True),
    "30023": (Code.CREDIT, True),
}

OUTCOMES: Final[dict[str, Outcome]] = {
    "accepted": Outcome.ACCEPTED,
    "scheduled": Outcome.ACCEPTED,
    "queued": Outcome.ACCEPTED,
    "sending": Outcome.ACCEPTED,
    "sent": Outcome.ACCEPTED,
    "delivered": Outcome.DELIVERED,
    "read": Outcome.DELIVERED,
    "undelivered": Outcome.UNDELIVERED,
    "failed": Outcome.REJECTED,
    "canceled": Outcome.REJECTED,
}

CAUSES: Final[dict[str, Code]] = {  # ErrorCode inside a receipt
    "30001": Code.BUSY,
    "30002": Code.CONFIG,
    "30003": Code.ABSENT,
    "30004": Code.BLOCKED,
    "30005": Code.NUMBER_INVALID,
    "30006": Code.NUMBER_INVALID,
    "30007": Code.CONTENT,
    "30008": Code.UNKNOWN,
    "30010": Code.CREDIT,
    "30017": Code.BUSY,
    "30022": Code.THROTTLED,
    "30023": Code.CREDIT,
    "30024": Code.SENDER,
    "30032": Code.SENDER,
    "30034": Code.SENDER,
    "30036": Code.EXPIRED,
    "30410": Code.BUSY,
    "30450": Code.TOO_OFTEN,
    "30454": Code.CREDIT,
    "21610": Code.BLOCKED,
}
