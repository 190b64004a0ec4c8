"""Pure: what a session tells its owner, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workers.protocols.codec import Sequence
from workers.protocols.errors import RemoteProtocolError
from workers.protocols.wire import Pdu


@dataclass(frozen=True, slots=True)
class Write:
    """Put these bytes on the wire: an answer or a probe the session makes by itself."""

    data: bytes


@dataclass(slots=True)  # not frozen: that costs four times as much, for every message
class Received:
    """A request of the peer. Answer it with `send(answer, now, reply_to=sequence)`, unless the protocol has no answer
    for it."""

    pdu: Any
    sequence: Any


@dataclass(slots=True)  # not frozen: that costs four times as much, for every message
class Answered:
    """The peer answered our request; `token` is what we gave to `send`."""

    request: Pdu
    answer: Any
    sequence: Any
    token: Any


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer in time: whether the peer has it is unknown. A late answer comes as `Stray` with the same sequence."""

    request: Pdu
    sequence: Sequence
    token: Any


@dataclass(frozen=True, slots=True)
class Stray:
    """An answer to nothing we wait for, or a command we do not know. For the log; a late answer may still help."""

    pdu: Any
    sequence: Any


class Reason(StrEnum):
    REFUSED = "refused"  # the login
    LEFT = "left"  # both sides agreed to end
    LOST = "lost"  # the connection broke
    SILENT = "silent"  # probes stayed unanswered
    TIMEOUT = "timeout"  # login or leave took too long
    VIOLATION = "violation"  # the peer broke the protocol


@dataclass(frozen=True, slots=True)
class Closed:
    """The last event of a link: close the connection. `unanswered` are exactly the messages now in doubt."""

    reason: Reason
    unanswered: tuple[Unanswered, ...] = ()
    error: RemoteProtocolError | None = None


Event = Write | Received | Answered | Unanswered | Stray | Closed
