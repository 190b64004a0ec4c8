"""Pure: the states of an import, and which may follow which."""

from __future__ import annotations

from enum import StrEnum

from tenants.core.states import Transitions


class State(StrEnum):
    """uploaded: waits for its columns · mapped: waits for a worker · running · done · failed (`error` says why) ·
    stopped by a person."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Purpose(StrEnum):
    """What the rows become: people on a list, opt-outs, or the recipients of one campaign."""

    CONTACTS = "contacts"
    OPTOUTS = "optouts"
    AUDIENCE = "audience"


TRANSITIONS = Transitions(
    {
        State.UPLOADED: {State.MAPPED, State.STOPPED},
        State.MAPPED: {State.RUNNING, State.FAILED, State.STOPPED},
        State.RUNNING: {State.DONE, State.FAILED, State.STOPPED},
    }
)
WAITING = frozenset({State.MAPPED, State.RUNNING})
