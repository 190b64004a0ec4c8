"""Pure: the states of a signature. Another name is another signature; approved ends only when staff take it back."""

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
        State.REJECTED: {State.IN_REVIEW},
        State.APPROVED: {State.IN_REVIEW},
    }
)
EDITABLE = TRANSITIONS.before(State.IN_REVIEW) - {State.APPROVED}
