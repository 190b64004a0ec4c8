"""Pure: what the simulated carrier's codes mean. Unknown codes become `unknown_failure` and are not tried again."""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code, Outcome

REFUSALS: Final[dict[str, tuple[Code, bool]]] = {  # its answer → our code, whether another attempt may help
    "bad_number": (Code.NUMBER_INVALID, False),
    "bad_content": (Code.CONTENT, False),
    "bad_extension": (Code.SENDER, False),
    "barred": (Code.BLOCKED, False),
    "busy": (Code.BUSY, True),
    "no_credit": (Code.CREDIT, True),
    "too_fast": (Code.THROTTLED, True),
}

OUTCOMES: Final[dict[str, Outcome]] = {  # its status
    "DELIVRD": Outcome.DELIVERED,
    "UNDELIV": Outcome.UNDELIVERED,
    "EXPIRED": Outcome.EXPIRED,
    "REJECTD": Outcome.REJECTED,
    "ACCEPTD": Outcome.ACCEPTED,
}

CAUSES: Final[dict[str, Code]] = {  # its code inside a receipt
    "101": Code.ABSENT,
    "102": Code.NUMBER_INVALID,
    "201": Code.BLOCKED,
    "202": Code.CONTENT,
    "301": Code.EXPIRED,
    "401": Code.SENDER,
}
