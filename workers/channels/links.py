"""Pure: what a kind of channel promises whose messages leave over long-lived links (CMPP, SMPP, SGIP, SMGP).

The adapter knows the carrier's words; the gateway owns sockets, windows, pace and the database:

    lines → session → login                   the connections to keep, and how each begins
    submits → (PDUs, answers) → result        one message is one or more PDUs, each with an answer of its own
    a request of the carrier → news → thanks  what it tells us, and our answer once that is stored
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from workers.channels.base import Field, Outgoing, Receipt, SendResult, Settings
from workers.channels.tls import Tls
from workers.protocols.long import Part
from workers.protocols.session import Session
from workers.protocols.text import Coding


@dataclass(frozen=True, slots=True)
class Line:
    """One connection of a channel. `listens`: the carrier connects to us at `host`:`port`, and we are the server."""

    number: int
    host: str
    port: int
    tls: Tls | None = None
    sends: bool = True
    listens: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a text somebody sent to us; the gateway joins the parts of one (number, extension)."""

    number: str
    extension: str
    part: Part
    coding: Coding
    provider_ref: str = ""


@runtime_checkable
class LinkAdapter(Protocol):
    """One kind of link. Stateless: a session carries the state of its connection."""

    kind: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    echoes_reference: ClassVar[bool]

    def lines(self, settings: Settings) -> tuple[Line, ...]:
        """The connections to keep."""

    def session(self, settings: Settings, line: Line, now: float, first_sequence: int) -> Session:
        """A new session for a connection that was just made."""

    def login(self, settings: Settings, line: Line, now: float) -> Any:
        """The first request of ours; None when the carrier begins."""

    def submits(self, settings: Settings, message: Outgoing, reference: int, now: float) -> Sequence[Any]:
        """The requests that carry a message, one per part. `reference` (0–65535) binds the parts of a long one.

        LocalProtocolError: it cannot be said in this protocol; the message is refused and costs nothing.
        """

    def result(self, settings: Settings, answer: Any, sequence: Any) -> SendResult:
        """What the answer to one part means; Refused with Code.THROTTLED asks us to slow down."""

    def late(self, settings: Settings, pdu: Any) -> bool:
        """Whether a stray PDU is the answer to a submit we gave up on."""

    def news(self, settings: Settings, pdu: Any, now: float) -> Receipt | Said | None:
        """What a request of the carrier tells us; None: nothing that must be kept. BadReceipt: unreadable."""

    def thanks(self, settings: Settings, pdu: Any, *, stored: bool) -> Any:
        """Our answer to a request of the carrier; not `stored` asks for it again later. None: it has no answer."""
