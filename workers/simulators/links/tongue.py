"""What a protocol adds to its session when a carrier speaks it: logins, reading submits, answers, receipts, replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, ClassVar

from workers.protocols import long
from workers.protocols.long import Part
from workers.protocols.session import Session, Timers
from workers.protocols.stamps import CHINA
from workers.protocols.states import Role
from workers.protocols.text import UCS2, Coding, first_fit
from workers.simulators.links.profile import LinkProfile

OWED_MAX = 10_000  # requests a link may leave unanswered: those whose script is silence stay so
DELIVERIES_MAX = 16  # receipts and replies a link may have under way


class Wish(Enum):
    """Which receipts a customer asked for."""

    ALL = auto()
    FAILURES = auto()
    NONE = auto()

    def covers(self, status: str) -> bool:
        return self is Wish.ALL or (self is Wish.FAILURES and status not in ("DELIVRD", "ACCEPTD"))


@dataclass(frozen=True, slots=True)
class Submitted:
    """A request to send, whatever the protocol. `too_long`: the air has no room for it."""

    sender: str
    recipients: tuple[str, ...]
    part: Part
    coding: Coding
    wish: Wish
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a receipt says. `id` is that of the journal, `code` three digits of the scripts."""

    id: str
    sender: str
    number: str
    status: str
    code: str
    submitted_at: float
    done_at: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What a subscriber writes."""

    sender: str
    number: str
    text: str
    reference: int


def too_long(part: Part, content: bytes, coding: Coding) -> bool:
    """Whether a part is longer than the air allows beside its header."""
    header = len(content) - len(part.body) or (long.HEADER_8 if part.concat else 0)
    return len(part.body) > (coding.per_part(header) if header else coding.single)


def parts(reply: Reply, *codings: Coding) -> tuple[Coding, list[Part]]:
    """A reply in the first coding that can say it, cut for the air."""
    coding, body = first_fit(reply.text, *codings, UCS2)
    return coding, long.split(body, coding, reply.reference)


def minute(at: float) -> str:
    """YYMMDDhhmm, as receipts tell the time."""
    return datetime.fromtimestamp(at, CHINA).strftime("%y%m%d%H%M")


class Tongue:
    """One protocol. `way_back` is the request that brings receipts; `dials`: on a connection the carrier opens."""

    logins: ClassVar[tuple[type[Any], ...]]
    submits: ClassVar[tuple[type[Any], ...]]
    way_back: ClassVar[type[Any]]
    dials: ClassVar[bool] = False
    port: ClassVar[int]
    versions: ClassVar[tuple[str, ...]]

    def __init__(self, account: str, secret: str, version: str = "", timers: Timers | None = None) -> None:
        self.account, self.secret, self.timers = account, secret, timers
        self.version = version or self.versions[-1]

    @property
    def options(self) -> dict[str, Any]:
        """What every session of the carrier gets."""
        return {"timers": self.timers, "window": DELIVERIES_MAX, "owed_max": OWED_MAX}

    def follow(self, profile: LinkProfile) -> None:
        """The profile was set or changed."""

    def session(self, role: Role, now: float) -> Session:
        raise NotImplementedError

    def login(self, pdu: Any) -> Any:
        """The answer that lets a customer in or refuses him."""
        raise NotImplementedError

    def own_login(self) -> Any:
        """The login of a connection the carrier opens."""
        raise NotImplementedError

    def new_id(self, sequence: Any, now: float) -> str:
        """A name for a message, as the journal has it."""
        raise NotImplementedError

    def read(self, pdu: Any) -> Submitted:
        raise NotImplementedError

    def taken(self, pdu: Any, own_id: str) -> Any:
        """The answer to an accepted submit; without an id when that is empty."""
        raise NotImplementedError

    def refused(self, pdu: Any, code: str) -> Any:
        raise NotImplementedError

    def other(self, pdu: Any) -> Any:
        """The answer to any other request; None: it has none."""
        raise NotImplementedError

    def receipt(self, told: Told, session: Any) -> Any:
        """The request that brings a receipt on this link."""
        raise NotImplementedError

    def replies(self, reply: Reply) -> list[Any]:
        """The requests that bring a reply."""
        raise NotImplementedError

    def acknowledged(self, answer: Any) -> bool:
        """Whether the customer took a receipt or reply."""
        raise NotImplementedError
