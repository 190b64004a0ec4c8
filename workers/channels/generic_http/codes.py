"""Pure: what a status says by itself, when a provider's answer is JSON and no code of its own stands in it.

RFC 9110, 15.5, and RFC 6585, 4. The provider's own codes are settings of the channel: `refusals`, `receipt_words`,
`receipt_codes`.
"""

from __future__ import annotations

from typing import Final

from workers.channels.base import Code

STATUSES: Final[dict[int, tuple[Code, bool]]] = {  # any other status leaves the message in doubt
    400: (Code.UNKNOWN, False),
    401: (Code.CONFIG, True),
    402: (Code.CREDIT, True),
    403: (Code.CONFIG, True),
    404: (Code.CONFIG, True),
    405: (Code.CONFIG, True),
    415: (Code.CONFIG, True),
    422: (Code.UNKNOWN, False),
    429: (Code.THROTTLED, True),
}
