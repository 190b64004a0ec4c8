"""Pure: the states of a campaign.

draft → in_review → scheduled | queued        (or rejected)
scheduled | queued → planning → sending ⇄ paused
sending | paused → finished                   (with the last receipt)
planning → unfunded | limited → queued        (too little money, or a limit; nothing was sent, may be resumed)
rejected | scheduled | queued → in_review      (the decision was taken back before planning began)
anything launched and not ended → cancelling → cancelled
"""

from __future__ import annotations

from enum import StrEnum

from tenants.core.states import Transitions


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    PLANNING = "planning"
    UNFUNDED = "unfunded"
    LIMITED = "limited"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FINISHED = "finished"


S = State
TRANSITIONS: Transitions[State] = Transitions(
    {
        S.DRAFT: {S.IN_REVIEW, S.SCHEDULED, S.QUEUED},
        S.IN_REVIEW: {S.SCHEDULED, S.QUEUED, S.REJECTED, S.CANCELLING},
        S.REJECTED: {S.IN_REVIEW},
        S.SCHEDULED: {S.PLANNING, S.CANCELLING, S.IN_REVIEW},
        S.QUEUED: {S.PLANNING, S.CANCELLING, S.IN_REVIEW},
        S.PLANNING: {S.SENDING, S.UNFUNDED, S.LIMITED, S.CANCELLING, S.FINISHED},
        S.UNFUNDED: {S.QUEUED, S.CANCELLING},
        S.LIMITED: {S.QUEUED, S.CANCELLING},
        S.SENDING: {S.PAUSED, S.CANCELLING, S.FINISHED},
        S.PAUSED: {S.SENDING, S.CANCELLING, S.FINISHED},
        S.CANCELLING: {S.CANCELLED},
    }
)
# Something still happens by itself: the page polls.
LIVE = frozenset({S.QUEUED, S.PLANNING, S.SENDING, S.CANCELLING})
EDITABLE = frozenset({S.DRAFT})
