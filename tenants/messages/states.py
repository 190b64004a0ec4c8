"""Pure: the states of a message and the only table that says how they follow each other.

    queued → submitting → accepted → delivered | undelivered | expired
                        → in_doubt → accepted | delivered | undelivered | expired
                        → rejected | queued (proof that the carrier does not have it)
    queued → cancelled | opted_out | expired | delivered (the attempt before arrived after all)

`submitting` is committed before anything leaves, so a process that dies leaves doubt, never a second copy. A receipt
may overtake the carrier's answer, so `submitting` may go straight to an end. Ends are never left again.
"""

from __future__ import annotations

from enum import IntEnum

from tenants.core.states import Transitions


class State(IntEnum):
    """Numbers are stored: never renumber."""

    QUEUED = 0
    SUBMITTING = 1
    ACCEPTED = 2
    IN_DOUBT = 3
    DELIVERED = 4
    UNDELIVERED = 5
    REJECTED = 6
    EXPIRED = 7
    CANCELLED = 8
    OPTED_OUT = 9

    @property
    def label(self) -> str:
        """The name in columns, addresses and words."""
        return self.name.lower()


S = State
TRANSITIONS: Transitions[State] = Transitions(
    {
        S.QUEUED: {S.SUBMITTING, S.CANCELLED, S.OPTED_OUT, S.EXPIRED, S.DELIVERED},
        S.SUBMITTING: {S.ACCEPTED, S.IN_DOUBT, S.DELIVERED, S.UNDELIVERED, S.REJECTED, S.QUEUED},
        S.ACCEPTED: {S.DELIVERED, S.UNDELIVERED, S.EXPIRED, S.QUEUED},
        S.IN_DOUBT: {S.ACCEPTED, S.DELIVERED, S.UNDELIVERED, S.EXPIRED, S.REJECTED, S.QUEUED},
    }
)
OPEN = (S.QUEUED, S.SUBMITTING, S.ACCEPTED, S.IN_DOUBT)
# The five of the delivery bar, in its order.
FAILED = (S.UNDELIVERED, S.REJECTED, S.EXPIRED)
