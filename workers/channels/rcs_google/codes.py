"""Pure: what the codes of RCS Business Messaging mean.

Errors: https://cloud.google.com/apis/design/errors (the status words of every Google API) and
        https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send
Events: https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome
from workers.channels.meaning import Causes, Refusals

REFUSALS: Final[Refusals] = {
    "NOT_FOUND": (Code.UNREACHABLE, True),  # no RCS on this number: another channel may reach it
    "INVALID_ARGUMENT": (Code.CONTENT, True),
    "FAILED_PRECONDITION": (Code.CONFIG, True),
    "PERMISSION_DENIED": (Code.CONFIG, True),  # the agent is not launched with this carrier
    "UNAUTHENTICATED": (Code.CONFIG, True),
    "RESOURCE_EXHAUSTED": (Code.THROTTLED, True),
}

EVENTS: Final[Causes] = {  # every other event says nothing about delivery
    "DELIVERED": (Outcome.DELIVERED, None),
    "READ": (Outcome.DELIVERED, None),
    "TTL_EXPIRATION_REVOKED": (Outcome.EXPIRED, Code.UNREACHABLE),  # taken back, so another channel may be used
}
