"""Pure: what may happen on a link, and when: everything that decides it stands here or in a protocol's exchanges.

Nothing here knows which role we play: an actor is the client or the server, and a step that is missing is a mistake of
whoever took it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class _Enum(Enum):
    """Found in tables by what it is: Enum's own hash calls Python, several times for each message."""

    __hash__ = object.__hash__


class Role(_Enum):
    CLIENT = auto()  # the side that logs in
    SERVER = auto()

    @property
    def other(self) -> Role:
        return Role.SERVER if self is Role.CLIENT else Role.CLIENT


class Kind(_Enum):
    INVITE = auto()  # asks the client to log in
    LOGIN = auto()
    ACCEPT = auto()
    REFUSE = auto()
    WORK = auto()
    ANSWER = auto()
    NOTICE = auto()  # has no answer
    PROBE = auto()
    ECHO = auto()
    LEAVE = auto()
    FAREWELL = auto()


class State(_Enum):
    OPEN = auto()  # connected, nobody logged in
    BINDING = auto()  # login sent, not answered
    BOUND = auto()
    CLIENT_LEAVES = auto()
    SERVER_LEAVES = auto()
    CLOSED = auto()


CLIENT, SERVER = Role.CLIENT, Role.SERVER
BOTH = (CLIENT, SERVER)
ANSWER_KINDS = {Kind.WORK: Kind.ANSWER, Kind.PROBE: Kind.ECHO, Kind.LEAVE: Kind.FAREWELL}
_TRAFFIC = (Kind.WORK, Kind.ANSWER, Kind.NOTICE, Kind.PROBE, Kind.ECHO)


def _leaving(state: State, leaver: Role) -> dict[tuple[Role, Kind], State]:
    """After a goodbye: the leaver only answers, and what the other side had under way still counts."""
    stayer = leaver.other
    steps = {(stayer, kind): state for kind in (*_TRAFFIC, Kind.LEAVE)}
    steps |= {(leaver, kind): state for kind in (Kind.ANSWER, Kind.ECHO, Kind.FAREWELL)}
    return steps | {(stayer, Kind.FAREWELL): State.CLOSED}


STEPS: dict[State, dict[tuple[Role, Kind], State]] = {
    State.OPEN: {(SERVER, Kind.INVITE): State.OPEN, (CLIENT, Kind.LOGIN): State.BINDING},
    State.BINDING: {(SERVER, Kind.ACCEPT): State.BOUND, (SERVER, Kind.REFUSE): State.CLOSED},
    State.BOUND: {(role, kind): State.BOUND for role in BOTH for kind in _TRAFFIC}
    | {(CLIENT, Kind.LEAVE): State.CLIENT_LEAVES, (SERVER, Kind.LEAVE): State.SERVER_LEAVES},
    State.CLIENT_LEAVES: _leaving(State.CLIENT_LEAVES, CLIENT),
    State.SERVER_LEAVES: _leaving(State.SERVER_LEAVES, SERVER),
    State.CLOSED: {},
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its answer, its kind and who may start it."""

    request: type[Any]
    answer: type[Any] | None
    kind: Kind
    by: tuple[Role, ...] = BOTH
