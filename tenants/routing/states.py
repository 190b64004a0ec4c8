"""Pure: the states of a channel. Only an active one is given new messages; receipts are taken in any state."""

from __future__ import annotations

from enum import StrEnum

from tenants.core.states import Transitions


class State(StrEnum):
    """draining: to be left in peace, its messages go elsewhere from now on; paused: the same because of trouble."""

    ACTIVE = "active"
    DRAINING = "draining"
    PAUSED = "paused"


TRANSITIONS = Transitions(
    {
        State.ACTIVE: {State.DRAINING, State.PAUSED},
        State.DRAINING: {State.ACTIVE, State.PAUSED},
        State.PAUSED: {State.ACTIVE},
    }
)
