"""Pure: the states of one version of a template. A version that left the draft is never changed again."""

from __future__ import annotations

from enum import StrEnum

from tenants.core.states import Transitions


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


TRANSITIONS = Transitions(
    {
        State.DRAFT: {State.IN_REVIEW},
        State.IN_REVIEW: {State.APPROVED, State.REJECTED},
        # Staff took their decision back.
        State.APPROVED: {State.IN_REVIEW},
        State.REJECTED: {State.IN_REVIEW},
    }
)
