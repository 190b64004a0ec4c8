"""Pure: what is filed, and the states of a filing with one operator by one channel.

prepared → submitted → filed → expired       what was rejected or has expired is asked for in a new round, so that
    ↓          ↓          ↓                  what happened stays written down
withdrawn   rejected   rejected

Three more are never stored: not_needed (the channel asks for nothing), missing (nobody has asked yet) and codeless (a
template is filed where it can only leave by its provider's code, and that is not known yet).
"""

from __future__ import annotations

from enum import StrEnum

from tenants.core.states import Transitions


class Kind(StrEnum):
    """What may have to be filed, in the order one stands on the other; a template also stands on its links."""

    QUALIFICATION = "qualification"
    SIGNATURE = "signature"
    TEMPLATE = "template"
    LINK = "link"


class State(StrEnum):
    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    PREPARED = "prepared"
    WITHDRAWN = "withdrawn"
    SUBMITTED = "submitted"
    CODELESS = "codeless"
    FILED = "filed"
    REJECTED = "rejected"
    EXPIRED = "expired"


TRANSITIONS = Transitions(
    {
        State.PREPARED: {State.SUBMITTED, State.WITHDRAWN},
        State.SUBMITTED: {State.FILED, State.REJECTED},
        State.FILED: {State.REJECTED, State.EXPIRED},
    }
)
# After these another round may be asked for.
OVER = frozenset(state for state in State if TRANSITIONS.final(state))
WAITING = frozenset({State.PREPARED, State.SUBMITTED})


def code(kind: Kind, state: State) -> str:
    """What keeps a text from passing, by name: template_not_filed, link_rejected, signature_waiting, …"""
    if state in WAITING:
        return f"{kind}_waiting"
    return f"{kind}_{state}" if state in {State.REJECTED, State.EXPIRED, State.CODELESS} else f"{kind}_not_filed"


NOT_NEEDED, FILED = "not_needed", "filed"
# Every reason a forecast may give for not being ready.
CODES = frozenset(
    code(kind, state) for kind in Kind for state in (State.MISSING, State.PREPARED, State.REJECTED, State.EXPIRED)
) | {code(Kind.TEMPLATE, State.CODELESS)}
