"""Pure: what an outcome means for the money: post the hold's part, release it, or keep it held.

`basis` is the business's plan: "delivered" pays for what arrived, "submitted" for what the carrier took.
"""

from __future__ import annotations

from typing import Final, Literal

Due = Literal["post", "release", "keep"]

_MATRIX: Final[dict[str, dict[str, Due]]] = {
    "refused": {"submitted": "release", "delivered": "release"},
    "accepted": {"submitted": "post", "delivered": "keep"},
    "delivered": {"submitted": "post", "delivered": "post"},
    "undelivered": {"submitted": "post", "delivered": "release"},
    "expired": {"submitted": "post", "delivered": "release"},
    "in_doubt": {"submitted": "keep", "delivered": "keep"},
    "doubt_expired": {"submitted": "release", "delivered": "release"},
    "cancelled": {"submitted": "release", "delivered": "release"},
    "opted_out": {"submitted": "release", "delivered": "release"},
}


def due(outcome: str, basis: str) -> Due:
    """What becomes of a message's held money; KeyError for an outcome or basis that does not exist."""
    return _MATRIX[outcome][basis]
